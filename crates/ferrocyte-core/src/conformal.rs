//! Sets of labels that hold the right one as often as was asked for.

use serde::{Deserialize, Serialize};

/// How often prediction sets of held-out cells held the label that the cell was given. The thresholds of each cell are from cells
/// of other folds.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ConformalRecord {
    /// Share of the cells of each label whose set is to hold it.
    pub target: f64,
    /// Held-out cells of labels that the model of their fold knew.
    pub cells: usize,
    /// Share of them whose set holds their label.
    pub coverage: f64,
    /// Mean number of labels in a set.
    pub mean_set_size: f64,
    /// Share of sets that hold no label: no label has the cell among its usual ones.
    pub empty: f64,
    /// The group (donor) whose cells are covered least, where there are groups.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lowest_group: Option<GroupCoverage>,
    /// The same with thresholds that are to hold in nearly every group, where there are groups.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub of_groups: Option<RuleCoverage>,
    /// Labels with too few held-out cells for a threshold of their own; they have that of all cells.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub shared_threshold: Vec<String>,
    /// Label by label, in label order.
    pub per_class: Vec<ClassCoverage>,
}

/// The cells of a group.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct GroupCoverage {
    /// The group.
    pub group: String,
    /// Its cells.
    pub cells: usize,
    /// Share of them whose set holds their label.
    pub coverage: f64,
}

/// Sets by another rule for the thresholds.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct RuleCoverage {
    /// Share of the cells whose set holds their label.
    pub coverage: f64,
    /// Mean number of labels in a set.
    pub mean_set_size: f64,
    /// The group whose cells are covered least.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lowest_group: Option<GroupCoverage>,
}

/// The cells of a label.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ClassCoverage {
    /// The label.
    pub label: String,
    /// Its cells.
    pub cells: usize,
    /// Share of them whose set holds it; not defined without a cell.
    pub coverage: Option<f64>,
    /// Mean number of labels in their sets.
    pub mean_set_size: Option<f64>,
}
