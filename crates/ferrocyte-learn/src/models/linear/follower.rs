//! What is told and kept of a training.

use ferrocyte_core::{Curve, Progress, TrainingRecord, Warning};

use crate::optimise::{Minimum, Step, Stop};

/// Units of the progress bar: thousandths of the way to the goal, on a logarithmic scale.
const PROGRESS_UNITS: u64 = 1000;

/// Below this share of the objective, what rounding left over is good to know but changes no label.
const NEGLIGIBLE: f64 = 1e-3;

/// Watches the steps: tells the progress and keeps the curves.
pub(super) struct Follower<'a> {
    progress: &'a dyn Progress,
    tolerance: f64,
    shown: u64,
    first_excess: f64,
    objective: Vec<f64>,
    gradient_norm: Vec<f64>,
}

impl<'a> Follower<'a> {
    pub(super) fn new(progress: &'a dyn Progress, tolerance: f64) -> Self {
        progress.begin("training", PROGRESS_UNITS);
        Self { progress, tolerance, shown: 0, first_excess: 0.0, objective: vec![], gradient_norm: vec![] }
    }

    pub(super) fn see(&mut self, step: &Step) {
        if step.iteration == 0 {
            self.first_excess = step.excess;
        }
        self.objective.push(step.value);
        self.gradient_norm.push(step.gradient_norm);
        let goal = self.tolerance * step.value.abs();
        let share = libm::log(self.first_excess / step.excess) / libm::log(self.first_excess / goal);
        let units = (share.clamp(0.0, 1.0) * PROGRESS_UNITS as f64) as u64; // not a number becomes 0
        self.progress.advance(units.saturating_sub(self.shown));
        self.shown = self.shown.max(units);
        self.progress.note(&format!("step {}, objective {:.6}", step.iteration, step.value));
    }

    /// What a run record says of the training.
    pub(super) fn record(self, minimum: &Minimum, tolerance: f64) -> TrainingRecord {
        let share = minimum.step.excess / minimum.step.value;
        let stopped = match minimum.stop {
            Stop::Converged => {
                format!("the objective is within {tolerance:e} (relative) of its lowest value")
            }
            Stop::MaxIterations => format!(
                "the largest number of steps was reached; the objective is within {share:.1e} (relative) of its lowest value"
            ),
            Stop::Stalled => format!(
                "rounding allows no further step; the objective is within {share:.1e} (relative) of its lowest value"
            ),
        };
        let curve = |name: &str, values| Curve { name: name.into(), step: "iteration".into(), values };
        TrainingRecord {
            converged: minimum.stop == Stop::Converged,
            iterations: minimum.step.iteration,
            stopped,
            curves: vec![curve("objective", self.objective), curve("gradient norm", self.gradient_norm)],
        }
    }
}

/// Tells the user where the goal was missed, by how much, and what to do.
pub(super) fn not_converged(minimum: &Minimum) -> Option<Warning> {
    let (steps, share) = (minimum.step.iteration, minimum.step.excess / minimum.step.value);
    let left = format!("at most {share:.1e} (relative) above the lowest objective");
    match minimum.stop {
        Stop::Converged => None,
        Stop::MaxIterations => Some(
            Warning::new("not-converged", format!("training stopped after {steps} steps, {left}"))
                .with_hint("raise --max-iterations, or --l2 for a simpler model that is found sooner"),
        ),
        Stop::Stalled => {
            let message = format!("training stopped where rounding allows no further step, {left}");
            let warn = if share < NEGLIGIBLE { Warning::note } else { Warning::new };
            Some(
                warn("not-converged", message)
                    .with_hint("raise --l2: so weak a penalty hardly determines the weights"),
            )
        }
    }
}
