//! How sure the model was of the cells it labelled.

use maud::{Markup, html};

use crate::number::{compact, grouped};
use crate::svg::{Axis, Frame, px, share};

const WIDTH: f64 = 460.0;
const HEIGHT: f64 = 260.0;
const FRAME: Frame = Frame { left: 12.0, right: 448.0, top: 26.0, bottom: 212.0 };

/// Cells by confidence, in tenths.
pub(crate) fn histogram(cells: &[usize]) -> Markup {
    let most = cells.iter().copied().max().unwrap_or(0);
    let tenths = cells.len().max(1) as f64;
    let x = Axis::linear(0.0, 1.0, FRAME.left, FRAME.right);
    html! {
        figure.plot {
            svg role="img" viewBox={ "0 0 " (WIDTH) " " (HEIGHT) }
                aria-label="Number of cells by confidence, in tenths from 0 to 1." {
                @for (i, &n) in cells.iter().enumerate() {
                    @let (left, right) = (x.at(i as f64 / tenths), x.at((i + 1) as f64 / tenths));
                    (column(n, share(n as f64, most as f64), left, right))
                }
                line.base x1=(px(FRAME.left)) x2=(px(FRAME.right)) y1=(px(FRAME.bottom)) y2=(px(FRAME.bottom)) {}
                @for (place, text) in x.ticks(10) {
                    text.tick x=(px(place)) y=(px(FRAME.bottom + 18.0)) text-anchor="middle" { (text) }
                }
                text.axis-name x=(px(f64::midpoint(FRAME.left, FRAME.right))) y=(px(HEIGHT - 6.0))
                    text-anchor="middle" { "confidence" }
            }
            figcaption { "Cells by confidence. Many cells on the left: the query holds something the model does not know." }
        }
    }
}

fn column(cells: usize, height: f64, left: f64, right: f64) -> Markup {
    let height = height * (FRAME.bottom - FRAME.top);
    html! {
        g.column {
            title { (grouped(cells as u64)) " cells" }
            rect x=(px(left + 1.5)) width=(px((right - left - 3.0).max(0.5)))
                y=(px(FRAME.bottom - height)) height=(px(height)) {}
            text.count x=(px(f64::midpoint(left, right))) y=(px(FRAME.bottom - height - 5.0))
                text-anchor="middle" { (compact(cells as u64)) }
        }
    }
}
