//! What every kind of model does to learn.

use ferrocyte_core::{Progress, TrainingRecord, Vocabulary, Warning};

use super::classifier::Classifier;
use crate::labelled_cells::{LabelledCells, LabelledCellsError};

/// Knows how to make a [`Classifier`]; holds settings that were checked, never data.
pub trait Train: Send + Sync {
    /// Name of the kind of model: `logistic`.
    fn kind(&self) -> &'static str;

    /// The settings, as they are written into model files and can be read back.
    fn settings(&self) -> serde_json::Value;

    /// Learns from cells whose columns are `genes`. The model's own [`genes`](Classifier::genes) may be fewer: those
    /// that it chose, in the same order; [`on_genes_of`](super::on_genes_of) puts cells on them.
    ///
    /// The model knows the labels that a training cell has, no others: a label of the set without any cell is
    /// not in [`Classifier::labels`], and no cell is ever called by it. Everything random comes from `seed`. The
    /// same cells, settings and seed give the same model, bit by bit, with any number of threads.
    ///
    /// # Errors
    /// When the cells cannot be learned from. A fit that stopped early is a warning, not an error.
    fn fit(
        &self,
        data: &LabelledCells<'_>,
        genes: &Vocabulary,
        seed: u64,
        progress: &dyn Progress,
    ) -> Result<Fit, FitError>;
}

/// A fitted model and how it came about.
pub struct Fit {
    /// The model.
    pub model: Box<dyn Classifier>,
    /// How training went.
    pub training: TrainingRecord,
    /// What needs the user's eye.
    pub warnings: Vec<Warning>,
}

/// Checks that the cells are on these genes.
pub(super) fn check_columns(data: &LabelledCells<'_>, genes: &Vocabulary) -> Result<(), FitError> {
    let columns = data.cells().n_genes();
    if columns == genes.len() { Ok(()) } else { Err(FitError::Genes { columns, genes: genes.len() }) }
}

/// Why there is no model.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum FitError {
    /// The cells cannot be learned from.
    #[error("the cells cannot be learned from")]
    Data(#[from] LabelledCellsError),
    /// The cells have other columns than the vocabulary has genes.
    #[error("the cells have {columns} columns but there are {genes} genes")]
    Genes {
        /// Columns of the cells.
        columns: usize,
        /// Names of genes.
        genes: usize,
    },
}
