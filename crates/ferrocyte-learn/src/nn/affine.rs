//! A fully connected layer that only predicts.

use super::linear::Linear;
use crate::kernels::matrix::{Panels, multiply};

/// `y = x · Wᵀ + b`, as products want it and no more.
#[derive(Debug, Clone)]
pub(crate) struct Affine {
    matrix: Panels,
    bias: Vec<f32>,
}

impl Affine {
    /// What a layer computes.
    pub(crate) fn of(linear: &Linear) -> Self {
        Self { matrix: linear.panels().clone(), bias: linear.used_bias().to_vec() }
    }

    /// `x + second(first(x))` as one matrix: `I + W₂ · W₁`, and `W₂ · b₁ + b₂`. All of it is as wide as `x`.
    pub(crate) fn residual(first: &Linear, second: &Linear) -> Self {
        let width = second.width();
        let (inner, outer) = (first.used_weight(), second.used_weight());
        let mut weight = vec![0.0; width * width];
        let mut rows = Panels::default();
        rows.pack(width, width, inner);
        multiply(outer, &rows, None, &mut weight);
        for (i, row) in weight.chunks_exact_mut(width).enumerate() {
            row[i] += 1.0;
        }
        let mut bias = vec![0.0; width];
        second.forward(first.used_bias(), &mut bias);
        let mut matrix = Panels::default();
        matrix.pack_transposed(width, width, &weight);
        Self { matrix, bias }
    }

    /// Numbers that come out for each row.
    pub(crate) fn width(&self) -> usize {
        self.bias.len()
    }

    /// `x` of shape `(n, inputs)` to `y` of shape `(n, width)`, which is made as long as it must be.
    pub(crate) fn apply(&self, n: usize, x: &[f32], y: &mut Vec<f32>) {
        y.resize(n * self.width(), 0.0);
        self.apply_into(x, y);
    }

    /// [`apply`](Self::apply) where `y` is as long as it must be.
    pub(crate) fn apply_into(&self, x: &[f32], y: &mut [f32]) {
        multiply(x, &self.matrix, Some(&self.bias), y);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::nn::testing::numbers;

    #[test]
    fn two_layers_and_what_came_in_are_one() {
        let (n, width) = (3, 70);
        let layer = |seed: u32, unused: usize| {
            let weight = numbers((unused + width) * width, seed);
            Linear::with(width, unused + width, unused, weight, numbers(unused + width, seed + 1))
        };
        let (first, second) = (layer(1, 2 * width), layer(3, 0));
        let x = numbers(n * width, 5);
        let (mut middle, mut expected, mut found) = (vec![0.0; n * width], vec![0.0; n * width], Vec::new());
        first.forward(&x, &mut middle);
        second.forward(&middle, &mut expected);
        Affine::residual(&first, &second).apply(n, &x, &mut found);
        for ((found, expected), x) in found.iter().zip(expected).zip(&x) {
            // Numbers up to 20, each a sum of thousands of products in another order.
            assert!((found - expected - x).abs() < 2e-5, "{found} and {}", expected + x);
        }
        Affine::of(&first).apply(n, &x, &mut found);
        assert_eq!(found, middle);
    }
}
