//! Limited-memory BFGS.

use std::collections::VecDeque;

use super::line_search::{Place, ROUNDING, search};
use super::objective::{Nearness, Objective};
use super::vector::{add_scaled_then_dot, difference, dot, scale, scaled};

/// Steps without a lower value (beyond rounding) after which there is none to be found.
const PATIENCE: usize = 100;

/// Minimises a smooth function by limited-memory BFGS (Liu and Nocedal 1989, doi:10.1007/BF01589116).
///
/// For convex functions it finds the lowest value. It never returns a point that is worse than the one it began
/// with (by more than rounding), nor one that is not finite.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Lbfgs {
    /// Steps after which it stops in any case.
    pub max_iterations: usize,
    /// Goal: the value is within this share of the lowest one, by the objective's own
    /// [`excess`](super::Nearness::excess).
    pub tolerance: f64,
    /// Steps it remembers to tell the curvature from, at least 1; 10 is the field's habit.
    pub history: usize,
}

/// What was found at a step; step 0 is the start.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Step {
    /// Number of the step.
    pub iteration: usize,
    /// Value of the function.
    pub value: f64,
    /// Length of its gradient.
    pub gradient_norm: f64,
    /// How much lower the lowest value can be.
    pub excess: f64,
}

/// Why the optimiser stopped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stop {
    /// It reached its goal.
    Converged,
    /// It may go no further.
    MaxIterations,
    /// No step lowers the value any more: what is left is rounding.
    Stalled,
}

/// Where the optimiser stopped.
#[derive(Debug, Clone, PartialEq)]
pub struct Minimum {
    /// The point.
    pub point: Vec<f64>,
    /// What was found there.
    pub step: Step,
    /// Why it stopped there.
    pub stop: Stop,
}

/// The change of point and of gradient in one step. Rounded to `f32`: they only shape the next direction, and
/// reading them is all that a step costs beside the evaluation (measured: a seventh of the whole time saved, the
/// same number of steps).
#[derive(Debug)]
struct Pair {
    moved: Vec<f32>,
    turned: Vec<f32>,
    curvature: f64, // moved · turned, positive
}

impl Lbfgs {
    /// Goes downhill from `start`; `observe` sees every step.
    ///
    /// # Panics
    /// When `start` does not have the dimension of the objective.
    pub fn minimise<O: Objective + ?Sized>(
        &self,
        objective: &mut O,
        start: Vec<f64>,
        observe: &mut dyn FnMut(&Step),
    ) -> Minimum {
        let mut descent = Descent::new(Place::at(objective, start), Curvature::new(self.history));
        let mut lowest = (descent.here().value, 0); // and the step that found it
        for iteration in 0.. {
            let here = descent.here();
            let step = Step::at(objective, here, iteration);
            observe(&step);
            if here.value < lowest.0 - ROUNDING * lowest.0.abs() {
                lowest = (here.value, iteration);
            }
            let reason = if step.excess <= self.tolerance * here.value.abs() {
                Some(Stop::Converged)
            } else if iteration == self.max_iterations {
                Some(Stop::MaxIterations)
            } else if iteration - lowest.1 >= PATIENCE || !descent.step(objective) {
                Some(Stop::Stalled)
            } else {
                None
            };
            if let Some(stop) = reason {
                return Minimum { point: descent.end().0.point, step, stop };
            }
        }
        unreachable!("the loop ends at the largest number of iterations")
    }
}

impl Step {
    /// What is found at a place that the objective evaluated last.
    pub(crate) fn at<O: Objective + ?Sized>(objective: &O, here: &Place, iteration: usize) -> Self {
        let Nearness { gradient_norm, excess } = objective.nearness(&here.gradient);
        Self { iteration, value: here.value, gradient_norm, excess }
    }
}

/// What the steps so far told of the curvature of a function, and of others much like it.
#[derive(Debug)]
pub(crate) struct Curvature {
    pairs: VecDeque<Pair>,
    history: usize,
}

impl Curvature {
    /// Nothing is known; up to so many steps will be remembered.
    pub(crate) fn new(history: usize) -> Self {
        Self { pairs: VecDeque::with_capacity(history.max(1)), history: history.max(1) }
    }

    /// Keeps what a step taught, where it taught anything.
    fn remember(&mut self, here: &Place, there: &Place) {
        let n = here.point.len();
        let oldest = if self.pairs.len() >= self.history { self.pairs.pop_front() } else { None };
        let mut pair =
            oldest.unwrap_or_else(|| Pair { moved: vec![0.0; n], turned: vec![0.0; n], curvature: 0.0 });
        difference(&mut pair.moved, &there.point, &here.point);
        difference(&mut pair.turned, &there.gradient, &here.gradient);
        pair.curvature = dot(&pair.moved, &pair.turned);
        if pair.curvature > 1e-12 * dot(&pair.turned, &pair.turned) {
            self.pairs.push_back(pair);
        }
    }
}

/// A way downhill, step by step.
#[derive(Debug)]
pub(crate) struct Descent {
    here: Place,
    there: Place,
    direction: Vec<f64>,
    curvature: Curvature,
}

impl Descent {
    pub(crate) fn new(from: Place, curvature: Curvature) -> Self {
        Self { there: from.clone(), direction: vec![0.0; from.point.len()], here: from, curvature }
    }

    pub(crate) fn here(&self) -> &Place {
        &self.here
    }

    /// The place reached, and what was learnt of the curvature.
    pub(crate) fn end(self) -> (Place, Curvature) {
        (self.here, self.curvature)
    }

    /// Takes one step; `false` where none leads down.
    pub(crate) fn step<O: Objective + ?Sized>(&mut self, objective: &mut O) -> bool {
        let Self { here, there, direction, curvature } = self;
        loop {
            let pairs = &mut curvature.pairs;
            let factor = if pairs.is_empty() {
                // Nothing is known of the curvature: a cautious first step.
                dot(&here.gradient, &here.gradient).sqrt().max(1.0).recip()
            } else {
                1.0
            };
            scaled(direction, -factor, &here.gradient);
            bend(direction, pairs);
            let slope = dot(direction, &here.gradient);
            if slope < 0.0 && search(objective, here, direction, slope, there).is_some() {
                break;
            }
            if pairs.is_empty() {
                return false;
            }
            pairs.clear(); // what was remembered of the curvature misleads: straight downhill, then
        }
        curvature.remember(here, there);
        std::mem::swap(here, there);
        true
    }
}

/// Multiplies by the inverse of the curvature that the pairs tell of: the two-loop recursion, where each change
/// of the vector and the next product share a pass over it.
fn bend(vector: &mut [f64], pairs: &VecDeque<Pair>) {
    let Some(latest) = pairs.back() else { return };
    let mut shares = vec![0.0; pairs.len()];
    let mut product = dot(vector, &latest.moved);
    for i in (0..pairs.len()).rev() {
        shares[i] = product / pairs[i].curvature;
        let next = if i > 0 { &pairs[i - 1].moved } else { &pairs[0].turned };
        product = add_scaled_then_dot(vector, -shares[i], &pairs[i].turned, next);
    }
    let size = latest.curvature / dot(&latest.turned, &latest.turned);
    scale(vector, size);
    product *= size;
    for i in 0..pairs.len() {
        let share = shares[i] - product / pairs[i].curvature;
        let next = &pairs[(i + 1).min(pairs.len() - 1)].turned; // after the last it is not needed
        product = add_scaled_then_dot(vector, share, &pairs[i].moved, next);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `Σ weight · (x − target)⁴ / 4 + (x − target)² / 2`, curved at least by 1 everywhere.
    struct Bowl {
        target: Vec<f64>,
        weight: Vec<f64>,
    }

    impl Objective for Bowl {
        fn dimension(&self) -> usize {
            self.target.len()
        }

        fn evaluate(&mut self, point: &[f64], gradient: &mut [f64]) -> f64 {
            let mut value = 1.0; // so that the goal, a share of the value, means something
            for (i, &x) in point.iter().enumerate() {
                let off = x - self.target[i];
                value += 0.25 * self.weight[i] * off.powi(4) + 0.5 * off * off;
                gradient[i] = self.weight[i] * off.powi(3) + off;
            }
            value
        }

        fn nearness(&self, gradient: &[f64]) -> Nearness {
            let square = dot(gradient, gradient);
            Nearness { gradient_norm: square.sqrt(), excess: 0.5 * square }
        }
    }

    fn bowl(n: usize) -> Bowl {
        let target = (0..n).map(|i| (i % 11) as f64 - 5.0).collect();
        let weight = (0..n).map(|i| [1e-3, 1.0, 1e3][i % 3]).collect();
        Bowl { target, weight }
    }

    #[test]
    fn the_lowest_point_is_found_and_every_step_goes_down() {
        let mut bowl = bowl(300);
        let mut values = Vec::new();
        let search = Lbfgs { max_iterations: 500, tolerance: 1e-10, history: 10 };
        let found = search.minimise(&mut bowl, vec![0.0; 300], &mut |step| values.push(step.value));
        assert_eq!(found.stop, Stop::Converged, "{:?}", found.step);
        assert!(found.point.iter().zip(&bowl.target).all(|(x, target)| (x - target).abs() < 1e-4));
        assert_eq!(values.len(), found.step.iteration + 1);
        assert!(values.windows(2).all(|pair| pair[1] <= pair[0] * (1.0 + ROUNDING)));
    }

    #[test]
    fn stopping_early_is_said() {
        let search = Lbfgs { max_iterations: 3, tolerance: 1e-10, history: 10 };
        let found = search.minimise(&mut bowl(30), vec![0.0; 30], &mut |_| ());
        assert_eq!((found.stop, found.step.iteration), (Stop::MaxIterations, 3));
    }

    #[test]
    fn a_goal_below_rounding_ends_the_search() {
        let search = Lbfgs { max_iterations: usize::MAX, tolerance: 0.0, history: 10 };
        let found = search.minimise(&mut bowl(30), vec![0.3; 30], &mut |_| ());
        assert!(matches!(found.stop, Stop::Stalled | Stop::Converged), "{found:?}");
        assert!(found.step.excess < 1e-8, "{:?}", found.step);
    }

    #[test]
    fn nowhere_to_go_is_a_stop_and_not_a_loop() {
        struct Abyss;
        impl Objective for Abyss {
            fn dimension(&self) -> usize {
                1
            }
            fn evaluate(&mut self, point: &[f64], gradient: &mut [f64]) -> f64 {
                gradient[0] = 1.0;
                if point[0] == 0.0 { 1.0 } else { f64::NAN }
            }
            fn nearness(&self, _: &[f64]) -> Nearness {
                Nearness { gradient_norm: 1.0, excess: 1.0 }
            }
        }
        let search = Lbfgs { max_iterations: 100, tolerance: 1e-6, history: 10 };
        let found = search.minimise(&mut Abyss, vec![0.0], &mut |_| ());
        assert_eq!((found.stop, found.point, found.step.value), (Stop::Stalled, vec![0.0], 1.0));
    }
}
