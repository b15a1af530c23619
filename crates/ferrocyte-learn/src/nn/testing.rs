//! What the tests of layers and networks share.

use crate::models::{CheckpointError, Checkpoints, TrainingState};

/// Numbers between -1 and 1, the same for the same seed.
pub(crate) fn numbers(n: usize, seed: u32) -> Vec<f32> {
    let mut state = seed.wrapping_mul(0x9e37_79b9) | 1;
    (0..n)
        .map(|_| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 8) as f32 / (1 << 23) as f32 - 1.0
        })
        .collect()
}

/// A loss whose gradient by `values` is `weights`.
pub(crate) fn weighted_sum(values: &[f32], weights: &[f32]) -> f64 {
    assert_eq!(values.len(), weights.len());
    values.iter().zip(weights).map(|(&value, &weight)| f64::from(value) * f64::from(weight)).sum()
}

/// Compares a gradient with differences of the loss, number by number.
///
/// # Panics
/// When a number does not agree.
pub(crate) fn check_gradient(at: &[f32], gradient: &[f32], loss: impl Fn(&[f32]) -> f64) {
    let compared = check_gradient_between_kinks(at, gradient, 1.0 / 64.0, |at| (loss(at), ()));
    assert_eq!(compared, at.len());
}

/// [`check_gradient`] for a loss with kinks, where a difference across one says nothing. Beside the loss comes the piece
/// it was computed on (which numbers `ReLU` let through): only where all points lie on the piece of `at` are they
/// compared. Gives how many numbers were.
///
/// The loss is computed from `f32` numbers of size 1, so a difference over a step of 1/64 is off by about 1e-5 from
/// rounding and by as much from curvature. A shorter step crosses fewer kinks, and rounding counts for more.
///
/// # Panics
/// When a number does not agree.
pub(crate) fn check_gradient_between_kinks<Piece: PartialEq>(
    at: &[f32],
    gradient: &[f32],
    step: f32,
    loss: impl Fn(&[f32]) -> (f64, Piece),
) -> usize {
    assert_eq!(at.len(), gradient.len());
    let mut moved = at.to_vec();
    let (_, here) = loss(at);
    let mut compared = 0;
    let mut misfits = Vec::new();
    for i in 0..at.len() {
        // Four points: what is left out falls with the fourth power of the step.
        let points = [-2.0, -1.0, 1.0, 2.0].map(|steps: f32| {
            moved[i] = at[i] + steps * step;
            loss(&moved)
        });
        moved[i] = at[i];
        if points.iter().any(|(_, piece)| *piece != here) {
            continue;
        }
        compared += 1;
        let [far_down, near_down, near_up, far_up] = points.map(|(loss, _)| loss);
        let difference = (8.0 * (near_up - near_down) - (far_up - far_down)) / (12.0 * f64::from(step));
        let found = f64::from(gradient[i]);
        if (found - difference).abs() >= 1e-3 * (1.0 + difference.abs()) {
            misfits.push((i, found, difference));
        }
    }
    assert!(misfits.is_empty(), "(number, gradient, difference): {misfits:?}");
    compared
}

/// Keeps the last state; breaks off after an epoch.
pub(crate) struct Breaking {
    pub(crate) resume: Option<TrainingState>,
    pub(crate) kept: Option<TrainingState>,
    pub(crate) epochs: usize,
    pub(crate) break_after: usize,
}

impl Checkpoints for Breaking {
    fn resume(&mut self) -> Option<TrainingState> {
        self.resume.take()
    }

    fn save(&mut self, state: &TrainingState) -> Result<(), CheckpointError> {
        self.kept = Some(state.clone());
        self.epochs += 1;
        if self.epochs == self.break_after { Err("pulled the plug".into()) } else { Ok(()) }
    }
}
