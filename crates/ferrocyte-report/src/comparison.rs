//! Kinds of models beside each other.

use ferrocyte_core::{ComparedModel, Comparison, RunRecord, ScoreDifference, StepTiming};
use maud::{Markup, html};

use crate::label::label;
use crate::number::{bytes, count, optional_score, score, seconds};
use crate::section::{Section, scrolling};
use crate::svg::bar;

/// Scores of each kind, and what can be said of their differences.
pub(crate) fn section(record: &RunRecord) -> Option<Section> {
    let comparison = record.comparison.as_ref()?;
    let steps = record.timing.as_ref().map_or(&[][..], |timing| &timing.steps);
    let body = html! {
        p { "Every kind was trained and scored on the same folds, so that they differ in nothing but the model." }
        (scrolling("Kinds of models", &models(comparison, steps)))
        h3 { "How sure the differences are" }
        p {
            "The held-out " (comparison.resampled) " were drawn again " (count(comparison.resamples)) " times, with \
             replacement and the same draw for all kinds. An interval holds the middle " (score(comparison.level)) " of the \
             differences: where zero is among them, chance may be all there is."
        }
        (scrolling("Differences between kinds", &differences(comparison)))
    };
    Some(Section { id: "comparison", title: "Kinds of models", body })
}

fn models(comparison: &Comparison, steps: &[StepTiming]) -> Markup {
    html! {
        table.sortable {
            caption.unseen { "Scores of each kind of model" }
            thead {
                tr {
                    th scope="col" { "Model" }
                    th.number scope="col" { "Macro F1" }
                    th.number scope="col" { "Accuracy" }
                    th.number scope="col" title="Lower is better" { "Log loss" }
                    th.number scope="col" title="Gap between how sure the model was and how often it was right; lower is better" { "ECE" }
                    @if !steps.is_empty() {
                        th.number scope="col" title="Training and scoring all folds" { "Time" }
                        th.number scope="col" title="The most memory the process held meanwhile" { "Memory" }
                    }
                }
            }
            tbody {
                @for model in &comparison.models {
                    (row(model, steps.iter().find(|step| step.step == model.name), !steps.is_empty()))
                }
            }
        }
    }
}

fn row(model: &ComparedModel, step: Option<&StepTiming>, timed: bool) -> Markup {
    let metrics = &model.metrics;
    html! {
        tr {
            th scope="row" {
                (label(&model.name))
                @if model.not_converged > 0 { " " span.caution { "not converged" } }
            }
            td.number { span.barred { (bar(metrics.f1_macro, 1.0)) (score(metrics.f1_macro)) } }
            td.number { (score(metrics.accuracy)) }
            td.number { (optional_score(metrics.log_loss)) }
            td.number { (optional_score(metrics.ece)) }
            @if timed {
                td.number { @if let Some(step) = step { (seconds(step.secs)) } }
                td.number { @if let Some(peak) = step.and_then(|step| step.peak_bytes) { (bytes(peak)) } }
            }
        }
    }
}

fn differences(comparison: &Comparison) -> Markup {
    html! {
        table {
            caption.unseen { "Differences between kinds of models" }
            thead {
                tr {
                    th scope="col" { "Score" }
                    th scope="col" { "Better" }
                    th scope="col" { "Than" }
                    th.number scope="col" { "By" }
                    th.number scope="col" { "From" }
                    th.number scope="col" { "To" }
                    th scope="col" { "What it says" }
                }
            }
            tbody { @for pair in &comparison.differences { (difference(pair)) } }
        }
    }
}

fn difference(pair: &ScoreDifference) -> Markup {
    let score_name = match pair.score.as_str() {
        "f1_macro" => "Macro F1",
        "accuracy" => "Accuracy",
        other => other,
    };
    html! {
        tr {
            td { (score_name) }
            td { (label(&pair.better)) }
            td { (label(&pair.other)) }
            td.number { (score(pair.difference)) }
            td.number { (score(pair.low)) }
            td.number { (score(pair.high)) }
            td.meaning { @if pair.is_clear() { b { "better" } } @else { "may be chance" } }
        }
    }
}
