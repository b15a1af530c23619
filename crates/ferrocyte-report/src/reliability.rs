//! Whether a confidence of 0.8 means right four times in five.

use ferrocyte_core::{CalibrationRecord, ReliabilityBin, RunRecord};
use maud::{Markup, html};

use crate::number::{compact, count, decimals, grouped, score};
use crate::section::{Section, scrolling};
use crate::svg::{Axis, Frame, px, share, tick_marks_x, tick_marks_y};

const WIDTH: f64 = 460.0;
const HEIGHT: f64 = 520.0;
/// Where the dots are.
const DOTS: Frame = Frame { left: 52.0, right: 448.0, top: 12.0, bottom: 352.0 };
/// Where the counts are.
const COUNTS: Frame = Frame { left: 52.0, right: 448.0, top: 392.0, bottom: 472.0 };

/// Below this many cells a share is mostly luck.
const FEW_CELLS: usize = 10;

/// The reliability plot with the cells of each bin, and the same as a table.
pub(crate) fn section(record: &RunRecord) -> Option<Section> {
    let bins = &record.reliability;
    if bins.is_empty() {
        return None;
    }
    let calibration = record.calibration.as_ref();
    // Where nothing was changed there is nothing to set beside.
    let before =
        calibration.filter(|found| found.method != "none").map(|found| found.reliability_before.as_slice());
    let body = html! {
        div.beside {
            figure.plot { (plot(bins, before.unwrap_or_default())) }
            div {
                p {
                    "Can the confidence be believed? Cells are sorted into bins by how sure the model was; the lower part \
                     counts them."
                }
                p {
                    b { "Dots on the diagonal" } ": a confidence of 0.8 means right four times in five. "
                    b { "Below" } ": the model is too sure. " b { "Above" } ": it is better than it says."
                }
                @if before.is_some() {
                    p { b { "Rings" } ": the model's own confidence, before it was calibrated." }
                }
                @if let Some(calibration) = calibration { (calibrated(calibration)) }
                p { "A hollow dot stands for fewer than 10 cells: where it lies is mostly luck." }
                details {
                    summary { "The bins as a table" }
                    (scrolling("Bins of confidence", &table(bins)))
                }
            }
        }
    };
    Some(Section { id: "reliability", title: "Reliability", body })
}

/// What calibration changed, or why there is none.
fn calibrated(found: &CalibrationRecord) -> Markup {
    html! {
        @if found.method == "none" {
            p { "No calibration did better on held-out cells than the model's own confidence, so that is what you see." }
        } @else {
            p {
                "Calibrated by " (found.method) " scaling, chosen and fitted on cells held out of training, and scored on other folds than "
                "it was fitted on."
            }
            table {
                caption.unseen { "Before and after calibration" }
                thead { tr { td {} th.number scope="col" { "Before" } th.number scope="col" { "After" } } }
                tbody {
                    tr {
                        th scope="row" { "Calibration error" }
                        td.number { (score(found.ece_before)) } td.number { (score(found.ece_after)) }
                    }
                    tr {
                        th scope="row" { "Brier score" }
                        td.number { (score(found.brier_before)) } td.number { (score(found.brier_after)) }
                    }
                }
            }
        }
    }
}

fn plot(bins: &[ReliabilityBin], before: &[ReliabilityBin]) -> Markup {
    let x = Axis::linear(0.0, 1.0, DOTS.left, DOTS.right);
    let y = Axis::linear(0.0, 1.0, DOTS.bottom, DOTS.top);
    html! {
        svg role="img" viewBox={ "0 0 " (WIDTH) " " (HEIGHT) }
            aria-label="Reliability plot: share of right calls against confidence; the table below has the numbers." {
            (tick_marks_y(DOTS, &y, 5))
            (tick_marks_x(DOTS, &x, 5))
            line.diagonal x1=(px(DOTS.left)) y1=(px(DOTS.bottom)) x2=(px(DOTS.right)) y2=(px(DOTS.top)) {}
            (axis_name("share that was right", f64::midpoint(DOTS.top, DOTS.bottom)))
            @for bin in before.iter().filter(|bin| bin.cells >= FEW_CELLS) {
                circle.before cx=(px(x.at(bin.mean_confidence))) cy=(px(y.at(bin.accuracy))) r="4" {}
            }
            @for bin in bins.iter().filter(|bin| bin.cells > 0) { (dot(bin, &x, &y)) }
            (counts(bins, &x))
            text.axis-name x=(px(f64::midpoint(DOTS.left, DOTS.right))) y=(px(HEIGHT - 8.0)) text-anchor="middle" {
                "confidence of the model"
            }
        }
    }
}

fn axis_name(name: &str, y: f64) -> Markup {
    html! {
        text.axis-name x="13" y=(px(y)) text-anchor="middle" transform={ "rotate(-90 13 " (px(y)) ")" } { (name) }
    }
}

/// A dot, and the line that shows how far it is from the diagonal.
fn dot(bin: &ReliabilityBin, x: &Axis, y: &Axis) -> Markup {
    let (cx, cy) = (px(x.at(bin.mean_confidence)), px(y.at(bin.accuracy)));
    html! {
        g.point {
            title { (told(bin)) }
            line.gap x1=(cx) x2=(cx) y1=(cy) y2=(px(y.at(bin.mean_confidence))) {}
            circle.dot.hollow[bin.cells < FEW_CELLS] cx=(cx) cy=(cy) r="5.5" {}
        }
    }
}

fn told(bin: &ReliabilityBin) -> String {
    format!(
        "{} cells\nmean confidence: {}\nshare right: {}",
        grouped(bin.cells as u64),
        decimals(bin.mean_confidence, 3),
        decimals(bin.accuracy, 3)
    )
}

fn counts(bins: &[ReliabilityBin], x: &Axis) -> Markup {
    let most = bins.iter().map(|bin| bin.cells).max().unwrap_or(0);
    html! {
        @for bin in bins {
            @let (left, right) = (x.at(bin.low), x.at(bin.high));
            @let height = share(bin.cells as f64, most as f64) * (COUNTS.bottom - COUNTS.top);
            g.column {
                title { (told(bin)) }
                rect x=(px(left + 1.0)) width=(px((right - left - 2.0).max(0.5)))
                    y=(px(COUNTS.bottom - height)) height=(px(height)) {}
                text.count x=(px(f64::midpoint(left, right))) y=(px(COUNTS.bottom - height - 4.0))
                    text-anchor="middle" { (compact(bin.cells as u64)) }
            }
        }
        line.base x1=(px(COUNTS.left)) x2=(px(COUNTS.right)) y1=(px(COUNTS.bottom)) y2=(px(COUNTS.bottom)) {}
        @for (place, text) in x.ticks(5) {
            text.tick x=(px(place)) y=(px(COUNTS.bottom + 18.0)) text-anchor="middle" { (text) }
        }
        (axis_name("cells", f64::midpoint(COUNTS.top, COUNTS.bottom)))
    }
}

fn table(bins: &[ReliabilityBin]) -> Markup {
    html! {
        table {
            caption.unseen { "Bins of confidence" }
            thead {
                tr {
                    th.number scope="col" { "Above" }
                    th.number scope="col" { "Up to" }
                    th.number scope="col" { "Cells" }
                    th.number scope="col" { "Mean confidence" }
                    th.number scope="col" { "Share right" }
                }
            }
            tbody {
                @for bin in bins {
                    tr {
                        td.number { (score(bin.low)) }
                        td.number { (score(bin.high)) }
                        td.number { (count(bin.cells)) }
                        @if bin.cells > 0 {
                            td.number { (score(bin.mean_confidence)) }
                            td.number { (score(bin.accuracy)) }
                        } @else {
                            td.number { "–" }
                            td.number { "–" }
                        }
                    }
                }
            }
        }
    }
}
