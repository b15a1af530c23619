//! What the cells were called.

use ferrocyte_core::{PredictionSummary, RunRecord};
use maud::{Markup, html};

use crate::composition::bars;
use crate::confidence::histogram;
use crate::label::label;
use crate::number::{count, score};
use crate::section::{Section, scrolling};
use crate::svg::bar;

/// Cells by label with their confidence, the histogram of confidence, and who got no label and why.
pub(crate) fn section(record: &RunRecord) -> Option<Section> {
    let predictions = record.predictions.as_ref()?;
    let body = html! {
        div.columns.labels-given {
            div {
                h3 { "Cells of each label" }
                (scrolling("Cells of each label", &table(predictions)))
            }
            @if !predictions.confidence_histogram.is_empty() {
                div {
                    h3 { "How sure the model was" }
                    (histogram(&predictions.confidence_histogram))
                }
            }
        }
        @if let Some(strange) = predictions.strange {
            p {
                (count(strange)) " cells stand out less clearly than nineteen in twenty held-out cells of the reference; of cells \
                 like those, one in twenty does."
            }
        }
        @if !predictions.unassigned.is_empty() {
            h3 { "Cells without a label, by reason" }
            (bars("Cells without a label, by reason", &predictions.unassigned))
        }
    };
    Some(Section { id: "predictions", title: "Labels given", body })
}

fn table(predictions: &PredictionSummary) -> Markup {
    let most = predictions.labels.iter().map(|entry| entry.cells).max().unwrap_or(0);
    html! {
        table.sortable.predictions {
            caption.unseen { "Cells of each label" }
            thead {
                tr {
                    th scope="col" { "Label" }
                    th.number scope="col" { "Cells" }
                    th.number scope="col" { "Mean confidence" }
                }
            }
            tbody {
                @for entry in &predictions.labels {
                    tr {
                        th scope="row" { (label(&entry.label)) }
                        td.number { span.barred { (bar(entry.cells as f64, most as f64)) (count(entry.cells)) } }
                        td.number { (score(entry.mean_confidence)) }
                    }
                }
            }
        }
    }
}
