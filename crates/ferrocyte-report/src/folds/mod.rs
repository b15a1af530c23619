//! Scores fold by fold: how much they depend on which cells were held out.

mod dot_plot;

use ferrocyte_core::{FoldRecord, RunRecord, SplitKind};
use maud::{Markup, html};

use crate::label::{code, label, list};
use crate::number::{count, score};
use crate::section::{Section, scrolling};
use dot_plot::dot_plot;

/// A plot of the folds' scores and a table of what each fold held.
pub(crate) fn section(record: &RunRecord) -> Option<Section> {
    if record.folds.is_empty() {
        return None;
    }
    let body = html! {
        div.beside {
            figure.plot { (dot_plot(&record.folds, record.fold_mean.as_ref())) }
            div {
                p { (how_divided(record)) }
                p {
                    "One dot for each fold" @if record.fold_mean.is_some() { "; the upright bar is their mean" }
                    ". Dots far apart: the score depends on who is held out. The axis does not start at 0."
                }
                p { "Macro F1 of a fold is over the labels that its held-out cells have." }
            }
        }
        (scrolling("Folds", &table(&record.folds)))
    };
    Some(Section { id: "folds", title: "Fold by fold", body })
}

fn how_divided(record: &RunRecord) -> Markup {
    html! {
        @match record.splits.as_ref().map(|splits| &splits.kind) {
            Some(SplitKind::StratifiedCells) => {
                "Each cell was held out once. Cells were divided at random, each label in proportion."
            },
            Some(SplitKind::Groups) => "Each group was held out once, with all of its cells.",
            Some(SplitKind::LeaveOneGroupOut) => "Each group was held out once, alone.",
            Some(SplitKind::LeaveOneStudyOut) => "Each study was held out once, alone.",
            Some(SplitKind::TestPart) => "One part of the cells was tested on, once; all others were trained on.",
            None => "In each fold a model was trained without the held-out cells and then scored on them.",
        }
    }
}

fn table(folds: &[FoldRecord]) -> Markup {
    let any = |test: fn(&FoldRecord) -> bool| folds.iter().any(test);
    let groups = any(|fold| !fold.held_out_groups.is_empty());
    let unknown = any(|fold| !fold.labels_not_in_training.is_empty());
    let chosen = any(|fold| fold.chosen.is_some());
    html! {
        table.folds {
            caption.unseen { "Folds" }
            thead {
                tr {
                    th.number scope="col" { "Fold" }
                    @if groups { th scope="col" { "Held out" } }
                    th.number scope="col" { "Trained on" }
                    th.number scope="col" { "Tested on" }
                    th.number scope="col" { "Accuracy" }
                    th.number scope="col" { "Macro F1" }
                    @if unknown { th scope="col" title="Labels of held-out cells that no training cell had" { "Not in training" } }
                    @if chosen { th scope="col" title="By folds inside the training cells" { "Chosen kind" } }
                    th scope="col" { "Training" }
                }
            }
            tbody {
                @for fold in folds {
                    tr {
                        th.number scope="row" { (count(fold.fold)) }
                        @if groups { td { (groups_of(fold)) } }
                        td.number { (count(fold.training_cells)) }
                        td.number { (count(fold.test_cells)) }
                        td.number { (score(fold.metrics.accuracy)) }
                        td.number { (score(fold.metrics.f1_macro)) }
                        @if unknown { td { (labels_of(fold)) } }
                        @if chosen { td { @if let Some(kind) = &fold.chosen { (code(kind)) } } }
                        td {
                            @if !fold.converged { span.caution { "not converged" } ", " }
                            (count(fold.iterations)) " steps"
                        }
                    }
                }
            }
        }
    }
}

fn groups_of(fold: &FoldRecord) -> Markup {
    const MANY: usize = 12;
    let names: Vec<&str> = fold.held_out_groups.iter().map(String::as_str).collect();
    html! {
        @if names.len() <= MANY { (list(&names, MANY)) }
        @else {
            details {
                summary { (count(names.len())) " groups" }
                (list(&names, names.len()))
            }
        }
    }
}

fn labels_of(fold: &FoldRecord) -> Markup {
    html! {
        @if fold.labels_not_in_training.is_empty() { "none" }
        @else {
            ul.plain {
                @for name in &fold.labels_not_in_training { li { (label(name)) } }
            }
        }
    }
}
