//! The first screen of an evaluation.

use ferrocyte_core::{Interval, MetricIntervals, Metrics, ResampledUnit, RunRecord};
use maud::{Markup, html};

use super::figure::{fact, figure};
use super::scored_on::scored_on;
use crate::label::list;
use crate::number::{count, interval, percent, score};
use crate::per_class::Caution;

/// Accuracy, macro F1 and what they are scores on.
pub(crate) fn body(record: &RunRecord) -> Markup {
    html! {
        @match &record.metrics_plain {
            Some(metrics) => (scores(record, metrics)),
            None => p.lede { "This record holds no scores." },
        }
        (facts(record))
        (with_care(record))
    }
}

/// The two numbers that are read first, beside what they are scores on.
pub(crate) fn scores(record: &RunRecord, metrics: &Metrics) -> Markup {
    html! {
        div.result {
            dl.figures {
                (figure("Accuracy", &score(metrics.accuracy), &html! {
                    "share of " (count(metrics.cells)) " cells that got their given label"
                    (chance(record, |m| m.accuracy)) (mean_of_folds(record, |m| m.accuracy))
                }))
                (figure("Macro F1", &score(metrics.f1_macro), &html! {
                    "mean over the labels: a rare one counts as much as a common one"
                    (chance(record, |m| m.f1_macro)) (mean_of_folds(record, |m| m.f1_macro))
                }))
            }
            (scored_on(record))
        }
    }
}

/// How far chance could have moved a score.
fn chance(record: &RunRecord, of: fn(&MetricIntervals) -> Interval) -> Markup {
    html! {
        @if let (Some(metrics), Some(resampling)) = (&record.metrics, &record.resampling) {
            "; " (percent(resampling.level)) " of the draws of "
            @match resampling.unit {
                ResampledUnit::Cells => "cells",
                ResampledUnit::Groups => { (count(resampling.units)) " groups" },
            }
            " lie in " (interval(of(metrics)))
        }
    }
}

fn mean_of_folds(record: &RunRecord, of: fn(&Metrics) -> f64) -> Markup {
    html! { @if let Some(mean) = &record.fold_mean { "; mean of folds " (score(of(mean))) } }
}

/// Sizes of what was used.
pub(crate) fn facts(record: &RunRecord) -> Markup {
    let data = &record.data;
    html! {
        ul.sizes {
            (fact(&count(data.cells_used), "cells"))
            (fact(&count(data.genes), "genes"))
            @if !data.labels.is_empty() { (fact(&count(data.labels.len()), "labels")) }
            @if !data.groups.is_empty() { (fact(&count(data.groups.len()), "groups")) }
            @if let Some(splits) = &record.splits { (fact(&count(splits.folds), "folds")) }
        }
    }
}

/// Labels whose results should not be trusted, by name.
fn with_care(record: &RunRecord) -> Markup {
    const NAMED: usize = 6;
    let names: Vec<&str> = record
        .per_class
        .iter()
        .filter(|class| Caution::of(class).is_some())
        .map(|class| class.label.as_str())
        .collect();
    html! {
        @if !names.is_empty() {
            p.with-care { b { "Read with care: " } (list(&names, NAMED)) ". " a href="#labels" { "Why, label by label" } }
        }
    }
}
