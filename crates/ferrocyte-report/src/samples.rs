//! Samples, not only cells.

use ferrocyte_core::{RunRecord, SampleModel, SampleScores};
use maud::{Markup, html};

use crate::label::{label, prose};
use crate::number::{count, interval, optional_score, score};
use crate::section::{Section, scrolling};

/// What labels of whole samples can be predicted: what can be concluded first, then the scores, then sample by sample.
pub(crate) fn section(record: &RunRecord) -> Option<Section> {
    let scores = record.samples.as_ref()?;
    let columns: Vec<String> = scores.columns.iter().map(|column| format!("`{column}`")).collect();
    let body = html! {
        p {
            "Cells with one entry of " (prose(&columns.join(" and "))) " are one sample: "
            @for (position, of) in scores.labels.iter().enumerate() {
                @if position > 0 { ", " }
                (count(of.samples)) " of " (label(&of.label))
            }
            ". Each is called by models that saw neither it nor another sample of its group."
        }
        (conclusions(scores))
        (scrolling("Scores of models of samples", &models(scores)))
        p.note {
            "By chance: mean balanced accuracy of the same procedure, folds and all, with the labels of samples dealt anew. p: share of "
            "the deals, the true one among them, that did at least as well."
        }
        @for model in scores.models.iter().filter(|model| !model.calls.is_empty()) {
            details.long {
                summary { "Each sample by " (model.name) }
                (scrolling(&format!("Samples as {} calls them", model.name), &calls(model)))
            }
        }
    };
    Some(Section { id: "samples", title: "Samples", body })
}

fn conclusions(scores: &SampleScores) -> Markup {
    let of = |shown: bool| scores.conclusions.iter().filter(move |found| found.shown == shown);
    html! {
        @for (shown, title) in [(true, "What these samples show"), (false, "What cannot be concluded from them")] {
            @if of(shown).next().is_some() {
                h3 { (title) }
                ul { @for found in of(shown) { li { (prose(&found.text)) } } }
            }
        }
    }
}

fn models(scores: &SampleScores) -> Markup {
    html! {
        table.baselines {
            caption.unseen { "Scores of models of samples" }
            thead {
                tr {
                    th scope="col" { "Model" }
                    th.number scope="col" { "Accuracy" }
                    th.number scope="col" { "Balanced accuracy" }
                    th.number scope="col" { "ROC-AUC" }
                    th.number scope="col" { "By chance" }
                    th.number scope="col" { "p" }
                }
            }
            tbody { @for model in &scores.models { (row(model)) } }
        }
    }
}

fn row(model: &SampleModel) -> Markup {
    let metrics = &model.metrics;
    let test = model.permutation_test.as_ref();
    html! {
        tr {
            th scope="row" { (model.name) span.meaning { (model.sees) } }
            td.number { (score(metrics.accuracy.value)) (interval(metrics.accuracy)) }
            td.number { (score(metrics.balanced_accuracy.value)) (interval(metrics.balanced_accuracy)) }
            td.number { (optional_score(metrics.roc_auc_macro.map(|area| area.value))) }
            td.number { (optional_score(test.map(|test| test.score_by_chance))) }
            td.number { (optional_score(test.map(|test| test.p_value))) }
        }
    }
}

fn calls(model: &SampleModel) -> Markup {
    html! {
        table.sortable {
            caption.unseen { "Samples as " (model.name) " calls them" }
            thead {
                tr {
                    th scope="col" { "Sample" }
                    th scope="col" { "Group" }
                    th scope="col" { "Label" }
                    th scope="col" { "Called" }
                    th.number scope="col" { "Probability" }
                }
            }
            tbody {
                @for call in &model.calls {
                    tr {
                        th scope="row" { (label(&call.sample)) }
                        td { (label(&call.group)) }
                        td { (label(&call.given)) }
                        td { @if call.called == call.given { (label(&call.called)) } @else { strong { (label(&call.called)) } } }
                        td.number { (score(call.probability)) }
                    }
                }
            }
        }
    }
}
