//! Weights before training, drawn as `PyTorch` draws them by default (not the same numbers).

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// Draws weights from a seed; the same on every machine.
#[derive(Debug)]
pub(crate) struct Initial(ChaCha8Rng);

impl Initial {
    pub(crate) fn new(seed: u64) -> Self {
        let mut random = ChaCha8Rng::seed_from_u64(seed);
        random.set_stream(STREAM);
        Self(random)
    }

    /// Uniform between `-bound` and `bound`.
    pub(crate) fn uniform(&mut self, n: usize, bound: f64) -> Vec<f32> {
        (0..n).map(|_| ((2.0 * self.unit() - 1.0) * bound) as f32).collect()
    }

    /// Normal with mean 0 and variance 1, by the formula of Box and Muller (<https://doi.org/10.1214/aoms/1177706645>).
    pub(crate) fn normal(&mut self, n: usize) -> Vec<f32> {
        (0..n)
            .map(|_| {
                let radius = libm::sqrt(-2.0 * libm::log(1.0 - self.unit()));
                (radius * libm::cos(2.0 * std::f64::consts::PI * self.unit())) as f32
            })
            .collect()
    }

    /// Uniform from 0 to 1, without 1.
    fn unit(&mut self) -> f64 {
        (self.0.next_u64() >> 11) as f64 / (1_u64 << 53) as f64
    }
}

/// Streams of one seed that are used elsewhere are small numbers.
const STREAM: u64 = 1 << 32;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_spread_as_they_should_be() {
        let mut initial = Initial::new(1);
        let moments = |values: &[f32]| {
            let n = values.len() as f64;
            let mean = values.iter().map(|&x| f64::from(x)).sum::<f64>() / n;
            (mean, values.iter().map(|&x| (f64::from(x) - mean).powi(2)).sum::<f64>() / n)
        };
        // Errors of mean and variance of 10,000 draws are about 0.01; the bound is four times that.
        let (mean, variance) = moments(&initial.normal(10_000));
        assert!(mean.abs() < 0.04 && (variance - 1.0).abs() < 0.06, "{mean} {variance}");
        let uniform = initial.uniform(10_000, 3.0);
        let (mean, variance) = moments(&uniform);
        assert!(mean.abs() < 0.07 && (variance - 3.0).abs() < 0.12, "{mean} {variance}");
        assert!(uniform.iter().all(|x| (-3.0..=3.0).contains(x)));
        assert_ne!(Initial::new(1).normal(3), Initial::new(2).normal(3));
    }
}
