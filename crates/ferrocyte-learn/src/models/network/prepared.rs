//! What every network wants to know of its training cells.

use ferrocyte_core::{Block, LabelSet, LogNorm, Vocabulary};

use crate::labelled_cells::LabelledCells;
use crate::models::balance::Balance;
use crate::models::labels_with_cells::labels_with_cells;
use crate::models::train::FitError;
use crate::nn::scaling::Scaling;
use crate::nn::training::TrainingCells;
use crate::nn::validation::set_aside;

/// Training cells, divided, weighted and measured.
pub(in crate::models) struct Prepared<'a> {
    block: &'a Block<LogNorm>,
    pub(in crate::models) labels: LabelSet,
    truth: Vec<u32>,
    weights: Vec<f64>,
    pub(in crate::models) training: Vec<usize>,
    validation: Vec<usize>,
    pub(in crate::models) scaling: Scaling,
    pub(in crate::models) varies: Vec<bool>,
}

impl<'a> Prepared<'a> {
    /// Sets cells aside and measures the genes on the others alone.
    pub(in crate::models) fn new(
        data: &LabelledCells<'_>,
        block: &'a Block<LogNorm>,
        genes: &Vocabulary,
        balance: Balance,
        validation: f64,
        seed: u64,
    ) -> Result<Self, FitError> {
        if data.n_genes() != genes.len() {
            return Err(FitError::Genes { columns: data.n_genes(), genes: genes.len() });
        }
        let (labels, truth) = labels_with_cells(data);
        let counted: Vec<usize> = (0..data.n_cells()).filter(|&cell| data.weight(cell) > 0.0).collect();
        let (training, validation) = set_aside(&counted, &truth, labels.len(), validation, seed);
        let (scaling, varies) = Scaling::of(block, &training);
        let weights = balance.cell_weights(data);
        Ok(Self { block, labels, truth, weights, training, validation, scaling, varies })
    }

    /// What the training loop takes.
    pub(in crate::models) fn cells(&self) -> TrainingCells<'_> {
        TrainingCells {
            block: self.block,
            labels: &self.truth,
            weights: &self.weights,
            training: &self.training,
            validation: &self.validation,
        }
    }
}
