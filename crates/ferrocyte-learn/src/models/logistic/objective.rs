//! What logistic regression minimises.

use std::ops::Range;

use ferrocyte_core::{Block, LogNorm};
use rayon::prelude::*;

use crate::kernels::gene_major::{GeneMajor, SLAB_CELLS};
use crate::kernels::lanes::{LANES, Lanes, tiles};
use crate::kernels::row_sums::sum_rows;
use crate::kernels::softmax::softmax;
use crate::kernels::weight_rows::WeightRows;
use crate::optimise::{Nearness, Objective, dot};

use super::coordinates::Coordinates;

/// Cells handed to a thread at once.
const CHUNK_CELLS: usize = 64;
/// Genes handed to a thread at once.
const CHUNK_GENES: usize = 64;
/// Products that are summed in `f32` before the sum is taken on in `f64`.
const RUN: usize = 512;

/// `Σ over cells of weight · cross-entropy + l2 / 2 · |W|²`, as a function of [`Coordinates`].
///
/// Scores and gradients are summed in `f32` over a cell's genes or [`RUN`] cells, and in `f64` beyond that. Each
/// cell and each gene is summed by one thread in a fixed order, so threads do not change a bit of the result.
pub(super) struct CrossEntropy<'a> {
    cells: &'a Block<LogNorm>,
    truth: &'a [u32],
    cell_weights: &'a [f64],
    genes: &'a GeneMajor,
    coordinates: &'a Coordinates,
    l2: f64,
    weights: WeightRows,
    intercept: Vec<f64>,
    residuals: Vec<Vec<Lanes>>, // tile by tile, one row per cell of a slab: weight · (probability − truth)
    sums: Vec<CellSums>,        // one per chunk of cells
    intercept_curvature: Vec<f64>,
}

/// What the cells of a chunk add up to.
#[derive(Clone, Default)]
struct CellSums {
    loss: f64,
    residual: Vec<f64>,  // per label
    curvature: Vec<f64>, // per label: Σ weight · probability · (1 − probability)
}

impl<'a> CrossEntropy<'a> {
    pub(super) fn new(
        cells: &'a Block<LogNorm>,
        truth: &'a [u32],
        cell_weights: &'a [f64],
        genes: &'a GeneMajor,
        coordinates: &'a Coordinates,
        l2: f64,
    ) -> Self {
        let n_labels = coordinates.n_labels();
        Self {
            weights: WeightRows::zeros(cells.n_genes(), n_labels),
            intercept: vec![0.0; n_labels],
            residuals: vec![vec![Lanes::ZERO; SLAB_CELLS.min(cells.n_cells())]; tiles(n_labels)],
            sums: Vec::new(),
            intercept_curvature: vec![0.0; n_labels],
            cells,
            truth,
            cell_weights,
            genes,
            coordinates,
            l2,
        }
    }

    /// Fills in probabilities minus truth of the cells of a slab, and what they add up to.
    fn residuals(&mut self, cells: &Range<usize>) {
        let n_labels = self.intercept.len();
        let n_chunks = cells.len().div_ceil(CHUNK_CELLS);
        let mut rows: Vec<Vec<&mut [Lanes]>> = (0..n_chunks).map(|_| Vec::new()).collect();
        for tile in &mut self.residuals {
            for (rows, tile) in rows.iter_mut().zip(tile[..cells.len()].chunks_mut(CHUNK_CELLS)) {
                rows.push(tile);
            }
        }
        let (block, truth, cell_weights) = (self.cells, self.truth, self.cell_weights);
        let (weights, intercept) = (&self.weights, &self.intercept);
        let sums = rows.par_iter_mut().enumerate().map(|(chunk, rows)| {
            let first = cells.start + chunk * CHUNK_CELLS;
            let mut sums =
                CellSums { loss: 0.0, residual: vec![0.0; n_labels], curvature: vec![0.0; n_labels] };
            let mut scores = vec![0.0; n_labels];
            for i in 0..rows[0].len() {
                let (truth, weight) = (truth[first + i] as usize, cell_weights[first + i]);
                weights.score(block.cell(first + i), intercept, &mut scores);
                sums.loss += weight * loss_and_residuals(&mut scores, truth);
                for (label, &residual) in scores.iter().enumerate() {
                    let probability = if label == truth { 1.0 + residual } else { residual };
                    sums.residual[label] += weight * residual;
                    sums.curvature[label] += weight * probability * (1.0 - probability);
                    rows[label / LANES][i].0[label % LANES] = (weight * residual) as f32;
                }
            }
            sums
        });
        sums.collect_into_vec(&mut self.sums);
    }

    /// Adds what the cells of a slab pull at each weight to the gradient, gene by gene.
    fn pull(&self, slab: usize, gradient: &mut [f64]) {
        let n_labels = self.intercept.len();
        let slab = &self.genes.slabs[slab];
        gradient.par_chunks_mut(CHUNK_GENES * n_labels).enumerate().for_each(|(chunk, gradient)| {
            for (i, gradient) in gradient.chunks_exact_mut(n_labels).enumerate() {
                let (cells, values) = slab.gene(chunk * CHUNK_GENES + i);
                for (tile, residuals) in self.residuals.iter().enumerate() {
                    let labels = tile * LANES..((tile + 1) * LANES).min(n_labels);
                    for (cells, values) in cells.chunks(RUN).zip(values.chunks(RUN)) {
                        let sums = sum_rows(cells, values, residuals);
                        for (gradient, sum) in gradient[labels.clone()].iter_mut().zip(sums.0) {
                            *gradient += f64::from(sum);
                        }
                    }
                }
            }
        });
    }
}

impl Objective for CrossEntropy<'_> {
    fn dimension(&self) -> usize {
        self.coordinates.dimension()
    }

    fn evaluate(&mut self, point: &[f64], gradient: &mut [f64]) -> f64 {
        let n_labels = self.intercept.len();
        let penalty =
            self.coordinates.to_weights(point, &self.genes.genes, &mut self.weights, &mut self.intercept);
        let (weight_gradient, intercept_gradient) = gradient.split_at_mut(point.len() - n_labels);
        weight_gradient.fill(0.0);
        intercept_gradient.fill(0.0);
        self.intercept_curvature.fill(0.0);
        let mut value = 0.5 * self.l2 * penalty;
        for slab in 0..self.genes.slabs.len() {
            self.residuals(&self.genes.slabs[slab].cells.clone());
            for sums in &self.sums {
                value += sums.loss;
                for label in 0..n_labels {
                    intercept_gradient[label] += sums.residual[label];
                    self.intercept_curvature[label] += sums.curvature[label];
                }
            }
            self.pull(slab, weight_gradient);
        }
        self.coordinates.to_gradient(point, self.l2, gradient);
        value
    }

    /// The objective bends upwards by at least `l2` along every weight, so it cannot be lower than its value
    /// minus `|gradient|² / (2 · l2)`. The intercepts have no such floor; for them the curvature found here stands.
    fn nearness(&self, gradient: &[f64]) -> Nearness {
        let (by_weight, by_intercept) = self.coordinates.split_gradient(gradient);
        let weights = dot(by_weight, by_weight);
        let (mut intercepts, mut reach) = (0.0, 0.0);
        for (slope, curvature) in by_intercept.zip(&self.intercept_curvature) {
            intercepts += slope * slope;
            // No curvature means no doubt left about any cell, and no slope.
            reach += if *curvature > 0.0 { slope * slope / curvature } else { 0.0 };
        }
        Nearness { gradient_norm: (weights + intercepts).sqrt(), excess: 0.5 * (weights / self.l2 + reach) }
    }
}

/// Turns scores into probabilities minus truth, in place, and returns the cross-entropy. Both keep their digits
/// where the truth is nearly certain: one minus a probability is the sum of the others.
fn loss_and_residuals(scores: &mut [f64], truth: usize) -> f64 {
    let gap = scores.iter().copied().fold(f64::NEG_INFINITY, f64::max) - scores[truth];
    let log_sum = softmax(scores);
    let others: f64 = scores.iter().enumerate().filter(|(label, _)| *label != truth).map(|(_, p)| p).sum();
    let loss = if gap == 0.0 { -libm::log1p(-others) } else { gap + log_sum };
    scores[truth] = -others;
    loss
}
