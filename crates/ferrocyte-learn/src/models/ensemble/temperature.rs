//! How sure a member may be.

use ferrocyte_core::{Labels, Scores, Silent, Vocabulary};

use crate::calibrate::{HeldOut, fit_temperature};
use crate::labelled_cells::LabelledCells;
use crate::models::labels_with_cells::labels_with_cells;
use crate::models::on_genes::on_genes_of;
use crate::models::train::{FitError, Train};
use crate::nn::validation::set_aside;

/// Share of the cells that a member is judged by.
const ASIDE: f64 = 0.2;

/// Changes nothing.
pub(super) const NONE: f64 = 1.0;

/// The temperature that makes the probabilities of a kind of model say how often they are right, found on a fifth of the cells of
/// each label with a model that was trained on the others. Members whose probabilities mean the same can be averaged: one that
/// is too sure would otherwise speak for all.
pub(super) fn temperature(
    trainer: &dyn Train,
    data: &LabelledCells<'_>,
    genes: &Vocabulary,
    seed: u64,
) -> Result<f64, FitError> {
    let (labels, truth) = labels_with_cells(data);
    let counted: Vec<usize> = (0..truth.len()).filter(|&cell| data.weight(cell) > 0.0).collect();
    let (stay, aside) = set_aside(&counted, &truth, labels.len(), ASIDE, seed);
    if aside.is_empty() {
        return Ok(NONE);
    }
    let (cells, given) = (data.cells().some(&stay)?, data.labels().select(&stay));
    let weights = stay.iter().map(|&cell| data.weight(cell)).collect();
    // A cell of each label stays, so what could be learnt from can be still.
    let Ok(part) = LabelledCells::with_weights(&cells, &given, weights) else { return Ok(NONE) };
    let model = trainer.fit(&part, genes, seed, &Silent)?.model;
    let cells = data.cells().some(&aside)?;
    let mut probabilities = Scores::default();
    if model.probabilities_into(&on_genes_of(model.as_ref(), &cells, genes), &mut probabilities).is_err() {
        return Ok(NONE); // cells that were checked are on the genes of the model
    }
    let codes: Vec<usize> = aside.iter().map(|&cell| truth[cell] as usize).collect();
    let Ok(given) = Labels::from_codes(labels, &codes) else { return Ok(NONE) };
    let all: Vec<usize> = (0..aside.len()).collect();
    Ok(fit_temperature(&HeldOut { probabilities: &probabilities, labels: &given }, &all))
}
