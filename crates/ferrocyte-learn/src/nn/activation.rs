//! Functions of one number, applied to many, with their slopes for the way back.

use crate::kernels::exponential::exp;
use crate::kernels::widest::widest;

widest! {
    /// Replaces each `x` by `x · Φ(x)` (GELU, with the normal distribution itself, not its approximation by `tanh`), and writes the
    /// slope there.
    ///
    /// Hendrycks, Gimpel: <https://arxiv.org/abs/1606.08415>. `Φ` by formula 7.1.26 of Abramowitz and Stegun, Handbook of
    /// Mathematical Functions, whose error is at most 1.5e-7; its exponential is the one that the slope needs too.
    pub(crate) fn gelu(values: &mut [f32], slopes: &mut [f32]) {
        for (value, slope) in values.iter_mut().zip(slopes) {
            let x = *value;
            let (share, bell) = normal(x);
            *value = x * share;
            *slope = share + x * bell * (0.5 * std::f32::consts::FRAC_2_SQRT_PI * std::f32::consts::FRAC_1_SQRT_2);
        }
    }
}

widest! {
    /// [`gelu`] without slopes: the same values.
    pub(crate) fn gelu_values(values: &mut [f32]) {
        for value in values {
            *value *= normal(*value).0;
        }
    }
}

/// `Φ(x)`, and `exp(-x² / 2)`.
#[expect(clippy::inline_always, reason = "must become part of each loop, with the loop's instructions")]
#[inline(always)]
fn normal(x: f32) -> (f32, f32) {
    let bell = exp(-0.5 * x * x);
    let t = 1.0 / (x.abs() * (0.327_591_1 * std::f32::consts::FRAC_1_SQRT_2) + 1.0);
    let series =
        t * (t * (t * (t * (t * 1.061_405_4 - 1.453_152) + 1.421_413_8) - 0.284_496_74) + 0.254_829_6);
    let tail = 0.5 * series * bell;
    (if x < 0.0 { tail } else { 1.0 - tail }, bell)
}

widest! {
    /// Replaces each `x` below zero by zero, and writes the slope: 0 or 1.
    pub(crate) fn relu(values: &mut [f32], slopes: &mut [f32]) {
        for (value, slope) in values.iter_mut().zip(slopes) {
            *slope = if *value > 0.0 { 1.0 } else { 0.0 };
            *value = if *value > 0.0 { *value } else { 0.0 };
        }
    }
}

widest! {
    /// [`relu`] without slopes.
    pub(crate) fn relu_values(values: &mut [f32]) {
        for value in values {
            *value = if *value > 0.0 { *value } else { 0.0 };
        }
    }
}

widest! {
    /// Multiplies number by number.
    pub(crate) fn scale(values: &mut [f32], factors: &[f32]) {
        for (value, factor) in values.iter_mut().zip(factors) {
            *value *= factor;
        }
    }
}

widest! {
    /// Adds number by number.
    pub(crate) fn add(values: &mut [f32], more: &[f32]) {
        for (value, more) in values.iter_mut().zip(more) {
            *value += more;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernels::widest::tests::same_on_every_level;

    #[test]
    fn gelu_and_its_slope_are_those_of_the_error_function() {
        let points: Vec<f32> = (-600..=600).map(|i| i as f32 / 50.0).collect();
        let (values, slopes) = same_on_every_level(|| {
            let (mut values, mut slopes) = (points.clone(), vec![0.0; points.len()]);
            gelu(&mut values, &mut slopes);
            let mut alone = points.clone();
            gelu_values(&mut alone);
            assert_eq!(alone, values);
            (values, slopes)
        });
        for ((&x, value), slope) in points.iter().zip(values).zip(slopes) {
            let x = f64::from(x);
            let share = 0.5 * libm::erfc(-x * std::f64::consts::FRAC_1_SQRT_2);
            let bell = libm::exp(-0.5 * x * x) / libm::sqrt(2.0 * std::f64::consts::PI);
            // The formula's own error, times x, and the rounding of numbers up to 12.
            assert!((f64::from(value) - x * share).abs() < 1.5e-6, "gelu({x}) = {value}");
            assert!((f64::from(slope) - (share + x * bell)).abs() < 1e-6, "gelu'({x}) = {slope}");
        }
    }

    #[test]
    fn relu_cuts_at_zero() {
        let (mut values, mut slopes) = ([-1.0, 0.0, 2.0], [9.0; 3]);
        relu(&mut values, &mut slopes);
        assert_eq!((values, slopes), ([0.0, 0.0, 2.0], [0.0, 0.0, 1.0]));
        let mut alone = [-1.0, 0.0, 2.0];
        relu_values(&mut alone);
        assert_eq!(alone, values);
    }
}
