//! The first screen of a training.

use ferrocyte_core::{RunRecord, TrainingRecord};
use maud::{Markup, html};

use super::evaluate::{facts, scores};
use super::figure::figure;
use crate::curves::in_epochs;
use crate::label::prose;
use crate::number::count;

/// What the model was made from, whether training reached its goal, and honest scores where there are any.
pub(crate) fn body(record: &RunRecord) -> Markup {
    html! {
        @if let Some(metrics) = &record.metrics_plain { (scores(record, metrics)) (facts(record)) }
        div.result {
            @if let Some(model) = &record.model {
                dl.figures {
                    (figure("Cells", &count(model.training_cells), &html! { "that the model learnt from" }))
                    (figure("Labels", &count(model.labels.len()), &html! {
                        "that it can give, over " (count(model.genes)) " genes"
                    }))
                }
            }
            @if let Some(training) = &record.training { (ended(training)) }
        }
        @if record.metrics_plain.is_none() {
            p.lede {
                "How well it labels new cells, this run does not say: "
                code { "ferrocyte evaluate" } " on the same file does."
            }
        }
    }
}

fn ended(training: &TrainingRecord) -> Markup {
    let reached = training.converged;
    html! {
        div.scored-on.honest[reached].flatters[!reached] {
            p.kicker { "Training" }
            p.verdict {
                span.sign aria-hidden="true" { @if reached { "✓" } @else { "!" } }
                @if in_epochs(training) { "Trained in epochs" } @else if reached { "Converged" } @else { "Did not converge" }
            }
            p { (count(training.iterations)) " steps; " (prose(&training.stopped)) "." }
        }
    }
}
