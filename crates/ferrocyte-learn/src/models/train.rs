//! What every kind of model does to learn.

use ferrocyte_core::{NamedArrays, Progress, TrainingRecord, Vocabulary, Warning};

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

    /// Whether cells that are not in memory are learnt from part by part, however many they are. Other kinds read them into memory,
    /// all of them or what they need: whoever calls decides whether they may.
    fn can_stream(&self) -> bool {
        false
    }

    /// Whether [`fit_with`](Self::fit_with) saves and resumes.
    fn can_resume(&self) -> bool {
        false
    }

    /// As [`fit`](Self::fit), and hands over everything that is needed to go on after a break, from time to time. A training that
    /// goes on gives the same model, bit by bit, as one that was never broken off. Kinds that are trained in one go save nothing.
    ///
    /// # Errors
    /// As for [`fit`](Self::fit), and when a state cannot be saved or is not one of this training.
    fn fit_with(
        &self,
        data: &LabelledCells<'_>,
        genes: &Vocabulary,
        seed: u64,
        progress: &dyn Progress,
        _checkpoints: &mut dyn Checkpoints,
    ) -> Result<Fit, FitError> {
        self.fit(data, genes, seed, progress)
    }
}

/// Where the states of a training are kept.
pub trait Checkpoints {
    /// The state to go on from; `None` to begin.
    fn resume(&mut self) -> Option<TrainingState>;

    /// Keeps a state in the place of the one before it.
    ///
    /// # Errors
    /// Why it could not be kept; the training stops then.
    fn save(&mut self, state: &TrainingState) -> Result<(), CheckpointError>;

    /// Whether states are kept at all: otherwise none is made.
    fn keeps(&self) -> bool {
        true
    }
}

/// What went wrong in keeping a state; the crate that keeps it knows the kinds.
pub type CheckpointError = Box<dyn std::error::Error + Send + Sync + 'static>;

/// Begins at the beginning and keeps nothing.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoCheckpoints;

impl Checkpoints for NoCheckpoints {
    fn resume(&mut self) -> Option<TrainingState> {
        None
    }

    fn save(&mut self, _: &TrainingState) -> Result<(), CheckpointError> {
        Ok(())
    }

    fn keeps(&self) -> bool {
        false
    }
}

/// A training in the middle: data alone, so that it can be written down.
#[derive(Debug, Clone, PartialEq)]
pub struct TrainingState {
    /// How far it is, and what was measured on the way.
    pub log: serde_json::Value,
    /// Weights, and what the optimiser remembers.
    pub arrays: NamedArrays,
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
    let columns = data.n_genes();
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
    /// The cells are not in memory, and could not be read.
    #[error("the cells cannot be read: {problem}")]
    Read {
        /// What went wrong, with its causes.
        problem: String,
    },
    /// The weights grew beyond all bounds.
    #[error("the loss is not a number any more in epoch {epoch}; a smaller learning rate may help")]
    Diverged {
        /// Number of the epoch, from 1.
        epoch: usize,
    },
    /// A state cannot be kept.
    #[error("the training after epoch {epoch} cannot be saved: {problem}")]
    Save {
        /// Number of the epoch, from 1.
        epoch: usize,
        /// What went wrong, with its causes.
        problem: String,
    },
    /// The device beside the processor, which was to compute it, failed.
    #[error("the training failed on the device: {problem}")]
    Device {
        /// What went wrong, with its causes.
        problem: String,
    },
    /// What was kept is not a state of this training.
    #[error("what was saved is not a state of this training: {problem}")]
    Resume {
        /// What does not fit.
        problem: String,
    },
}
