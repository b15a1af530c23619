//! The temperature that makes held-out cells likeliest.

use super::params::LARGEST_TEMPERATURE;

/// Lowest temperature that is fitted: correlations then hardly say anything.
const SMALLEST: f64 = 1.0;

/// Halvings of the range of the logarithm: its width, 9.2, then is below 1e-5.
const HALVINGS: usize = 20;

/// The temperature `t` for which `Σ −ln softmax(t · scores)[truth]` is lowest. That sum is convex in `t`, so its slope
/// changes sign once, and halving finds where. `scores` is row-major, one row for each cell of `truth`.
pub(super) fn likeliest(scores: &[f64], truth: &[u32], n_labels: usize) -> f64 {
    let (mut low, mut high) = (libm::log(SMALLEST), libm::log(LARGEST_TEMPERATURE));
    for _ in 0..HALVINGS {
        let middle = f64::midpoint(low, high);
        if slope(libm::exp(middle), scores, truth, n_labels) < 0.0 {
            low = middle;
        } else {
            high = middle;
        }
    }
    libm::exp(f64::midpoint(low, high))
}

/// `Σ (mean score under softmax − score of the truth)`.
fn slope(temperature: f64, scores: &[f64], truth: &[u32], n_labels: usize) -> f64 {
    let mut slope = 0.0;
    for (row, &truth) in scores.chunks_exact(n_labels).zip(truth) {
        let largest = row.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let (mut sum, mut weighted) = (0.0, 0.0);
        for &score in row {
            let share = libm::exp(temperature * (score - largest));
            sum += share;
            weighted += share * score;
        }
        slope += weighted / sum - row[truth as usize];
    }
    slope
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_says_how_often_the_higher_score_is_right() {
        // The first label is higher by 0.1 and right three times of four: softmax must say 3/4, so t = 10 ln 3.
        let scores = [0.6, 0.5].repeat(4);
        let found = likeliest(&scores, &[0, 0, 0, 1], 2);
        assert!((found - 10.0 * 3.0_f64.ln()).abs() < 1e-3, "{found}");
        assert!(likeliest(&scores, &[0, 0, 0, 0], 2) > 200.0, "always right: as sure as numbers tell");
        assert!(likeliest(&scores, &[1, 1, 1, 1], 2) < 1.01, "always wrong: hardly sure of anything");
    }
}
