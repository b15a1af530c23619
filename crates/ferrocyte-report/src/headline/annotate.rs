//! The first screen of an annotation.

use ferrocyte_core::{PredictionSummary, RunRecord, UNASSIGNED};
use maud::{Markup, html};

use super::evaluate::scores;
use super::figure::figure;
use crate::number::{count, score};
use crate::svg::bar;

/// Cells with and without a label, genes of the model that the query has, and how sure the model was.
pub(crate) fn body(record: &RunRecord) -> Markup {
    html! {
        @if let Some(metrics) = &record.metrics_plain { (scores(record, metrics)) }
        dl.figures.four {
            (figure("Cells", &count(record.data.cells_used), &html! { "in the query" }))
            @if let Some(predictions) = &record.predictions { (without_label(predictions)) (sure(predictions)) }
            @if let Some(coverage) = &record.coverage {
                (figure("Genes of the model", &count(coverage.shared_genes), &html! {
                    "of " (count(coverage.model_genes)) " are in the query"
                    @if let Some(share) = coverage.weight_share { "; they hold " (score(share)) " of the weight" }
                    (bar(coverage.shared_genes as f64, coverage.model_genes as f64))
                }))
            }
        }
    }
}

fn without_label(predictions: &PredictionSummary) -> Markup {
    let unassigned = predictions.labels.iter().rev().find(|entry| entry.label == UNASSIGNED);
    match unassigned {
        Some(entry) if entry.cells > 0 => figure(
            "Without a label",
            &count(entry.cells),
            &html! { "left " code { (UNASSIGNED) } ", with a reason" },
        ),
        _ => figure("Without a label", &html! { "none" }, &html! { "every cell got one" }),
    }
}

/// Cells in the topmost tenth of confidence, and those on which all members of the model agree.
fn sure(predictions: &PredictionSummary) -> Markup {
    html! {
        @if let Some(&cells) = predictions.confidence_histogram.last() {
            (figure("Sure", &count(cells), &html! { "cells with a confidence of 0.9 or more" }))
        }
        @if let Some(cells) = predictions.unanimous {
            (figure("Unanimous", &count(cells), &html! { "cells whose label every member of the model gave" }))
        }
    }
}
