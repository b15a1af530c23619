//! What logistic regression minimises.

use ferrocyte_core::{Block, LogNorm};
use rayon::prelude::*;

use crate::cell_parts::{CellPart, CellParts, PART_CELLS};
use crate::kernels::lanes::{LANES, Lanes, tiles};
use crate::kernels::row_additions::add_rows;
use crate::kernels::softmax::softmax;
use crate::kernels::weight_rows::WeightRows;
use crate::models::train::FitError;
use crate::optimise::{Nearness, Objective, dot};

use super::coordinates::Coordinates;

pub(super) mod bend;
pub(super) mod dual;

/// Cells handed to a thread at once.
const CHUNK_CELLS: usize = 64;
/// Genes handed to a thread at once.
const CHUNK_GENES: usize = 64;
/// Cells whose pull is summed in `f32` before the sum is taken on in `f64`; a part has sixteen such groups, one after the other
/// for each thread.
const GROUP_CELLS: usize = 512;

/// `Σ over cells of weight · cross-entropy + l2 / 2 · |W|²`, as a function of [`Coordinates`].
///
/// Cells are taken part by part, from memory or from wherever they lie: scores with the weights, then, with what is off, the
/// gradient. Scores are summed in `f32` over a cell's genes, gradients over a group's cells, and in `f64` beyond that. Each
/// cell and each group is summed by one thread in a fixed order, so neither threads nor the place of the cells change a
/// bit of the result. A group's sums stay in the second-level cache (one cache line for each gene and sixteen labels).
pub(super) struct CrossEntropy<'a> {
    cells: CellParts<'a>,
    truth: &'a [u32],
    cell_weights: &'a [f64],
    genes: &'a [u32], // that at least one cell has: all that there is to learn about
    coordinates: &'a Coordinates,
    l2: f64,
    weights: WeightRows,
    intercept: Vec<f64>,
    residuals: Vec<Vec<Lanes>>, // tile by tile, one row per cell of a part: weight · (probability − truth)
    groups: Vec<Vec<Lanes>>,    // for each group of cells, what they pull at each gene in one tile
    sums: Vec<CellSums>,        // one per chunk of cells
    intercept_curvature: Vec<f64>,
    doubts: Vec<f32>,         // per cell: weight · Σ probability · (1 − probability)
    failed: Option<FitError>, // why cells could not be read
}

/// What the cells of a chunk add up to.
struct CellSums {
    loss: f64,
    residual: Vec<f64>,  // per label
    curvature: Vec<f64>, // per label: Σ weight · probability · (1 − probability)
}

impl<'a> CrossEntropy<'a> {
    pub(super) fn new(
        cells: CellParts<'a>,
        truth: &'a [u32],
        cell_weights: &'a [f64],
        genes: &'a [u32],
        coordinates: &'a Coordinates,
        l2: f64,
    ) -> Self {
        let n_labels = coordinates.n_labels();
        let part = PART_CELLS.min(cells.n_cells());
        Self {
            weights: WeightRows::zeros(cells.n_genes(), n_labels),
            intercept: vec![0.0; n_labels],
            residuals: vec![vec![Lanes::ZERO; part]; tiles(n_labels)],
            groups: vec![vec![Lanes::ZERO; cells.n_genes()]; part.div_ceil(GROUP_CELLS)],
            sums: Vec::new(),
            intercept_curvature: vec![0.0; n_labels],
            doubts: vec![0.0; cells.n_cells()],
            failed: None,
            cells,
            truth,
            cell_weights,
            genes,
            coordinates,
            l2,
        }
    }

    /// The same function of other cells, in memory.
    pub(super) fn of_cells<'b>(
        &self,
        cells: &'b Block<LogNorm>,
        truth: &'b [u32],
        cell_weights: &'b [f64],
    ) -> CrossEntropy<'b>
    where
        'a: 'b,
    {
        CrossEntropy::new(CellParts::of(cells), truth, cell_weights, self.genes, self.coordinates, self.l2)
    }

    /// How much each cell bends the function, where it was evaluated last: nothing where its label is certain.
    pub(super) fn doubts(&self) -> &[f32] {
        &self.doubts
    }

    /// Number of variables that are weights; they come first.
    pub(super) fn n_weights(&self) -> usize {
        self.genes.len() * self.intercept.len()
    }

    /// Why cells could not be read, if that happened; no value is worth anything from then on.
    pub(super) fn failure(&mut self) -> Option<FitError> {
        self.failed.take()
    }

    /// Takes the weights at `point`; returns `Σ W²`.
    fn go_to(&mut self, point: &[f64]) -> f64 {
        self.coordinates.to_weights(point, self.genes, &mut self.weights, &mut self.intercept)
    }

    /// Hands on the cells part by part. After one could not be read, no other is.
    fn for_each_part(&mut self, mut look: impl FnMut(&mut Self, CellPart<'_>) + Send) {
        if self.failed.is_none() {
            let cells = self.cells;
            self.failed = cells.for_each_part(|part| look(self, part)).err();
        }
    }

    /// Fills in probabilities minus truth of the cells of a part, and what they add up to.
    fn residuals(&mut self, part: CellPart<'_>) {
        let n_labels = self.intercept.len();
        let cells = part.range();
        let n_chunks = cells.len().div_ceil(CHUNK_CELLS);
        let mut rows: Vec<Vec<&mut [Lanes]>> = (0..n_chunks).map(|_| Vec::new()).collect();
        for tile in &mut self.residuals {
            for (rows, tile) in rows.iter_mut().zip(tile[..cells.len()].chunks_mut(CHUNK_CELLS)) {
                rows.push(tile);
            }
        }
        let (truth, cell_weights) = (self.truth, self.cell_weights);
        let (weights, intercept) = (&self.weights, &self.intercept);
        let doubts = self.doubts[cells.clone()].par_chunks_mut(CHUNK_CELLS);
        let sums = rows.par_iter_mut().zip(doubts).enumerate().map(|(chunk, (rows, doubts))| {
            let first = cells.start + chunk * CHUNK_CELLS;
            let mut sums =
                CellSums { loss: 0.0, residual: vec![0.0; n_labels], curvature: vec![0.0; n_labels] };
            let mut scores = vec![0.0; n_labels];
            for i in 0..rows[0].len() {
                let (truth, weight) = (truth[first + i] as usize, cell_weights[first + i]);
                weights.score(part.cell(first + i), intercept, &mut scores);
                sums.loss += weight * loss_and_residuals(&mut scores, truth);
                let mut doubt = 0.0;
                for (label, &residual) in scores.iter().enumerate() {
                    let probability = if label == truth { 1.0 + residual } else { residual };
                    sums.residual[label] += weight * residual;
                    let curvature = weight * probability * (1.0 - probability);
                    sums.curvature[label] += curvature;
                    doubt += curvature;
                    rows[label / LANES][i].0[label % LANES] = (weight * residual) as f32;
                }
                doubts[i] = doubt as f32;
            }
            sums
        });
        sums.collect_into_vec(&mut self.sums);
    }

    /// Adds what the cells of a part pull at each weight to the gradient.
    fn pull(&mut self, part: CellPart<'_>, gradient: &mut [f64]) {
        let n_labels = self.intercept.len();
        let cells = part.range();
        for (tile, residuals) in self.residuals.iter().enumerate() {
            let residuals = &residuals[..cells.len()];
            let groups = &mut self.groups[..cells.len().div_ceil(GROUP_CELLS)];
            groups.par_iter_mut().zip(residuals.par_chunks(GROUP_CELLS)).enumerate().for_each(
                |(group, (sums, residuals))| {
                    sums.fill(Lanes::ZERO);
                    for (cell, residual) in (cells.start + group * GROUP_CELLS..).zip(residuals) {
                        let cell = part.cell(cell);
                        add_rows(cell.genes, cell.values, residual, sums);
                    }
                },
            );
            let groups = &*groups;
            let labels = tile * LANES..((tile + 1) * LANES).min(n_labels);
            let chunks =
                gradient.par_chunks_mut(CHUNK_GENES * n_labels).zip(self.genes.par_chunks(CHUNK_GENES));
            chunks.for_each(|(gradient, genes)| {
                for (gradient, &gene) in gradient.chunks_exact_mut(n_labels).zip(genes) {
                    let mut sums = [0.0_f64; LANES];
                    for group in groups {
                        for (sum, &part) in sums.iter_mut().zip(&group[gene as usize].0) {
                            *sum += f64::from(part);
                        }
                    }
                    add(&mut gradient[labels.clone()], &sums);
                }
            });
        }
    }
}

impl Objective for CrossEntropy<'_> {
    fn dimension(&self) -> usize {
        self.coordinates.dimension()
    }

    fn evaluate(&mut self, point: &[f64], gradient: &mut [f64]) -> f64 {
        let n_labels = self.intercept.len();
        let mut value = 0.5 * self.l2 * self.go_to(point);
        let (weight_gradient, intercept_gradient) = gradient.split_at_mut(point.len() - n_labels);
        weight_gradient.fill(0.0);
        intercept_gradient.fill(0.0);
        self.intercept_curvature.fill(0.0);
        self.for_each_part(|this, part| {
            this.residuals(part);
            for sums in &this.sums {
                value += sums.loss;
                add(intercept_gradient, &sums.residual);
                add(&mut this.intercept_curvature, &sums.curvature);
            }
            this.pull(part, weight_gradient);
        });
        if self.failed.is_some() {
            return f64::NAN;
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

fn add(to: &mut [f64], from: &[f64]) {
    for (to, from) in to.iter_mut().zip(from) {
        *to += from;
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::models::linear::Intercept;
    use crate::models::linear::moments::Moments;

    const N_LABELS: usize = 19; // two tiles, the second not full
    const N_GENES: usize = 6;
    const L2: f64 = 0.7;

    /// Cells, their labels and weights; gene 4 is in no cell, cell 5 is empty.
    fn data() -> (Block<LogNorm>, Vec<u32>, Vec<f64>) {
        let (mut row_ptr, mut gene, mut value) = (vec![0], vec![], vec![]);
        for cell in 0..200_u32 {
            for which in
                (0..N_GENES as u32).filter(|which| *which != 4 && (cell * 7 + which * 3) % 5 < 3 && cell != 5)
            {
                gene.push(which);
                value.push(((cell * 13 + which * 5) % 17) as f32 / 4.0);
            }
            row_ptr.push(gene.len());
        }
        let cells = Block::new(N_GENES, row_ptr, gene, value).unwrap();
        let truth = (0..200).map(|cell| cell * cell % N_LABELS as u32).collect();
        (cells, truth, (0..200).map(|cell| f64::from(cell % 3) + 0.5).collect())
    }

    /// The objective as its definition reads, in `f64`, as a function of weights and intercepts.
    fn obvious(cells: &Block<LogNorm>, truth: &[u32], weights: &[f64], w: &[Vec<f64>], b: &[f64]) -> f64 {
        let mut value = 0.5 * L2 * w.iter().flatten().map(|w| w * w).sum::<f64>();
        for (i, cell) in cells.cells().enumerate() {
            let score = |label: usize| {
                b[label] + cell.iter().map(|(gene, x)| f64::from(x) * w[gene as usize][label]).sum::<f64>()
            };
            let sum: f64 = (0..N_LABELS).map(|label| score(label).exp()).sum();
            value += weights[i] * (sum.ln() - score(truth[i] as usize));
        }
        value
    }

    #[test]
    fn value_and_gradient_agree_with_the_definition() {
        let (cells, truth, weights) = data();
        let parts = CellParts::of(&cells);
        let moments = Moments::of(parts, &weights).unwrap();
        let genes = &moments.genes;
        let coordinates = Coordinates::new(&moments, N_LABELS, Intercept::Free);
        let mut objective = CrossEntropy::new(parts, &truth, &weights, genes, &coordinates, L2);
        let point: Vec<f64> = (0..objective.dimension())
            .map(|i| ((i * 37 % 101) as f64 / 101.0 - 0.5) as f32)
            .map(f64::from)
            .collect();
        let mut gradient = vec![0.0; point.len()];
        let value = objective.evaluate(&point, &mut gradient);

        let at = |point: &[f64]| {
            let mut rows = WeightRows::zeros(N_GENES, N_LABELS);
            let mut b = vec![0.0; N_LABELS];
            coordinates.to_weights(point, genes, &mut rows, &mut b);
            let mut w = vec![vec![0.0; N_LABELS]; N_GENES];
            let mut sum = vec![0.0; N_LABELS]; // the intercepts again, from weights that are not rounded
            for (i, &gene) in genes.iter().enumerate() {
                w[gene as usize].copy_from_slice(&point[i * N_LABELS..(i + 1) * N_LABELS]);
                for label in 0..N_LABELS {
                    let rounded = f64::from(rows.get(gene as usize, label));
                    sum[label] += mean(&cells, &weights, gene) * (rounded - w[gene as usize][label]);
                }
            }
            b.iter_mut().zip(sum).for_each(|(b, sum)| *b += sum);
            obvious(&cells, &truth, &weights, &w, &b)
        };
        // Scores are sums of 4 `f32` products near 1; 200 of them with errors near 1e-7 that mostly cancel.
        assert!((value / at(&point) - 1.0).abs() < 1e-7, "{value} and {}", at(&point));
        for i in 0..point.len() {
            let nudged = |by: f64| {
                let mut point = point.clone();
                point[i] += by;
                at(&point)
            };
            let obvious = (nudged(1e-5) - nudged(-1e-5)) / 2e-5;
            assert!((gradient[i] - obvious).abs() < 1e-4, "variable {i}: {} and {obvious}", gradient[i]);
        }
    }

    fn mean(cells: &Block<LogNorm>, weights: &[f64], gene: u32) -> f64 {
        let sum: f64 = cells
            .cells()
            .zip(weights)
            .flat_map(|(cell, w)| {
                cell.into_iter().filter(|(g, _)| *g == gene).map(move |(_, x)| w * f64::from(x))
            })
            .sum();
        sum / weights.iter().sum::<f64>()
    }

    #[test]
    fn a_nearly_certain_truth_keeps_its_digits() {
        let mut scores = [40.0, 0.0, 0.0];
        let loss = loss_and_residuals(&mut scores, 0);
        let expected = 2.0 * (-40.0_f64).exp();
        assert!((loss / expected - 1.0).abs() < 1e-12, "{loss} and {expected}");
        assert!((scores[0] / -expected - 1.0).abs() < 1e-12);
        let mut scores = [0.0, 1000.0];
        assert_eq!(loss_and_residuals(&mut scores, 0), 1000.0);
        assert_eq!(scores, [-1.0, 1.0]);
    }
}
