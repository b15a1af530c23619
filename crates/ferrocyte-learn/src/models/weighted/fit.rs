//! Training of marker-weighted logistic regression.

use ferrocyte_core::{Block, LogNorm, Progress, Vocabulary};

use super::params::{Weighted, WeightedParams};
use crate::kernels::weight_rows::WeightRows;
use crate::labelled_cells::LabelledCells;
use crate::models::labels_with_cells::labels_with_cells;
use crate::models::linear::{LinearModel, Problem};
use crate::models::markers::Markers;
use crate::models::train::{Fit, FitError, Train, check_columns};

impl Train for Weighted {
    fn kind(&self) -> &'static str {
        Self::KIND
    }

    fn settings(&self) -> serde_json::Value {
        serde_json::json!(self.params)
    }

    fn fit(
        &self,
        data: &LabelledCells<'_>,
        genes: &Vocabulary,
        _seed: u64,
        progress: &dyn Progress,
    ) -> Result<Fit, FitError> {
        check_columns(data, genes)?;
        let WeightedParams {
            markers,
            exponent,
            min_cells,
            l2,
            intercept,
            balance,
            max_iterations,
            tolerance,
        } = self.params;
        let markers = Markers::choose(data, markers, exponent, min_cells);
        let (labels, truth) = labels_with_cells(data);
        let problem = Problem {
            cells: &scaled(data.cells(), &markers),
            truth: &truth,
            n_labels: labels.len(),
            cell_weights: &balance.cell_weights(data),
            l2,
            intercept,
            max_iterations,
            tolerance,
        };
        let solution = problem.solve(progress);
        // (x · factor) · W = x · (factor · W)
        let mut weights = WeightRows::zeros(markers.genes.len(), labels.len());
        for (gene, factor) in markers.factors.iter().enumerate() {
            let row = (0..labels.len()).map(|label| solution.weights.get(gene, label) * factor);
            weights.set(gene, row);
        }
        let spread = solution.spread.iter().zip(&markers.factors).map(|(spread, factor)| spread / factor);
        let names = markers.genes.iter().map(|&gene| genes.names()[gene as usize].as_str());
        Ok(Fit {
            training: solution.training,
            warnings: solution.warnings,
            model: Box::new(LinearModel::new(
                Self::KIND,
                self.settings(),
                Vocabulary::of_distinct(names),
                labels,
                weights,
                solution.intercept,
                Some(spread.collect()),
            )),
        })
    }
}

/// The values of the markers, each times its factor. Not log-normalised any more, but of the same shape and sign:
/// the optimiser asks for no more.
fn scaled(cells: &Block<LogNorm>, markers: &Markers) -> Block<LogNorm> {
    let cells = cells.select_genes(&markers.genes);
    let (row_ptr, genes, values) = cells.as_csr();
    let values = genes.iter().zip(values).map(|(&gene, value)| value * markers.factors[gene as usize]);
    Block::new(cells.n_genes(), row_ptr.to_vec(), genes.to_vec(), values.collect())
        .expect("a positive factor keeps values finite and above zero")
}
