//! Steps towards the lowest point of an elastic net.

use super::super::coordinates::Coordinates;
use super::super::objective::CrossEntropy;
use super::super::objective::bend::Bend;
use super::super::objective::dual::Penalty;
use super::quadratic::Quadratic;
use crate::kernels::gene_major::GeneMajor;

/// Passes over the weights that work on one quadratic model.
const MOST_PASSES: usize = 50;
/// Share of what the first pass won below which another is not worth it.
const NOT_WORTH: f64 = 0.02;
/// Differences of values below this share of the value are rounding: single-precision scores, summed over cells.
const ROUNDING: f64 = 1e-7;
/// Share of what the slope promises that a step must win.
const ENOUGH: f64 = 1e-3;
/// Shortest step, as a share of the one that the model wants.
const SHORTEST: f64 = 1e-6;
/// Steps in a row that bring the gap no lower after which none will.
const PATIENCE: usize = 5;

/// How far a point can be from the lowest.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(super) struct Gap {
    /// Value of the objective.
    pub(super) value: f64,
    /// How much lower the lowest value can be, as a share of `value`.
    pub(super) share: f64,
}

/// Where a descent is.
#[derive(Debug)]
pub(super) struct Descent<'a> {
    pub(super) genes: &'a GeneMajor,
    pub(super) coordinates: &'a Coordinates,
    pub(super) cell_weights: &'a [f64],
    pub(super) penalty: Penalty,
    /// Weights, shape `(n_genes, n_labels)`.
    pub(super) weights: Vec<f64>,
    pub(super) intercept: Vec<f64>,
    /// Passes over the weights that were made.
    pub(super) passes: usize,
}

impl Descent<'_> {
    /// Goes on until the gap is within `goal`, `max_passes` are done or no step leads down.
    ///
    /// Steps are those of a proximal Newton method (Yuan, Ho and Lin 2012, <https://jmlr.org/papers/v13/yuan12a.html>): towards the lowest
    /// point of a quadratic model with the penalty, which coordinate descent finds roughly, as far as the objective
    /// itself falls. A weight that the penalty holds is exactly zero.
    pub(super) fn descend(&mut self, objective: &mut CrossEntropy<'_>, goal: f64, max_passes: usize) {
        let mut pull = vec![0.0; objective.n_weights()];
        let (mut smallest, mut since) = (f64::INFINITY, 0);
        loop {
            let point = self.coordinates.to_point(&self.weights, &self.intercept);
            let share = gap(objective, self.penalty, &point, &mut pull).share;
            since = if share < smallest { 0 } else { since + 1 };
            smallest = smallest.min(share);
            if share <= goal || self.passes >= max_passes || since == PATIENCE {
                return;
            }
            let bend = objective.bend_at(&point);
            let (to, shift) = self.lowest_of_model(&bend, max_passes);
            if !self.step(objective, &bend, &to, &shift) {
                return;
            }
        }
    }

    /// Weights at about the lowest point of the quadratic model, and what the intercepts moved by.
    fn lowest_of_model(&mut self, bend: &Bend, max_passes: usize) -> (Vec<f64>, Vec<f64>) {
        let mut model = Quadratic::new(self.genes, bend, self.cell_weights, self.penalty, &self.weights);
        let mut first = None;
        for _ in 0..MOST_PASSES.min(max_passes - self.passes) {
            let won = model.pass();
            self.passes += 1;
            if won <= first.map_or(0.0, |first: f64| NOT_WORTH * first) {
                break;
            }
            first = first.or(Some(won));
        }
        let mut to = self.weights.clone();
        model.write_weights(&mut to);
        (to, model.shift)
    }

    /// Takes the longest step towards `to` that wins enough. `false` where none is short enough.
    fn step(&mut self, objective: &mut CrossEntropy<'_>, bend: &Bend, to: &[f64], shift: &[f64]) -> bool {
        let Penalty { l1, l2 } = self.penalty;
        let size = |weights: &[f64]| weights.iter().map(|weight| weight.abs()).sum::<f64>();
        let here = bend.value + l1 * size(&self.weights);
        let slopes = bend.pull.iter().zip(self.weights.iter().zip(to));
        let of_weights: f64 = slopes
            .map(|(pull, (here, to))| (pull + l2 * here) * (to - here) + l1 * (to.abs() - here.abs()))
            .sum();
        let of_intercepts: f64 = bend.intercept_pull.iter().zip(shift).map(|(pull, by)| pull * by).sum();
        let slope = of_weights + of_intercepts;
        let mut length = 1.0;
        while length > SHORTEST {
            // Rounded to what cells are scored with, so that size and score are of the same weight.
            let towards = |(here, to): (&f64, &f64)| f64::from((here + length * (to - here)) as f32);
            let weights: Vec<f64> = self.weights.iter().zip(to).map(towards).collect();
            let intercept: Vec<f64> =
                self.intercept.iter().zip(shift).map(|(here, by)| here + length * by).collect();
            let point = self.coordinates.to_point(&weights, &intercept);
            let value = objective.value_at(&point) + l1 * size(&weights);
            if value <= here + ENOUGH * length * slope + ROUNDING * here.abs() {
                (self.weights, self.intercept) = (weights, intercept);
                return true;
            }
            length *= 0.5;
        }
        false
    }
}

/// The value at `point` and how far it can be from the lowest; `pull` is what the cells pull at each weight.
pub(super) fn gap(
    objective: &mut CrossEntropy<'_>,
    penalty: Penalty,
    point: &[f64],
    pull: &mut [f64],
) -> Gap {
    let weights = &point[..objective.n_weights()];
    let sizes: f64 = weights.iter().map(|weight| f64::from(*weight as f32).abs()).sum();
    let value = objective.value_at(point) + penalty.l1 * sizes;
    let share = (value - objective.lower_bound(penalty, pull)) / value;
    Gap { value, share: if value > 0.0 { share.max(0.0) } else { 0.0 } }
}
