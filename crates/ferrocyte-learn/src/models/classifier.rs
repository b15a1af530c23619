//! What every fitted model does.

use ferrocyte_core::{Block, LabelSet, LogNorm, NamedArrays, Scores, Vocabulary};

use super::label_weights::LabelWeights;
use crate::labelled_cells::{LARGEST_VALUE, too_large};

/// A fitted model. `&self` everywhere: many threads share one model, and predicting never changes it.
pub trait Classifier: Send + Sync {
    /// Name of the kind of model: `logistic`.
    fn kind(&self) -> &'static str;

    /// The genes it knows, in the order of the columns it expects.
    fn genes(&self) -> &Vocabulary;

    /// The labels it can give: those that a training cell had, in the order of the columns it writes.
    fn labels(&self) -> &LabelSet;

    /// Settings of its training.
    fn settings(&self) -> serde_json::Value;

    /// Writes probabilities of shape `(n_cells, n_labels)`, one row per cell in cell order, each with a sum of 1.
    /// What `probabilities` held before is gone.
    ///
    /// A cell without any value gets the probabilities of a cell the model knows nothing about. The result does not
    /// depend on how cells are divided into blocks, nor on the number of threads.
    ///
    /// # Errors
    /// When the block has other columns than the model has genes, or holds a value that is not a logarithm of
    /// counts.
    fn probabilities_into(
        &self,
        block: &Block<LogNorm>,
        probabilities: &mut Scores,
    ) -> Result<(), PredictError>;

    /// How much each gene weighs in the model's decisions, in the order of [`genes`](Self::genes): finite, not below
    /// zero, in any unit, since only shares of the sum are looked at. `None` where the kind of model cannot say; then
    /// every gene counts alike.
    fn gene_weights(&self) -> Option<Vec<f64>> {
        None
    }

    /// What each gene does to the score of each label, for kinds of model whose scores are sums over genes: those can say why
    /// a cell has its label. `None` for the others.
    fn label_weights(&self) -> Option<LabelWeights> {
        None
    }

    /// As [`probabilities_into`](Self::probabilities_into), and for each cell the share of the model's members whose own
    /// most probable label is that of the whole model: from 0 to 1, how far several opinions agree with the answer. `None`
    /// where the kind of model has no members.
    ///
    /// # Errors
    /// As for [`probabilities_into`](Self::probabilities_into).
    fn probabilities_and_agreement(
        &self,
        block: &Block<LogNorm>,
        probabilities: &mut Scores,
    ) -> Result<Option<Vec<f64>>, PredictError> {
        self.probabilities_into(block, probabilities).map(|()| None)
    }

    /// Takes note, before any cell is scored, that a query has only some of the genes: what the others would add in a
    /// typical training cell is then added to every cell. `typical` has the value of each gene there. Returns whether
    /// this kind of model can; otherwise nothing has changed, and a gene that is not there counts as zero.
    ///
    /// # Panics
    /// When `typical` or `found` does not have one entry for each gene.
    fn lack(&mut self, _typical: &[f32], _found: &[bool]) -> bool {
        false
    }

    /// The numbers of the model; [`load`](super::load) makes the same model of them.
    fn to_arrays(&self) -> NamedArrays;
}

/// Why there is no prediction.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum PredictError {
    /// The cells were not put on the genes of the model.
    #[error("expected cells with the {expected} genes of the model, found {found} columns")]
    Genes {
        /// Genes of the model.
        expected: usize,
        /// Columns of the block.
        found: usize,
    },
    /// A value that is not a logarithm of counts.
    #[error(
        "cell {cell} of the block: {found} is not a log-normalised value, which is at most {LARGEST_VALUE}"
    )]
    Value {
        /// Position of the cell in the block.
        cell: usize,
        /// The value.
        found: f32,
    },
    /// The cells are not in memory, and could not be read.
    #[error("the cells cannot be read: {problem}")]
    Read {
        /// What went wrong, with its causes.
        problem: String,
    },
}

/// Checks what every model asks of a block.
pub(super) fn check_block(block: &Block<LogNorm>, genes: &Vocabulary) -> Result<(), PredictError> {
    if block.n_genes() != genes.len() {
        return Err(PredictError::Genes { expected: genes.len(), found: block.n_genes() });
    }
    match too_large(block) {
        Some((cell, found)) => Err(PredictError::Value { cell, found }),
        None => Ok(()),
    }
}
