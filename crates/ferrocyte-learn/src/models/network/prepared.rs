//! What every network wants to know of its training cells.

use std::borrow::Cow;

use ferrocyte_core::{Block, LabelSet, LogNorm, Vocabulary};

use crate::cell_parts::CellParts;
use crate::labelled_cells::LabelledCells;
use crate::models::balance::Balance;
use crate::models::labels_with_cells::labels_with_cells;
use crate::models::train::FitError;
use crate::nn::scaling::Scaling;
use crate::nn::training::TrainingCells;
use crate::nn::validation::set_aside;

/// Cells that are set aside at most: they stay in memory, and accuracy on so many is known to half a per cent.
const MOST_ASIDE: f64 = 16_384.0;

/// Training cells, divided, weighted and measured.
pub(in crate::models) struct Prepared<'a> {
    cells: CellParts<'a>,
    pub(in crate::models) labels: LabelSet,
    truth: Vec<u32>,
    weights: Vec<f64>,
    pub(in crate::models) training: Vec<usize>,
    validation: Vec<usize>,
    aside: Cow<'a, Block<LogNorm>>,
    positions_aside: Vec<usize>,
    pub(in crate::models) scaling: Scaling,
    pub(in crate::models) varies: Vec<bool>,
}

impl<'a> Prepared<'a> {
    /// Sets cells aside and measures the genes on the others alone.
    pub(in crate::models) fn new(
        data: &LabelledCells<'a>,
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
        let share = validation.min(MOST_ASIDE / counted.len().max(1) as f64);
        let (training, validation) = set_aside(&counted, &truth, labels.len(), share, seed);
        let cells = data.cells();
        let (scaling, varies) = Scaling::over(cells, &training)?;
        let (aside, positions_aside) = match cells.in_memory() {
            Some(block) => (Cow::Borrowed(block), validation.clone()),
            None => (Cow::Owned(cells.some(&validation)?), (0..validation.len()).collect()),
        };
        let weights = balance.cell_weights(data);
        Ok(Self {
            cells,
            labels,
            truth,
            weights,
            training,
            validation,
            aside,
            positions_aside,
            scaling,
            varies,
        })
    }

    /// What the training loop takes.
    pub(in crate::models) fn cells(&self) -> TrainingCells<'_> {
        TrainingCells {
            cells: self.cells,
            labels: &self.truth,
            weights: &self.weights,
            training: &self.training,
            validation: &self.validation,
            aside: (&self.aside, &self.positions_aside),
        }
    }
}
