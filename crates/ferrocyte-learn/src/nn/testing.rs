//! What the tests of layers share.

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
/// At the first number that does not agree.
pub(crate) fn check_gradient(at: &[f32], gradient: &[f32], loss: impl Fn(&[f32]) -> f64) {
    let misfits = misfits(at, gradient, 1.0 / 64.0, loss);
    assert!(misfits.is_empty(), "(number, gradient, difference): {misfits:?}");
}

/// Numbers whose gradient is not that of differences, with both. Where the loss has kinks, a difference across one is wrong.
///
/// The loss is computed from `f32` numbers of size 1, so a difference over a step of 1/64 is off by about 1e-5 from
/// rounding and by as much from curvature. A shorter step crosses fewer kinks, and rounding counts for more.
pub(crate) fn misfits(
    at: &[f32],
    gradient: &[f32],
    step: f32,
    loss: impl Fn(&[f32]) -> f64,
) -> Vec<(usize, f64, f64)> {
    assert_eq!(at.len(), gradient.len());
    let mut moved = at.to_vec();
    let mut misfits = Vec::new();
    for i in 0..at.len() {
        // Four points: what is left out falls with the fourth power of the step.
        let mut at_step = |steps: f32| {
            moved[i] = at[i] + steps * step;
            loss(&moved)
        };
        let near = at_step(1.0) - at_step(-1.0);
        let far = at_step(2.0) - at_step(-2.0);
        moved[i] = at[i];
        let difference = (8.0 * near - far) / (12.0 * f64::from(step));
        let found = f64::from(gradient[i]);
        if (found - difference).abs() >= 1e-3 * (1.0 + difference.abs()) {
            misfits.push((i, found, difference));
        }
    }
    misfits
}
