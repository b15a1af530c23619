//! The weights at the lowest point of the objective.

use ferrocyte_core::{Progress, TrainingRecord, Warning};

use super::Intercept;
use super::coordinates::Coordinates;
use super::doubtful::Doubtful;
use super::follower::{Follower, not_converged};
use super::moments::Moments;
use super::objective::CrossEntropy;
use crate::cell_parts::CellParts;
use crate::kernels::weight_rows::WeightRows;
use crate::models::train::FitError;
use crate::optimise::{Lbfgs, Step};

/// Steps that L-BFGS remembers.
const HISTORY: usize = 10;
/// Cells above which an evaluation costs so much more than a step that remembering more of them is worth it.
const MANY_CELLS: usize = 32_768;
/// Steps that are remembered then: on 100,000 cells of 14,053 genes 127 steps instead of 190 with ten.
const LONG_HISTORY: usize = 30;

/// Cells above which most steps look only at those in doubt: below, choosing and copying them costs what it saves.
pub(in crate::models) const VERY_MANY_CELLS: usize = 1 << 18;

/// `Σ over cells of weight · −ln p(label | cell) + l2 / 2 · Σ W²`, to be brought to its lowest point.
pub(in crate::models) struct Problem<'a> {
    pub(in crate::models) cells: CellParts<'a>,
    /// Position of each cell's label.
    pub(in crate::models) truth: &'a [u32],
    pub(in crate::models) n_labels: usize,
    pub(in crate::models) cell_weights: &'a [f64],
    pub(in crate::models) l2: f64,
    pub(in crate::models) intercept: Intercept,
    pub(in crate::models) max_iterations: usize,
    /// Share of the lowest value that the objective may be above it.
    pub(in crate::models) tolerance: f64,
}

/// The lowest point, or where the way to it ended.
pub(in crate::models) struct Solution {
    pub(in crate::models) weights: WeightRows,
    /// With a mean of zero.
    pub(in crate::models) intercept: Vec<f64>,
    /// Standard deviation of each gene.
    pub(in crate::models) spread: Vec<f32>,
    pub(in crate::models) training: TrainingRecord,
    pub(in crate::models) warnings: Vec<Warning>,
}

impl Problem<'_> {
    /// Finds the lowest point, from all weights zero. Nothing is random.
    pub(in crate::models) fn solve(&self, progress: &dyn Progress) -> Result<Solution, FitError> {
        let mut label_weights = vec![0.0; self.n_labels];
        for (&label, weight) in self.truth.iter().zip(self.cell_weights) {
            label_weights[label as usize] += weight;
        }
        let moments = Moments::of(self.cells, self.cell_weights)?;
        let coordinates = Coordinates::new(&moments, self.n_labels, self.intercept);
        let mut objective = CrossEntropy::new(
            self.cells,
            self.truth,
            self.cell_weights,
            &moments.genes,
            &coordinates,
            self.l2,
        );
        let mut follower = Follower::new(progress, self.tolerance);
        let history = if self.truth.len() > MANY_CELLS { LONG_HISTORY } else { HISTORY };
        let optimiser = Lbfgs { max_iterations: self.max_iterations, tolerance: self.tolerance, history };
        let start = coordinates.start(&label_weights);
        let mut observe = |step: &Step| follower.see(step);
        let minimum = if self.truth.len() > VERY_MANY_CELLS {
            let Self { cells, truth, cell_weights, .. } = *self;
            let n_non_zeros = cells.n_non_zeros()?;
            let doubtful = Doubtful { optimiser, cells, n_non_zeros, truth, cell_weights };
            doubtful.minimise(&mut objective, start, &mut observe)
        } else {
            Ok(optimiser.minimise(&mut objective, start, &mut observe))
        };
        progress.finish();
        if let Some(error) = objective.failure() {
            return Err(error);
        }
        let minimum = minimum?;

        let mut weights = WeightRows::zeros(self.cells.n_genes(), self.n_labels);
        let mut intercept = vec![0.0; self.n_labels];
        coordinates.to_weights(&minimum.point, &moments.genes, &mut weights, &mut intercept);
        // The same number on every intercept changes nothing; a mean of zero makes them easy to compare.
        let mean = intercept.iter().sum::<f64>() / intercept.len() as f64;
        for intercept in &mut intercept {
            *intercept -= mean;
        }
        Ok(Solution {
            weights,
            intercept,
            spread: coordinates.spread(&moments.genes, self.cells.n_genes()),
            training: follower.record(&minimum, self.tolerance),
            warnings: not_converged(&minimum).into_iter().collect(),
        })
    }
}
