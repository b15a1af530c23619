//! The first screen of a comparison.

use ferrocyte_core::{Comparison, RunRecord};
use maud::{Markup, html};

use super::evaluate::{facts, scores};
use crate::label::{code, prose};

/// The verdict, then the scores of the kind that did best.
pub(crate) fn body(record: &RunRecord) -> Markup {
    html! {
        @match &record.comparison {
            Some(comparison) => { (verdict(comparison)) (whose_scores(record)) },
            None => p.lede { "This record holds no comparison." },
        }
        @if let Some(metrics) = &record.metrics_plain { (scores(record, metrics)) }
        (facts(record))
    }
}

fn verdict(comparison: &Comparison) -> Markup {
    let mut words = comparison.verdict.clone();
    if let Some(first) = words.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    html! { p.lede { (prose(&words)) "." } }
}

/// Whose scores stand below the verdict.
fn whose_scores(record: &RunRecord) -> Markup {
    html! {
        @if let Some(model) = &record.model {
            p { "The scores from here on are those of " (code(&model.kind)) ", which did best." }
        }
    }
}
