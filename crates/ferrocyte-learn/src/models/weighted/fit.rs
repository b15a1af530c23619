//! Training of marker-weighted logistic regression.

use ferrocyte_core::{Block, LabelSet, LogNorm, Progress, TrainingRecord, Vocabulary, Warning};

use super::params::{Weighted, WeightedParams};
use crate::kernels::weight_rows::WeightRows;
use crate::labelled_cells::LabelledCells;
use crate::models::labels_with_cells::labels_with_cells;
use crate::models::linear::{LinearModel, Problem, Solution};
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
        let form = Form::of(self, data, genes);
        let cell_weights = self.params.balance.cell_weights(data);
        let cells = form.scaled(&data.cells().select_genes(&form.markers.genes));
        let Fitted { model, training, warnings } = form.fit(&cells, &form.truth, &cell_weights, progress);
        Ok(Fit { model: Box::new(model), training, warnings })
    }
}

/// What a model of some cells is made of, before its weights are found.
pub(super) struct Form<'a> {
    trainer: &'a Weighted,
    pub(super) markers: Markers,
    genes: Vocabulary,
    pub(super) labels: LabelSet,
    /// Position of each cell's label.
    pub(super) truth: Vec<u32>,
}

/// A model, and how its weights were found.
pub(super) struct Fitted {
    pub(super) model: LinearModel,
    pub(super) training: TrainingRecord,
    pub(super) warnings: Vec<Warning>,
}

impl<'a> Form<'a> {
    /// Of cells whose columns are `genes`.
    pub(super) fn of(trainer: &'a Weighted, data: &LabelledCells<'_>, genes: &Vocabulary) -> Self {
        let WeightedParams { markers, exponent, min_cells, .. } = trainer.params;
        let markers = Markers::choose(data, markers, exponent, min_cells);
        let names = markers.genes.iter().map(|&gene| genes.names()[gene as usize].as_str());
        let genes = Vocabulary::of_distinct(names);
        let (labels, truth) = labels_with_cells(data);
        Self { trainer, markers, genes, labels, truth }
    }

    /// The values of the markers, each times its factor. Not log-normalised any more, but of the same shape and sign:
    /// the optimiser asks for no more.
    pub(super) fn scaled(&self, markers: &Block<LogNorm>) -> Block<LogNorm> {
        let (row_ptr, genes, values) = markers.as_csr();
        let values =
            genes.iter().zip(values).map(|(&gene, value)| value * self.markers.factors[gene as usize]);
        Block::new(markers.n_genes(), row_ptr.to_vec(), genes.to_vec(), values.collect())
            .expect("a positive factor keeps values finite and above zero")
    }

    /// The model whose weights are best for [scaled](Self::scaled) cells that have these labels and count this much.
    pub(super) fn fit(
        &self,
        cells: &Block<LogNorm>,
        truth: &[u32],
        cell_weights: &[f64],
        progress: &dyn Progress,
    ) -> Fitted {
        let WeightedParams { l2, intercept, max_iterations, tolerance, .. } = self.trainer.params;
        let n_labels = self.labels.len();
        let problem =
            Problem { cells, truth, n_labels, cell_weights, l2, intercept, max_iterations, tolerance };
        let Solution { weights: found, intercept, spread, training, warnings } = problem.solve(progress);
        // (x · factor) · W = x · (factor · W)
        let factors = &self.markers.factors;
        let mut weights = WeightRows::zeros(factors.len(), n_labels);
        for (gene, factor) in factors.iter().enumerate() {
            weights.set(gene, (0..n_labels).map(|label| found.get(gene, label) * factor));
        }
        let spread = spread.iter().zip(factors).map(|(spread, factor)| spread / factor);
        let model = LinearModel::new(
            Weighted::KIND,
            self.trainer.settings(),
            self.genes.clone(),
            self.labels.clone(),
            weights,
            intercept,
            Some(spread.collect()),
        );
        Fitted { model, training, warnings }
    }
}
