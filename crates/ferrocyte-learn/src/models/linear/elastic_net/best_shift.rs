//! Where the intercepts of a quadratic model are best.

/// Share of the mean diagonal that is added to it: more than what rounding leaves of a matrix that is not quite of full rank.
const RIDGE: f64 = 1e-9;

/// What brings `slopes + bend · shift` to zero, for a `bend` that is symmetric and nowhere below zero, by Cholesky's decomposition.
/// The same number on every intercept changes nothing, so the rows of `bend` add up to zero; a matrix of ones makes up for that. All zero
/// where nothing bends.
pub(super) fn best_shift(bend: &[f64], slopes: &[f64]) -> Vec<f64> {
    let n = slopes.len();
    let mean = (0..n).map(|i| bend[i * n + i]).sum::<f64>() / n as f64;
    if mean.is_nan() || mean <= 0.0 {
        return vec![0.0; n];
    }
    let mut matrix: Vec<f64> = bend.iter().map(|entry| entry + mean / n as f64).collect();
    let mut shift: Vec<f64> = slopes.iter().map(|slope| -slope).collect();
    for i in 0..n {
        matrix[i * n + i] += RIDGE * mean;
        for j in 0..=i {
            let known: f64 = (0..j).map(|k| matrix[i * n + k] * matrix[j * n + k]).sum();
            let left = matrix[i * n + j] - known;
            matrix[i * n + j] = if i == j { left.max(RIDGE * mean).sqrt() } else { left / matrix[j * n + j] };
        }
        let known: f64 = (0..i).map(|k| matrix[i * n + k] * shift[k]).sum();
        shift[i] = (shift[i] - known) / matrix[i * n + i];
    }
    for i in (0..n).rev() {
        let known: f64 = (i + 1..n).map(|k| matrix[k * n + i] * shift[k]).sum();
        shift[i] = (shift[i] - known) / matrix[i * n + i];
    }
    shift
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_slopes_are_gone_at_the_best_place() {
        // diag(p) − p pᵀ for p = (.2, .3, .5), three times over
        let p = [0.2, 0.3, 0.5];
        let bend: Vec<f64> = (0..9)
            .map(|at| 3.0 * (if at % 4 == 0 { p[at / 3] } else { 0.0 } - p[at / 3] * p[at % 3]))
            .collect();
        let slopes = [0.4, -0.1, -0.3];
        let shift = best_shift(&bend, &slopes);
        for (slope, row) in slopes.iter().zip(bend.chunks(3)) {
            let left = slope + row.iter().zip(&shift).map(|(bend, by)| bend * by).sum::<f64>();
            assert!(left.abs() < 1e-7, "{left} is left");
        }
        assert_eq!(best_shift(&[0.0; 4], &[1.0, -1.0]), [0.0; 2]);
    }
}
