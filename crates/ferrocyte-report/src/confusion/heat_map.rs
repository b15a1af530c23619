//! The picture itself.

use std::borrow::Cow;

use ferrocyte_core::Confusion;
use maud::{Markup, html};

use super::Supports;
use super::geometry::Geometry;
use super::shade::shade;
use crate::label::NO_NAME;
use crate::number::{compact, grouped};
use crate::svg::{fitted, px, share, width};

/// Squares for all pairs that have cells, labels around them.
pub(crate) fn heat_map(confusion: &Confusion, supports: &Supports<'_>) -> Markup {
    let geometry = Geometry::of(&confusion.labels);
    let grid = geometry.grid;
    let size = format!(
        "width:100%;min-width:{}px;max-width:{}px",
        px(geometry.narrowest().ceil()),
        px(geometry.width.ceil())
    );
    html! {
        svg.heat role="img" style=(size) viewBox={ "0 0 " (px(geometry.width)) " " (px(geometry.height)) }
            aria-label="Confusion matrix: rows are given labels, columns are what the model called them. \
                        The pairs are listed as a table below." {
            rect.ground x=(px(grid.left)) y=(px(grid.top)) width=(px(grid.right - grid.left))
                height=(px(grid.bottom - grid.top)) {}
            (rules(&geometry, confusion.labels.len()))
            (axis_names(&geometry))
            @for (i, label) in confusion.labels.iter().enumerate() {
                (row_label(&geometry, i, label))
                (column_label(&geometry, i, label))
            }
            @for (row, given) in confusion.labels.iter().enumerate() {
                (squares(&geometry, confusion, row, supports.get(given.as_str()).copied()))
            }
        }
    }
}

fn rules(geometry: &Geometry, n: usize) -> Markup {
    let grid = geometry.grid;
    html! {
        g.rules {
            @for i in 0..=n {
                line x1=(px(geometry.x(i))) x2=(px(geometry.x(i))) y1=(px(grid.top)) y2=(px(grid.bottom)) {}
                line x1=(px(grid.left)) x2=(px(grid.right)) y1=(px(geometry.y(i))) y2=(px(geometry.y(i))) {}
            }
        }
    }
}

fn axis_names(geometry: &Geometry) -> Markup {
    let grid = geometry.grid;
    let middle = px(f64::midpoint(grid.top, grid.bottom));
    html! {
        text.axis-name x=(px(grid.left)) y="14" { "called →" }
        text.axis-name x="14" y=(middle) text-anchor="middle" transform={ "rotate(-90 14 " (middle) ")" } { "← given" }
    }
}

fn row_label(geometry: &Geometry, row: usize, label: &str) -> Markup {
    let x = px(geometry.grid.left - 8.0);
    let y = px(geometry.y(row) + geometry.cell / 2.0 + geometry.font * 0.35);
    html! {
        text.name data-row=(row) x=(x) y=(y) text-anchor="end" font-size=(px(geometry.font)) {
            title { (label) }
            (shown(geometry, label))
        }
    }
}

fn column_label(geometry: &Geometry, column: usize, label: &str) -> Markup {
    let (x, y, turn) = geometry.column_label(column);
    let (x, y) = (px(x), px(y));
    html! {
        text.name data-column=(column) x=(x) y=(y) font-size=(px(geometry.font))
            transform={ "rotate(" (turn) " " (x) " " (y) ")" } {
            title { (label) }
            (shown(geometry, label))
        }
    }
}

fn shown<'a>(geometry: &Geometry, label: &'a str) -> Cow<'a, str> {
    let label = if label.trim().is_empty() { NO_NAME } else { label };
    fitted(label, geometry.font, geometry.label_limit)
}

fn squares(geometry: &Geometry, confusion: &Confusion, row: usize, support: Option<usize>) -> Markup {
    let Some(counts) = confusion.counts.get(row) else { return html! {} };
    let total: f64 = counts.iter().map(|&cells| cells as f64).sum();
    let given = &confusion.labels[row];
    html! {
        @for (column, (&cells, called)) in counts.iter().zip(&confusion.labels).enumerate() {
            @if cells > 0 {
                @let shade = shade(share(cells as f64, total));
                g class={ "square s" (shade) } data-row=(row) data-column=(column) data-count=(cells) {
                    title { (told(cells, support, given, called)) }
                    rect x=(px(geometry.x(column) + 0.5)) y=(px(geometry.y(row) + 0.5))
                        width=(px(geometry.cell - 1.0)) height=(px(geometry.cell - 1.0)) {}
                    @if let Some((text, font)) = written(cells, geometry.cell) {
                        text x=(px(geometry.x(column) + geometry.cell / 2.0))
                            y=(px(geometry.y(row) + geometry.cell / 2.0 + font * 0.35))
                            text-anchor="middle" font-size=(px(font)) { (text) }
                    }
                }
            }
        }
    }
}

fn told(cells: u64, support: Option<usize>, given: &str, called: &str) -> String {
    let of = support.map(|n| format!(" of {}", grouped(n as u64))).unwrap_or_default();
    let verdict = if given == called { " (right)" } else { "" };
    format!("{}{of} cells\ngiven: {given}\ncalled: {called}{verdict}", grouped(cells))
}

/// The number of cells and its letters' size, where it can be written into the square.
fn written(cells: u64, side: f64) -> Option<(String, f64)> {
    let font = (side * 0.3).min(13.0);
    if font < 8.0 {
        return None;
    }
    [grouped(cells), compact(cells)]
        .into_iter()
        .find(|text| width(text) * font <= side - 4.0)
        .map(|text| (text, font))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_square_tells_its_cells_and_both_labels() {
        let confusion =
            Confusion { labels: vec!["B".into(), "<T>".into()], counts: vec![vec![1_200, 34], vec![0, 7]] };
        let supports = Supports::from([("B", 1_234)]);
        let picture = heat_map(&confusion, &supports).into_string();
        assert!(picture.contains("34 of 1,234 cells\ngiven: B\ncalled: &lt;T&gt;"));
        assert!(picture.contains("7 cells\ngiven: &lt;T&gt;\ncalled: &lt;T&gt; (right)"));
        assert_eq!(picture.matches("data-count").count(), 3, "a pair without cells needs no square");
    }

    #[test]
    fn counts_of_any_shape_are_drawn() {
        let labels = vec!["a".to_owned(), "b".to_owned()];
        for counts in [vec![], vec![vec![u64::MAX, u64::MAX]], vec![vec![1], vec![1, 2, 3], vec![4]]] {
            heat_map(&Confusion { labels: labels.clone(), counts }, &Supports::new());
        }
    }

    #[test]
    fn numbers_are_written_only_where_they_fit() {
        assert_eq!(written(1_310, 46.0).unwrap().0, "1,310");
        assert_eq!(written(1_234_567, 46.0).unwrap().0, "1.2M");
        assert_eq!(written(5, 14.0), None);
    }
}
