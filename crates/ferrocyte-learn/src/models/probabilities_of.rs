//! Probabilities of cells, wherever they lie.

use ferrocyte_core::{CellStore, Scores, Vocabulary};

use super::classifier::{Classifier, PredictError};
use super::on_genes::on_genes_of;
use crate::cell_parts::PART_CELLS;

/// Probabilities of cells whose columns are `genes`, by a model that was trained on `genes`. Cells that are not in memory are
/// read a part at a time; the result is the same.
///
/// # Errors
/// When the cells cannot be read, or are not cells that the model can score.
pub fn probabilities_of(
    model: &dyn Classifier,
    cells: &dyn CellStore,
    genes: &Vocabulary,
) -> Result<Scores, PredictError> {
    let mut probabilities = Scores::default();
    if let Some(block) = cells.in_memory() {
        model.probabilities_into(&on_genes_of(model, block, genes), &mut probabilities)?;
        return Ok(probabilities);
    }
    let n_cells = cells.n_cells();
    let mut all = Scores::zeros(n_cells, model.labels().len());
    for start in (0..n_cells).step_by(PART_CELLS) {
        let block = cells
            .read(start..(start + PART_CELLS).min(n_cells))
            .map_err(|error| PredictError::Read { problem: crate::nn::training::chain(error.as_ref()) })?;
        model.probabilities_into(&on_genes_of(model, &block, genes), &mut probabilities).map_err(
            |error| match error {
                PredictError::Value { cell, found } => PredictError::Value { cell: start + cell, found },
                other => other,
            },
        )?;
        for (cell, row) in (start..).zip(probabilities.rows()) {
            all.row_mut(cell).copy_from_slice(row);
        }
    }
    Ok(all)
}
