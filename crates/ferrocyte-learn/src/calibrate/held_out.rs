//! What a model said of cells that it was not trained on.

use ferrocyte_core::{Labels, Scores};

/// Probabilities of cells that were held out, beside their labels.
#[derive(Debug, Clone, Copy)]
pub struct HeldOut<'a> {
    /// One row for each cell, one column for each label.
    pub probabilities: &'a Scores,
    /// The labels that the cells were given.
    pub labels: &'a Labels,
}

/// How sure the most probable label of a cell was, and whether it was right.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Top {
    pub(super) confidence: f64,
    pub(super) right: bool,
}

impl HeldOut<'_> {
    /// The most probable label of some cells.
    pub(super) fn tops(&self, cells: &[usize]) -> Vec<Top> {
        let top = |&cell: &usize| {
            let best = self.probabilities.best(cell);
            let confidence = self.probabilities.row(cell)[best];
            Top { confidence, right: best == self.labels.code(cell) }
        };
        cells.iter().map(top).collect()
    }
}
