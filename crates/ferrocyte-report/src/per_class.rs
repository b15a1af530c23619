//! Scores label by label, and which of them not to trust.

use ferrocyte_core::{ClassIntervals, ClassRecord, Interval, RunRecord};
use maud::{Markup, html};

use crate::label::label;
use crate::number::{count, interval, optional_score, score};
use crate::section::{Section, scrolling};
use crate::svg::bar;

/// Below this many cells a score is mostly luck: one cell more or less moves recall by a tenth or more.
const FEW_CELLS: usize = 10;
/// Below this F1 a label is wrong or missed more often than it is right.
const LOW_F1: f64 = 0.5;

/// Why a label's result should be read with care.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Caution {
    /// No given cell at all: recall and F1 say nothing.
    NoCells,
    /// Too few cells for the score to mean much.
    FewCells,
    /// The label is wrong or missed more often than right.
    LowF1,
}

impl Caution {
    /// The gravest reason for care, where there is one.
    pub(crate) fn of(class: &ClassRecord) -> Option<Self> {
        if class.support == 0 {
            Some(Self::NoCells)
        } else if class.support < FEW_CELLS {
            Some(Self::FewCells)
        } else if class.f1 < LOW_F1 || class.f1.is_nan() {
            Some(Self::LowF1)
        } else {
            None
        }
    }

    fn words(self) -> &'static str {
        match self {
            Self::NoCells => "no cells",
            Self::FewCells => "few cells",
            Self::LowF1 => "low F1",
        }
    }
}

/// Scores label by label; sortable where JavaScript runs.
pub(crate) fn section(record: &RunRecord) -> Option<Section> {
    let classes = &record.per_class;
    if classes.is_empty() {
        return None;
    }
    let any_caution = classes.iter().any(|class| Caution::of(class).is_some());
    let table = html! {
        table.sortable.per-class {
            caption.unseen { "Scores of each label" }
            thead {
                tr {
                    th scope="col" { "Label" }
                    th.number scope="col" title="Cells that were given this label" { "Given" }
                    th.number scope="col" title="Cells that were called this" { "Called" }
                    th.number scope="col" title="Share of the cells called this that were given it" { "Precision" }
                    th.number scope="col" title="Share of the cells given this that were called it" { "Recall" }
                    th.number scope="col" title="Harmonic mean of precision and recall" { "F1" }
                    th.number scope="col" title="One-versus-rest area under the ROC curve" { "AUC" }
                    th.number scope="col" title="One-versus-rest average precision" { "AP" }
                    @if any_caution { th scope="col" { "Care" } }
                }
            }
            tbody { @for class in classes { (row(class, any_caution)) } }
        }
    };
    let body = html! {
        p {
            b { "Given" } " counts the cells that carry the label in the data, " b { "called" }
            " those that the model called so. " b { "Precision" }
            ": of the cells called so, the share that was right. " b { "Recall" }
            ": of the cells given so, the share that was found. " b { "F1" } " joins the two. " b { "AUC" } " (area under the ROC curve) and " b { "AP" }
            " (average precision): how well the probability of the label sorts its cells before all others."
        }
        (scrolling("Scores of each label", &table))
        @if any_caution {
            p.small {
                "Care: " b { "few cells" } " means fewer than 10 given ones, so the scores are mostly luck; "
                b { "low F1" } " means below 0.5, wrong or missed more often than right; "
                b { "no cells" } " means that there is nothing to judge by."
            }
        } @else {
            p.small { "Every label has at least 10 given cells and an F1 of 0.5 or more." }
        }
    };
    Some(Section { id: "labels", title: "Label by label", body })
}

/// Precision, recall and F1.
fn with_intervals(class: &ClassRecord) -> [(f64, Option<Interval>); 3] {
    let of = |interval: fn(&ClassIntervals) -> Interval| class.intervals.as_ref().map(interval);
    [
        (class.precision, of(|intervals| intervals.precision)),
        (class.recall, of(|intervals| intervals.recall)),
        (class.f1, of(|intervals| intervals.f1)),
    ]
}

fn row(class: &ClassRecord, any_caution: bool) -> Markup {
    let caution = Caution::of(class);
    html! {
        tr.care[caution.is_some()] {
            th scope="row" { (label(&class.label)) }
            td.number { (count(class.support)) }
            td.number { (count(class.predicted)) }
            @for (value, found) in with_intervals(class) {
                td.number {
                    span.barred { (bar(value, 1.0)) (score(value)) }
                    @if let Some(found) = found { (interval(found)) }
                }
            }
            td.number { (optional_score(class.roc_auc)) }
            td.number { (optional_score(class.average_precision)) }
            @if any_caution {
                td { @if let Some(caution) = caution { span.caution { (caution.words()) } } }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn class(support: usize, f1: f64) -> ClassRecord {
        ClassRecord {
            label: "B".into(),
            support,
            predicted: 1,
            precision: 0.5,
            recall: 0.5,
            f1,
            roc_auc: None,
            average_precision: None,
            intervals: None,
        }
    }

    #[test]
    fn care_is_asked_for_in_words() {
        assert_eq!(Caution::of(&class(0, 0.0)), Some(Caution::NoCells));
        assert_eq!(Caution::of(&class(9, 1.0)), Some(Caution::FewCells));
        assert_eq!(Caution::of(&class(10, 0.499)), Some(Caution::LowF1));
        assert_eq!(Caution::of(&class(10, f64::NAN)), Some(Caution::LowF1));
        assert_eq!(Caution::of(&class(10, 0.5)), None);
        assert!(row(&class(3, 0.9), true).into_string().contains("few cells"));
    }
}
