//! Steps towards the lowest point of an elastic net.

use super::super::objective::CrossEntropy;
use super::super::objective::dual::Penalty;
use crate::optimise::Objective;

/// Steps from one look at the duality gap to the next: a look costs about as much as two steps.
const LOOK_EVERY: usize = 20;
/// Differences of values below this share of the value are rounding: single-precision scores, summed over cells.
const ROUNDING: f64 = 1e-7;
/// A rise is judged by values where it is this many times as large as their rounding.
const CLEARLY: f64 = 100.0;
/// What a restart leaves of the curvature, so that one met far away does not shorten all later steps.
const CURVATURE_LEFT: f64 = 0.5;
/// The largest curvature that is tried; steps are too short to change a weight long before.
const LARGEST_CURVATURE: f64 = 1e200;

/// Where a descent is and what it learnt on the way.
#[derive(Debug)]
pub(super) struct Descent {
    pub(super) point: Vec<f64>,
    scale: Vec<f64>, // how strongly the objective bends along each variable, in any unit; positive
    /// Curvature that the steps trust, times `scale`; positive.
    pub(super) curvature: f64,
    pub(super) steps: usize,
    pub(super) gap: Gap,
}

/// How far a point can be from the lowest.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(super) struct Gap {
    /// Value of the objective.
    pub(super) value: f64,
    /// How much lower the lowest value can be, as a share of `value`.
    pub(super) share: f64,
}

impl Descent {
    pub(super) fn from(point: Vec<f64>, curvature: f64, scale: Vec<f64>) -> Self {
        Self { point, scale, curvature, steps: 0, gap: Gap::default() }
    }

    /// Goes on until the gap is within `goal` or `max_steps` are done, by FISTA (Beck and Teboulle 2009,
    /// doi:10.1137/080716542) that starts its momentum anew where it leads uphill (O'Donoghue and Candès 2015,
    /// doi:10.1007/s10208-013-9150-3). A weight that the penalty holds is exactly zero. `false` where no step is short
    /// enough.
    pub(super) fn descend(
        &mut self,
        objective: &mut CrossEntropy<'_>,
        penalty: Penalty,
        goal: f64,
        max_steps: usize,
    ) -> bool {
        let n_weights = objective.n_weights();
        let mut pull = vec![0.0; n_weights];
        let mut gradient = vec![0.0; self.point.len()];
        let mut there = gradient.clone();
        let mut ahead = self.point.clone();
        let mut next = self.point.clone();
        let mut momentum = 1.0_f64;
        for step in 0.. {
            if step % LOOK_EVERY == 0 || step == max_steps {
                self.gap = gap(objective, penalty, &self.point, &mut pull);
                if self.gap.share <= goal || step == max_steps {
                    break;
                }
            }
            let value = objective.evaluate(&ahead, &mut gradient);
            if !self.try_steps(objective, penalty, (value, &gradient), &ahead, (&mut next, &mut there)) {
                self.gap = gap(objective, penalty, &self.point, &mut pull);
                return false;
            }
            self.steps += 1;
            let uphill: f64 = ahead
                .iter()
                .zip(&next)
                .zip(self.point.iter().zip(&self.scale))
                .map(|((ahead, next), (here, scale))| scale * (ahead - next) * (next - here))
                .sum();
            if uphill > 0.0 {
                momentum = 1.0;
                self.curvature *= CURVATURE_LEFT;
                ahead.copy_from_slice(&next);
            } else {
                let larger = 0.5 * (1.0 + (1.0 + 4.0 * momentum * momentum).sqrt());
                let carry = (momentum - 1.0) / larger;
                for ((ahead, next), here) in ahead.iter_mut().zip(&next).zip(&self.point) {
                    *ahead = next + carry * (next - here);
                }
                momentum = larger;
            }
            std::mem::swap(&mut self.point, &mut next);
        }
        true
    }

    /// The step from `ahead` that the curvature allows; raises it until the value is where the curvature promised.
    fn try_steps(
        &mut self,
        objective: &mut CrossEntropy<'_>,
        penalty: Penalty,
        (value, gradient): (f64, &[f64]),
        ahead: &[f64],
        (next, there): (&mut [f64], &mut [f64]),
    ) -> bool {
        let n_weights = objective.n_weights();
        while self.curvature < LARGEST_CURVATURE {
            let (mut slope, mut squares) = (0.0, 0.0);
            for (i, next) in next.iter_mut().enumerate() {
                let curvature = self.curvature * self.scale[i];
                let to = ahead[i] - gradient[i] / curvature;
                *next = if i < n_weights { shrink(to, penalty.l1 / curvature) } else { to };
                let moved = *next - ahead[i];
                slope += gradient[i] * moved;
                squares += self.scale[i] * moved * moved;
            }
            let rise = 0.5 * self.curvature * squares;
            // Where differences of values drown in rounding, slopes are still good.
            let held = if rise > CLEARLY * ROUNDING * value.abs() {
                objective.value_at(next) <= value + slope + rise + ROUNDING * value.abs()
            } else {
                objective.evaluate(next, there);
                let slopes = there.iter().zip(gradient).zip(next.iter().zip(ahead));
                let turned: f64 =
                    slopes.map(|((there, here), (next, ahead))| (there - here) * (next - ahead)).sum();
                turned <= self.curvature * squares
            };
            if held {
                return true;
            }
            self.curvature *= 2.0;
        }
        false
    }
}

/// Nearer to zero by `threshold`, and zero where that is past it.
fn shrink(weight: f64, threshold: f64) -> f64 {
    if weight > threshold {
        weight - threshold
    } else if weight < -threshold {
        weight + threshold
    } else {
        0.0
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
