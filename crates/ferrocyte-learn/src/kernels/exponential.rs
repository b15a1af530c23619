//! The exponential function in `f32`, without a branch or a table, so that the compiler handles many at once.

/// `1.5 · 2²³`: a float this large has no digits after the point, so adding it rounds to a whole number, which then
/// stands in the lowest bits.
const ROUND: f32 = 12_582_912.0;

/// `ln 2` in two parts: the first has few digits, so that its product with a small whole number is exact.
const LN_2_HIGH: f32 = 0.693_359_4;
const LN_2_LOW: f32 = -2.121_944_4e-4;

/// `eˣ` to about one unit in the last place, for `x` from -87 to 88; beyond, the value at the end.
///
/// `eˣ = 2ⁿ · eʳ` with a whole `n` and `|r| ≤ ½ ln 2`, where seven terms of the series leave out less than `f32` holds.
#[expect(clippy::inline_always, reason = "must become part of each loop, with the loop's instructions")]
#[inline(always)]
pub(crate) fn exp(x: f32) -> f32 {
    let x = x.clamp(-87.0, 88.0);
    let shifted = x.mul_add(std::f32::consts::LOG2_E, ROUND);
    let n = shifted - ROUND;
    let r = n.mul_add(-LN_2_LOW, n.mul_add(-LN_2_HIGH, x));
    let series = [1.0 / 720.0, 1.0 / 120.0, 1.0 / 24.0, 1.0 / 6.0, 0.5, 1.0, 1.0];
    let power = series.iter().fold(1.0 / 5040.0, |sum: f32, &term| sum.mul_add(r, term));
    let scale = f32::from_bits((shifted.to_bits() << 23).wrapping_add(1.0_f32.to_bits()));
    power * scale
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_the_exponential() {
        for i in -8700..=8800 {
            let x = i as f32 / 100.0;
            let exact = libm::exp(f64::from(x));
            let error = (f64::from(exp(x)) / exact - 1.0).abs();
            assert!(error < 2e-7, "exp({x}) is off by {error:e}");
        }
        assert_eq!(exp(0.0), 1.0);
        assert_eq!(exp(-1000.0), exp(-87.0));
    }
}
