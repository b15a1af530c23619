//! Scores to probabilities.

/// Turns a row of scores into probabilities, in place, and returns the logarithm of their sum before division,
/// relative to the largest: `ln Σ exp(score − largest)`.
///
/// Summed in label order in `f64` with `libm`'s exponential: the same bytes on every platform.
pub(crate) fn softmax(scores: &mut [f64]) -> f64 {
    let largest = scores.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let mut sum = 0.0;
    for score in scores.iter_mut() {
        *score = libm::exp(*score - largest);
        sum += *score;
    }
    for score in scores.iter_mut() {
        *score /= sum;
    }
    libm::log(sum)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scores_far_apart_and_far_out_stay_shares() {
        let mut scores = [1e30, 1e30, -1e30];
        let log_sum = softmax(&mut scores);
        assert_eq!(scores, [0.5, 0.5, 0.0]);
        assert!((log_sum - std::f64::consts::LN_2).abs() < 1e-15);
    }
}
