//! How the cross-entropy bends at a point.

use rayon::prelude::*;

use super::{CrossEntropy, add};
use crate::kernels::lanes::{LANES, Lanes, tiles};

/// Cells whose bend is summed by one thread.
const CHUNK: usize = 4096;

/// What a quadratic model of the cross-entropy is made of.
#[derive(Debug, Default)]
pub(in crate::models::linear) struct Bend {
    /// Value of cross-entropy and `l2 / 2 · Σ W²`.
    pub(in crate::models::linear) value: f64,
    /// What the cells pull at each weight, without the penalty; shape `(n_genes, n_labels)`.
    pub(in crate::models::linear) pull: Vec<f64>,
    /// What they pull at each intercept.
    pub(in crate::models::linear) intercept_pull: Vec<f64>,
    /// Probabilities, tile by tile, one row per cell; padding is zero.
    pub(in crate::models::linear) rows: Vec<Vec<Lanes>>,
    /// The same, label by label.
    pub(in crate::models::linear) columns: Vec<Vec<f32>>,
    /// `Σ over cells of weight · (diag(p) − p pᵀ)`, shape `(n_labels, n_labels)`.
    pub(in crate::models::linear) of_intercepts_together: Vec<f64>,
}

impl CrossEntropy<'_> {
    /// The model at `point`.
    pub(in crate::models::linear) fn bend_at(&mut self, point: &[f64]) -> Bend {
        let n_labels = self.intercept.len();
        let mut value = 0.5 * self.l2 * self.go_to(point);
        let mut pull = vec![0.0; self.n_weights()];
        let mut intercept_pull = vec![0.0; n_labels];
        let mut rows = vec![vec![Lanes::ZERO; self.cells.n_cells()]; tiles(n_labels)];
        self.for_each_part(|this, part| {
            this.residuals(part);
            for sums in &this.sums {
                value += sums.loss;
                add(&mut intercept_pull, &sums.residual);
            }
            this.pull(part, &mut pull);
            for (tile, (rows, residuals)) in rows.iter_mut().zip(&this.residuals).enumerate() {
                for (cell, residuals) in part.range().zip(residuals) {
                    let (truth, weight) = (this.truth[cell] as usize, this.cell_weights[cell]);
                    // A cell that does not count says nothing.
                    let of = |residual: f32| if weight > 0.0 { residual / weight as f32 } else { 0.0 };
                    rows[cell] = Lanes(residuals.0.map(of));
                    if truth / LANES == tile {
                        rows[cell].0[truth % LANES] += 1.0;
                    }
                }
            }
        });
        let column = |label: usize| rows[label / LANES].iter().map(|row| row.0[label % LANES]).collect();
        let columns: Vec<Vec<f32>> = (0..n_labels).into_par_iter().map(column).collect();
        let of_intercepts_together = self.of_intercepts_together(&columns);
        Bend { value, pull, intercept_pull, rows, columns, of_intercepts_together }
    }

    fn of_intercepts_together(&self, columns: &[Vec<f32>]) -> Vec<f64> {
        let n_labels = columns.len();
        let entry = |at: usize| {
            let (a, b) = (at / n_labels, at % n_labels);
            let mut sum = 0.0;
            for (cells, weights) in self.cell_weights.chunks(CHUNK).enumerate() {
                let cells = cells * CHUNK..cells * CHUNK + weights.len();
                let pairs = columns[a][cells.clone()].iter().zip(&columns[b][cells]);
                let parts = weights.iter().zip(pairs).map(|(weight, (&a_p, &b_p))| {
                    let (a_p, b_p) = (f64::from(a_p), f64::from(b_p));
                    weight * a_p * if a == b { 1.0 - b_p } else { -b_p }
                });
                sum += parts.sum::<f64>();
            }
            sum
        };
        (0..n_labels * n_labels).into_par_iter().map(entry).collect()
    }
}
