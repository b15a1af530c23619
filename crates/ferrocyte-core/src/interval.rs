//! Scores with the interval that chance leaves them.

use serde::{Deserialize, Serialize};

/// A score and how far chance could have moved it: of the scores on units (donors, else cells) that were drawn again
/// and again, the middle [`Resampling::level`] lies between `low` and `high`.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Interval {
    /// The score on the cells as they are.
    pub value: f64,
    /// Lower end; never above `value`.
    pub low: f64,
    /// Upper end; never below `value`.
    pub high: f64,
}

/// What was drawn again and again for the intervals of a record.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Resampling {
    /// `groups`, drawn whole, or `cells`.
    pub unit: ResampledUnit,
    /// Column that says which cells are one unit, where units are groups.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub column: Option<String>,
    /// Number of units.
    pub units: usize,
    /// How often as many units as there are were drawn, with replacement.
    pub resamples: usize,
    /// Share of the draws that each interval holds.
    pub level: f64,
}

/// What is drawn whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum ResampledUnit {
    /// All cells of a group (donor) together: the interval is one for new groups.
    Groups,
    /// Each cell by itself: the interval knows nothing of how groups differ, and is too narrow for new ones.
    Cells,
}

/// The scores of [`Metrics`](crate::Metrics), each with its interval. `None` where the score is not defined.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct MetricIntervals {
    /// Share of cells that got their given label.
    pub accuracy: Interval,
    /// Mean recall over the labels that occur among the given ones.
    pub balanced_accuracy: Interval,
    /// Mean F1 over the labels.
    pub f1_macro: Interval,
    /// Mean F1 weighted by cells.
    pub f1_weighted: Interval,
    /// Matthews correlation coefficient.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mcc: Option<Interval>,
    /// Cohen's kappa.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kappa: Option<Interval>,
    /// Mean negative logarithm of the probability of the given label.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub log_loss: Option<Interval>,
    /// Mean squared distance between probabilities and truth.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub brier: Option<Interval>,
    /// Expected calibration error.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ece: Option<Interval>,
    /// Mean one-versus-rest area under the ROC curve.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub roc_auc_macro: Option<Interval>,
    /// Area under the ROC curve over all (cell, label) pairs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub roc_auc_micro: Option<Interval>,
    /// Mean one-versus-rest average precision.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub average_precision_macro: Option<Interval>,
    /// Average precision over all (cell, label) pairs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub average_precision_micro: Option<Interval>,
}

/// The scores of one label, each with its interval.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ClassIntervals {
    /// Share of the cells called this that were given it.
    pub precision: Interval,
    /// Share of the cells given this that were called it.
    pub recall: Interval,
    /// Harmonic mean of precision and recall.
    pub f1: Interval,
}
