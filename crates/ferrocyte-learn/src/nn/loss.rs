//! How wrong a network is.

use crate::kernels::softmax::softmax;

/// Cross-entropy with a weight per cell and smoothed labels.
///
/// A cell of weight `w` and label `y` among `K` costs `w · ((1 − s) · −ln p_y + s / K · Σ −ln p)`; `s` is the share of
/// [smoothing](https://arxiv.org/abs/1512.00567). The loss of a batch is the sum over its cells divided by the sum of their weights.
#[derive(Debug, Clone, Copy)]
pub(crate) struct CrossEntropy {
    pub(crate) smoothing: f64,
}

impl CrossEntropy {
    /// The loss of one cell, divided by `total`, the weight of the batch; `gradient` gets its gradient by the scores.
    pub(crate) fn cell(
        self,
        scores: &[f32],
        label: usize,
        weight: f64,
        total: f64,
        gradient: &mut [f32],
    ) -> f64 {
        let n = scores.len();
        let mut probabilities: Vec<f64> = scores.iter().map(|&score| f64::from(score)).collect();
        let largest = probabilities.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let log_sum = softmax(&mut probabilities) + largest;
        let share = weight / total;
        let even = self.smoothing / n as f64;
        let mut loss = 0.0;
        for (i, ((&score, probability), gradient)) in
            scores.iter().zip(&probabilities).zip(gradient).enumerate()
        {
            let target = even + if i == label { 1.0 - self.smoothing } else { 0.0 };
            loss += target * (log_sum - f64::from(score));
            *gradient = ((probability - target) * share) as f32;
        }
        loss * share
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::nn::testing::{check_gradient, numbers};

    #[test]
    fn gradients_are_those_of_differences() {
        for smoothing in [0.0, 0.1] {
            let loss = CrossEntropy { smoothing };
            let scores = numbers(5, 1);
            let mut gradient = [0.0; 5];
            loss.cell(&scores, 3, 2.0, 3.0, &mut gradient);
            check_gradient(&scores, &gradient, |scores| loss.cell(scores, 3, 2.0, 3.0, &mut [0.0; 5]));
        }
    }

    #[test]
    fn it_is_the_logarithm_of_the_probability() {
        // Scores 0 and ln 3: probabilities 1/4 and 3/4.
        let scores = [0.0, 3.0_f32.ln()];
        let plain = CrossEntropy { smoothing: 0.0 }.cell(&scores, 0, 1.0, 1.0, &mut [0.0; 2]);
        assert!((plain - 4.0_f64.ln()).abs() < 1e-7);
        let smooth = CrossEntropy { smoothing: 0.5 }.cell(&scores, 0, 1.0, 1.0, &mut [0.0; 2]);
        assert!((smooth - (0.75 * 4.0_f64.ln() + 0.25 * (4.0_f64 / 3.0).ln())).abs() < 1e-7);
    }
}
