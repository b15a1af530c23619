//! Training of nearest neighbours: the components, and where the cells are in them.

use ferrocyte_core::{Progress, TrainingRecord, Vocabulary};

use super::components::{Components, ITERATIONS};
use super::model::{KnnModel, Projection};
use super::params::{Knn, KnnParams};
use super::variable_genes::most_variable;
use crate::labelled_cells::LabelledCells;
use crate::models::labels_with_cells::labels_with_cells;
use crate::models::train::{Fit, FitError, Train, check_columns};

impl Train for Knn {
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
        seed: u64,
        progress: &dyn Progress,
    ) -> Result<Fit, FitError> {
        check_columns(data, genes)?;
        progress.begin("training", ITERATIONS as u64);
        let KnnParams { components, variable_genes, neighbours: _ } = self.params;
        let variable = most_variable(data, variable_genes)?;
        let (labels, truth) = labels_with_cells(data);
        let counted: Vec<usize> = (0..data.n_cells()).filter(|&cell| data.weight(cell) > 0.0).collect();
        let mut cells = data.cells().on_genes(&variable)?;
        if counted.len() < cells.n_cells() {
            cells = cells.select_cells(&counted);
        }
        // A mean of 1: weights far from 1 would lose digits.
        let total: f64 = counted.iter().map(|&cell| data.weight(cell)).sum();
        let weights: Vec<f64> =
            counted.iter().map(|&cell| data.weight(cell) * counted.len() as f64 / total).collect();
        let found = Components::of(&cells, &weights, components, seed, progress);
        progress.finish();

        let names = variable.iter().map(|&gene| genes.names()[gene as usize].as_str());
        let projection = Projection::new(found.mean, &found.rotation, found.variance);
        let stopped = format!(
            "{} principal components of {} genes, {} training cells kept",
            projection.n_components(),
            variable.len(),
            counted.len()
        );
        let model = KnnModel::new(
            self.params,
            Vocabulary::of_distinct(names),
            labels,
            projection.of_cells(&cells),
            projection,
            counted.iter().map(|&cell| truth[cell]).collect(),
            weights.iter().map(|&weight| weight as f32).collect(),
        );
        Ok(Fit {
            model: Box::new(model),
            training: TrainingRecord { converged: true, iterations: ITERATIONS, stopped, curves: vec![] },
            warnings: vec![],
        })
    }
}
