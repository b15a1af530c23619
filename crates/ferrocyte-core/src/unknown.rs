//! Cells of labels that a model was never shown.

use serde::{Deserialize, Serialize};

/// How well cells of a label stand out that no training cell had: each label was left out of the training in turn.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct UnknownRecord {
    /// Share of the cells of known labels that the threshold promises to lose.
    pub promised_loss: f64,
    /// Share of the held-out cells of known labels that it did lose; the threshold is from cells of other folds.
    pub known_lost: f64,
    /// Mean of the classes' areas.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub auroc: Option<f64>,
    /// The same where cells are ranked by how unlikely their most probable label is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub auroc_max_probability: Option<f64>,
    /// Models that were trained for this.
    pub trainings: usize,
    /// Label by label, in label order; those that could be left out.
    pub classes: Vec<LeftOutClass>,
}

/// A label that was left out of the training.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct LeftOutClass {
    /// The label.
    pub label: String,
    /// Its held-out cells.
    pub cells: usize,
    /// Probability that one of them has a higher unknown score than a cell of a label that was trained on, both held out in
    /// one fold; mean over the folds.
    pub auroc: Option<f64>,
    /// The same for one minus the largest probability.
    pub auroc_max_probability: Option<f64>,
    /// Share of its cells over the threshold: those that would be called unassigned.
    pub found: f64,
    /// Share of the cells of the other labels over the threshold.
    pub known_lost: f64,
}
