//! Kinds of models beside each other, judged on the same held-out cells.

use serde::{Deserialize, Serialize};

use crate::record::Metrics;

/// Kinds of models, judged on the same folds, and what can be said of their differences.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Comparison {
    /// The kinds, in the order in which they were named.
    pub models: Vec<ComparedModel>,
    /// The score that decides: `f1_macro`.
    pub decided_by: String,
    /// Every pair of kinds, the better one first; in each score that is compared.
    pub differences: Vec<ScoreDifference>,
    /// What was drawn again and again for the intervals: `groups` or `cells`.
    pub resampled: String,
    /// How often.
    pub resamples: usize,
    /// Share of the draws that each interval holds.
    pub level: f64,
    /// The kind that is better than every other beyond what chance explains; `None` where there is no such kind.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub winner: Option<String>,
    /// What that means, in a sentence.
    pub verdict: String,
}

/// A kind of model among others.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ComparedModel {
    /// What it is called here: the kind, and the settings that were asked for, as in `logistic:l2=5`.
    pub name: String,
    /// All its settings.
    pub settings: serde_json::Value,
    /// Scores over all held-out cells together.
    pub metrics: Metrics,
    /// Mean over the folds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fold_mean: Option<Metrics>,
    /// Folds whose optimiser did not reach its goal.
    pub not_converged: usize,
}

/// By how much one kind of model scores better than another, on the same cells.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ScoreDifference {
    /// The kind that scores better.
    pub better: String,
    /// The other.
    pub other: String,
    /// The score: `accuracy`, `f1_macro`.
    pub score: String,
    /// Score of the better one less score of the other.
    pub difference: f64,
    /// Lower end of the bootstrap interval of the difference.
    pub low: f64,
    /// Upper end of it.
    pub high: f64,
}

impl ScoreDifference {
    /// Whether chance alone would hardly bring this difference: zero lies outside the interval.
    pub fn is_clear(&self) -> bool {
        self.low > 0.0 || self.high < 0.0
    }
}
