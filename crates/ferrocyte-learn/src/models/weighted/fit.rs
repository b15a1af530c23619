//! Training of marker-weighted logistic regression.

use ferrocyte_core::{Block, LabelSet, LogNorm, Progress, TrainingRecord, Vocabulary, Warning};

use super::model::WeightedModel;
use super::params::{Weighted, WeightedParams};
use super::unmarked::unmarked;
use crate::cell_parts::CellParts;
use crate::kernels::weight_rows::WeightRows;
use crate::labelled_cells::LabelledCells;
use crate::models::labels_with_cells::labels_with_cells;
use crate::models::linear::{LinearModel, Problem, Solution};
use crate::models::markers::{Effects, Markers};
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
        let form = Form::of(self, data, genes)?;
        let cell_weights = self.params.balance.cell_weights(data);
        let cells = form.views_of(&data.cells().on_genes(&form.columns)?);
        let Fitted { model, training, mut warnings } =
            form.fit(&cells, &form.truth, &cell_weights, progress)?;
        warnings.extend(form.unmarked.clone());
        Ok(Fit { model: Box::new(model), training, warnings })
    }
}

/// What a model of some cells is made of, before its weights are found.
pub(super) struct Form<'a> {
    trainer: &'a Weighted,
    /// Columns of the markers, increasing.
    pub(super) columns: Vec<u32>,
    /// Their names.
    genes: Vocabulary,
    /// How each view sees them; `genes` of it are positions among them.
    views: Vec<Markers>,
    pub(super) labels: LabelSet,
    /// Labels that no gene marks clearly.
    unmarked: Option<Warning>,
    /// Position of each cell's label.
    pub(super) truth: Vec<u32>,
}

/// A model, and how its weights were found.
pub(super) struct Fitted {
    pub(super) model: WeightedModel,
    pub(super) training: TrainingRecord,
    pub(super) warnings: Vec<Warning>,
}

impl<'a> Form<'a> {
    /// Of cells whose columns are `genes`.
    pub(super) fn of(
        trainer: &'a Weighted,
        data: &LabelledCells<'_>,
        genes: &Vocabulary,
    ) -> Result<Self, FitError> {
        let params = &trainer.params;
        let effects = Effects::of(data, params.markers, params.min_cells)?;
        let unmarked = unmarked(&effects, data.labels().set());
        let view = |view: usize| {
            let (per_label, exponent) = params.view(view);
            effects.markers(per_label, exponent)
        };
        let mut views: Vec<Markers> = (0..params.views).map(view).collect();
        // The first view has the genes of all.
        let columns = views[0].genes.clone();
        for gene in views.iter_mut().flat_map(|view| &mut view.genes) {
            *gene = columns.binary_search(gene).map_or(0, |position| position as u32);
        }
        let names = columns.iter().map(|&gene| genes.names()[gene as usize].as_str());
        let genes = Vocabulary::of_distinct(names);
        let (labels, truth) = labels_with_cells(data);
        Ok(Self { trainer, columns, genes, views, labels, unmarked, truth })
    }

    /// Cells on the [columns](Self::columns), as each view sees them.
    pub(super) fn views_of(&self, cells: &Block<LogNorm>) -> Vec<Block<LogNorm>> {
        self.views.iter().map(|view| scaled(view, cells)).collect()
    }

    /// The model whose weights are best for cells, [as each view sees them](Self::views_of), that have these labels
    /// and count this much.
    pub(super) fn fit(
        &self,
        cells: &[Block<LogNorm>],
        truth: &[u32],
        cell_weights: &[f64],
        progress: &dyn Progress,
    ) -> Result<Fitted, FitError> {
        let mut models = Vec::with_capacity(self.views.len());
        let mut warnings = Vec::new();
        let mut trainings: Vec<TrainingRecord> = Vec::with_capacity(self.views.len());
        for (view, cells) in self.views.iter().zip(cells) {
            let solution = self.problem(cells, truth, cell_weights).solve(progress)?;
            models.push(self.model(view, &solution));
            trainings.push(solution.training);
            warnings.extend(solution.warnings);
        }
        Ok(Fitted { model: WeightedModel::new(models), training: in_one(trainings), warnings })
    }

    fn problem<'b>(
        &self,
        cells: &'b Block<LogNorm>,
        truth: &'b [u32],
        cell_weights: &'b [f64],
    ) -> Problem<'b> {
        let WeightedParams { l2, intercept, max_iterations, tolerance, .. } = self.trainer.params;
        let n_labels = self.labels.len();
        let cells = CellParts::of(cells);
        Problem { cells, truth, n_labels, cell_weights, l2, intercept, max_iterations, tolerance }
    }

    /// The model of a view, on the genes of all.
    fn model(&self, view: &Markers, solution: &Solution) -> LinearModel {
        let (n_genes, n_labels) = (self.genes.len(), self.labels.len());
        let mut weights = WeightRows::zeros(n_genes, n_labels);
        let mut spread = vec![0.0; n_genes];
        // (x · factor) · W = x · (factor · W)
        for (position, (&gene, factor)) in view.genes.iter().zip(&view.factors).enumerate() {
            let found = |label| solution.weights.get(position, label) * factor;
            weights.set(gene as usize, (0..n_labels).map(found));
            spread[gene as usize] = solution.spread[position] / factor;
        }
        LinearModel::new(
            Weighted::KIND,
            self.trainer.settings(),
            self.genes.clone(),
            self.labels.clone(),
            weights,
            solution.intercept.clone(),
            Some(spread),
        )
    }
}

/// The values of a view's genes, each times its factor. Not log-normalised any more, but of the same shape and sign:
/// the optimiser asks for no more.
fn scaled(view: &Markers, cells: &Block<LogNorm>) -> Block<LogNorm> {
    let cells = cells.select_genes(&view.genes);
    let (row_ptr, genes, values) = cells.as_csr();
    let values = genes.iter().zip(values).map(|(&gene, value)| value * view.factors[gene as usize]);
    Block::new(cells.n_genes(), row_ptr.to_vec(), genes.to_vec(), values.collect())
        .expect("a positive factor keeps values finite and above zero")
}

/// How the training of all views went. There is at least one.
fn in_one(mut trainings: Vec<TrainingRecord>) -> TrainingRecord {
    let mut all = trainings.remove(0);
    for other in trainings {
        all.converged &= other.converged;
        all.iterations += other.iterations;
        all.stopped = format!("{}; second view: {}", all.stopped, other.stopped);
    }
    all
}
