//! Scores of the folds as dots on a line.

use ferrocyte_core::{FoldRecord, Metrics};
use maud::{Markup, html};

use crate::number::decimals;
use crate::svg::{Axis, Frame, px, tick_marks_x};

/// Where a score stands in the record.
type Place = fn(&Metrics) -> f64;

/// The scores that are drawn.
const LINES: [(&str, Place); 4] = [
    ("Accuracy", |m| m.accuracy),
    ("Balanced accuracy", |m| m.balanced_accuracy),
    ("Macro F1", |m| m.f1_macro),
    ("Weighted F1", |m| m.f1_weighted),
];

const WIDTH: f64 = 460.0;
const LINE_HEIGHT: f64 = 46.0;

/// One line for each score, one dot for each fold, a bar at the mean.
pub(crate) fn dot_plot(folds: &[FoldRecord], mean: Option<&Metrics>) -> Markup {
    let frame =
        Frame { left: 16.0, right: WIDTH - 16.0, top: 6.0, bottom: 6.0 + LINE_HEIGHT * LINES.len() as f64 };
    let scored: Vec<&Metrics> = folds.iter().map(|fold| &fold.metrics).chain(mean).collect();
    let values = LINES.iter().flat_map(|(_, of)| scored.iter().map(move |metrics| of(metrics)));
    let axis = Axis::around(values, frame.left, frame.right);
    html! {
        svg role="img" aria-label="Scores of each fold as dots on a line; the table below has the numbers."
            viewBox={ "0 0 " (WIDTH) " " (px(frame.bottom + 28.0)) } {
            (tick_marks_x(frame, &axis, 5))
            @for (i, (name, of)) in LINES.iter().enumerate() {
                @let y = frame.top + LINE_HEIGHT * (i as f64 + 0.66);
                text.name x=(px(frame.left)) y=(px(y - 14.0)) font-size="13" { (name) }
                line.track x1=(px(frame.left)) x2=(px(frame.right)) y1=(px(y)) y2=(px(y)) {}
                @for fold in folds { (dot(fold, name, of(&fold.metrics), &axis, y)) }
                @if let Some(mean) = mean { (mean_bar(name, of(mean), &axis, y)) }
            }
        }
    }
}

fn dot(fold: &FoldRecord, name: &str, value: f64, axis: &Axis, y: f64) -> Markup {
    html! {
        circle.dot cx=(px(axis.at(value))) cy=(px(y)) r="6" {
            title { "fold " (fold.fold) "\n" (name) ": " (decimals(value, 3)) }
        }
    }
}

fn mean_bar(name: &str, value: f64, axis: &Axis, y: f64) -> Markup {
    let x = px(axis.at(value));
    html! {
        g.mean {
            title { "mean of the folds\n" (name) ": " (decimals(value, 3)) }
            line x1=(x) x2=(x) y1=(px(y - 11.0)) y2=(px(y + 11.0)) {}
        }
    }
}
