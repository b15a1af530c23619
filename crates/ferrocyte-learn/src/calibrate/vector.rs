//! A slope and a shift for each label.

use crate::kernels::softmax::softmax;
use crate::optimise::{Lbfgs, Nearness, Objective};

use super::held_out::HeldOut;

/// The least probability that has a logarithm here.
const LEAST: f64 = 1e-12;
/// How strongly slopes are held to one and shifts to zero, in cells: labels with few held-out cells keep what they have.
const HELD: f64 = 10.0;

/// `softmax(slope · ln p + shift)`, label by label.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Vector {
    pub(super) slopes: Vec<f64>,
    pub(super) shifts: Vec<f64>,
}

/// The slopes and shifts with the smallest log-loss, and a penalty that holds them where they are: vector scaling (Guo et
/// al. 2017, <https://proceedings.mlr.press/v70/guo17a.html>) on the logarithms of probabilities. Cells with a label that
/// the model could not give say nothing here.
pub(super) fn fit(held_out: &HeldOut<'_>, cells: &[usize]) -> Vector {
    let n_labels = held_out.probabilities.n_labels();
    let known = |cell: &&usize| held_out.probabilities.row(**cell)[held_out.labels.code(**cell)] > 0.0;
    let cells: Vec<Cell> = cells
        .iter()
        .filter(known)
        .map(|&cell| Cell {
            logs: held_out.probabilities.row(cell).iter().map(|&p| libm::log(p.max(LEAST))).collect(),
            truth: held_out.labels.code(cell),
        })
        .collect();
    let mut loss = LogLoss { cells, n_labels };
    let start = [vec![1.0; n_labels], vec![0.0; n_labels]].concat();
    let solver = Lbfgs { max_iterations: 200, tolerance: 1e-7, history: 10 };
    let found = solver.minimise(&mut loss, start, &mut |_| ()).point;
    Vector { slopes: found[..n_labels].to_vec(), shifts: found[n_labels..].to_vec() }
}

impl Vector {
    /// What is impossible stays so.
    pub(super) fn apply(&self, row: &mut [f64]) {
        let impossible: Vec<bool> = row.iter().map(|&probability| probability <= 0.0).collect();
        for ((probability, slope), shift) in row.iter_mut().zip(&self.slopes).zip(&self.shifts) {
            *probability = slope * libm::log(probability.max(LEAST)) + shift;
        }
        softmax(row);
        let mut sum = 0.0;
        for (probability, &impossible) in row.iter_mut().zip(&impossible) {
            *probability = if impossible { 0.0 } else { *probability };
            sum += *probability;
        }
        if sum > 0.0 {
            row.iter_mut().for_each(|probability| *probability /= sum);
        }
    }
}

struct Cell {
    logs: Vec<f64>,
    truth: usize,
}

struct LogLoss {
    cells: Vec<Cell>,
    n_labels: usize,
}

impl Objective for LogLoss {
    fn dimension(&self) -> usize {
        2 * self.n_labels
    }

    fn evaluate(&mut self, point: &[f64], gradient: &mut [f64]) -> f64 {
        let n = self.n_labels;
        let mut value = 0.0;
        for (i, (at, slope)) in point.iter().zip(gradient.iter_mut()).enumerate() {
            let off = at - if i < n { 1.0 } else { 0.0 };
            value += 0.5 * HELD * off * off;
            *slope = HELD * off;
        }
        let mut row = vec![0.0; n];
        for cell in &self.cells {
            for label in 0..n {
                row[label] = point[label] * cell.logs[label] + point[n + label];
            }
            softmax(&mut row);
            value -= libm::log(row[cell.truth].max(f64::MIN_POSITIVE));
            for label in 0..n {
                let pull = row[label] - f64::from(u8::from(label == cell.truth));
                gradient[label] += pull * cell.logs[label];
                gradient[n + label] += pull;
            }
        }
        value
    }

    /// The penalty bends by [`HELD`] in every direction, so the value is at most `|g|² / (2 · HELD)` above the lowest.
    fn nearness(&self, gradient: &[f64]) -> Nearness {
        let squares: f64 = gradient.iter().map(|slope| slope * slope).sum();
        Nearness { gradient_norm: squares.sqrt(), excess: squares / (2.0 * HELD) }
    }
}
