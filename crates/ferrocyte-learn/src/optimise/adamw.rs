//! Adam with decoupled weight decay.

use crate::kernels::widest::widest;

/// Settings of `AdamW`, without those that change from step to step.
///
/// Loshchilov, Hutter: Decoupled weight decay regularization, <https://arxiv.org/abs/1711.05101>, algorithm 2, as `PyTorch` computes
/// it: all weights decay, biases and norms too.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct AdamW {
    /// Share of the running mean of gradients that stays.
    pub beta1: f64,
    /// Share of the running mean of squared gradients that stays.
    pub beta2: f64,
    /// Added to the root of the mean square.
    pub epsilon: f64,
    /// Share of a weight that goes in a step, times the learning rate.
    pub weight_decay: f64,
}

/// What one step multiplies with:
///
/// ```text
/// first  ← beta1 · first  + new1 · gradient
/// second ← beta2 · second + new2 · gradient²
/// weight ← keep · weight − size · first / (√second · unbias_root + epsilon)
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct AdamWStep {
    /// Share of a weight that stays.
    pub keep: f32,
    /// Share of the running mean of gradients that stays.
    pub beta1: f32,
    /// Share of a gradient that goes into it.
    pub new1: f32,
    /// Share of the running mean of squared gradients that stays.
    pub beta2: f32,
    /// Share of a squared gradient that goes into it.
    pub new2: f32,
    /// What makes up for the means having begun at zero: one over the root of what is left of 1.
    pub unbias_root: f32,
    /// Added to the root of the mean square.
    pub epsilon: f32,
    /// The learning rate, made up for the same.
    pub size: f32,
}

impl AdamW {
    /// Step number `step`, from 1.
    pub fn step(&self, step: u64, learning_rate: f64) -> AdamWStep {
        let unbias1 = 1.0 - libm::pow(self.beta1, step as f64);
        let unbias2 = 1.0 - libm::pow(self.beta2, step as f64);
        AdamWStep {
            keep: (1.0 - learning_rate * self.weight_decay) as f32,
            beta1: self.beta1 as f32,
            new1: (1.0 - self.beta1) as f32,
            beta2: self.beta2 as f32,
            new2: (1.0 - self.beta2) as f32,
            unbias_root: libm::sqrt(unbias2).recip() as f32,
            epsilon: self.epsilon as f32,
            size: (learning_rate / unbias1) as f32,
        }
    }
}

impl AdamWStep {
    /// Moves weights by their gradients. Weights whose gradient was never other than zero only decay.
    pub(crate) fn apply(&self, gradient: &[f32], value: &mut [f32], first: &mut [f32], second: &mut [f32]) {
        apply(*self, gradient, value, first, second);
    }

    /// Moves weights whose gradient is zero and always was.
    pub(crate) fn decay(&self, value: &mut [f32]) {
        for value in value {
            *value *= self.keep;
        }
    }
}

widest! {
    fn apply(step: AdamWStep, gradient: &[f32], value: &mut [f32], first: &mut [f32], second: &mut [f32]) {
        for (((value, &gradient), first), second) in value.iter_mut().zip(gradient).zip(first).zip(second) {
            *first = step.beta1 * *first + step.new1 * gradient;
            *second = step.beta2 * *second + step.new2 * gradient * gradient;
            let root = second.sqrt() * step.unbias_root + step.epsilon;
            *value = *value * step.keep - step.size * *first / root;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernels::widest::tests::same_on_every_level;

    #[test]
    fn two_steps_are_those_of_the_formula_in_double_precision() {
        let adamw = AdamW { beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weight_decay: 0.5 };
        let gradients = [[0.5_f32, -1.0], [0.25, 3.0]];
        let found = same_on_every_level(|| {
            let (mut value, mut first, mut second) = ([1.0_f32, -2.0], [0.0; 2], [0.0; 2]);
            for (step, gradient) in (1..).zip(&gradients) {
                adamw.step(step, 0.1).apply(gradient, &mut value, &mut first, &mut second);
            }
            value
        });
        for i in 0..2 {
            let (mut value, mut first, mut second) = ([1.0_f64, -2.0][i], 0.0_f64, 0.0_f64);
            for (step, gradient) in (1..).zip(&gradients) {
                let g = f64::from(gradient[i]);
                value -= 0.1 * 0.5 * value;
                first = 0.9 * first + 0.1 * g;
                second = 0.999 * second + 0.001 * g * g;
                let (one, two) = (1.0 - 0.9_f64.powi(step), 1.0 - 0.999_f64.powi(step));
                value -= 0.1 * (first / one) / ((second / two).sqrt() + 1e-8);
            }
            assert!((f64::from(found[i]) - value).abs() < 1e-6, "{} and {value}", found[i]);
        }
    }

    #[test]
    fn a_weight_without_gradient_only_decays() {
        let step = AdamW { beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weight_decay: 0.01 }.step(1, 0.1);
        let (mut moved, mut decayed) = ([3.0_f32], [3.0_f32]);
        step.apply(&[0.0], &mut moved, &mut [0.0], &mut [0.0]);
        step.decay(&mut decayed);
        assert_eq!(moved, decayed);
        assert!((moved[0] - 3.0 * 0.999).abs() < 1e-6);
    }
}
