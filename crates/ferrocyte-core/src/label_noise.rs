//! Given labels that held-out predictions speak against.

use serde::{Deserialize, Serialize};

/// Cells of a reference whose given label a model that never saw them finds unlikely, by confident learning (Northcutt et
/// al. 2021, doi:10.1613/jair.1.12125). The model may be the one that errs: it is a list to look at, not to correct by.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct LabelNoise {
    /// Cells whose label could be judged.
    pub cells: usize,
    /// Cells whose label could not: no training cell of their fold had it.
    pub not_judged: usize,
    /// Cells whose label is doubtful.
    pub doubtful: usize,
    /// Their share of the cells that could be judged.
    pub share: f64,
    /// Label by label, in label order.
    pub labels: Vec<DoubtedLabel>,
    /// Doubtful cells by the label they have and the one they seem to be, the most cells first.
    pub pairs: Vec<DoubtedPair>,
    /// The most doubtful cells, the worst first: at most 100.
    pub worst: Vec<DoubtfulCell>,
}

/// How sure the model is of cells with one label, and how many of them are doubtful.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct DoubtedLabel {
    /// The label.
    pub label: String,
    /// Cells with it whose label could be judged.
    pub cells: usize,
    /// Those that are doubtful.
    pub doubtful: usize,
    /// Mean probability of the label over these cells: another cell that has at least this much of it seems to be one of
    /// them. `None` where no cell with the label could be judged.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub threshold: Option<f64>,
}

/// Doubtful cells of one label that seem to be of one other.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct DoubtedPair {
    /// The label that the cells were given.
    pub given: String,
    /// The label that they seem to have.
    pub suggested: String,
    /// The cells.
    pub cells: usize,
}

/// A cell whose given label is doubtful.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct DoubtfulCell {
    /// Its name.
    pub cell: String,
    /// Its file, where there are several.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
    /// The label that it was given.
    pub given: String,
    /// The label that it seems to have.
    pub suggested: String,
    /// Probability of the given label, calibrated, by a model that never saw the cell.
    pub probability_given: f64,
    /// Probability of the suggested label.
    pub probability_suggested: f64,
}
