//! Eigenvalues of small symmetric matrices.

/// Rounds over all pairs; a matrix of a hundred rows takes about ten.
const MOST_ROUNDS: usize = 60;

/// Eigenvalues, largest first, and their eigenvectors, of a symmetric matrix of `n` rows: Jacobi's rotations (Golub
/// and Van Loan, Matrix Computations, 8.5). Only sums, products, quotients and roots, so the same bits everywhere.
pub(super) fn symmetric(mut matrix: Vec<f64>, n: usize) -> Vec<(f64, Vec<f64>)> {
    let mut vectors = vec![0.0; n * n]; // rows
    for i in 0..n {
        vectors[i * n + i] = 1.0;
    }
    let scale: f64 = matrix.iter().map(|value| value * value).sum::<f64>().sqrt();
    for _ in 0..MOST_ROUNDS {
        let mut largest = 0.0_f64;
        for p in 0..n {
            for q in p + 1..n {
                let off = matrix[p * n + q];
                largest = largest.max(off.abs());
                if off.abs() > 1e-15 * scale {
                    let (cosine, sine) = rotation(matrix[p * n + p], matrix[q * n + q], off);
                    rotate(&mut matrix, &mut vectors, n, (p, q), (cosine, sine));
                }
            }
        }
        if largest <= 1e-14 * scale {
            break;
        }
    }
    let mut found: Vec<(f64, Vec<f64>)> =
        (0..n).map(|i| (matrix[i * n + i], vectors[i * n..(i + 1) * n].to_vec())).collect();
    found.sort_by(|a, b| b.0.total_cmp(&a.0));
    found
}

/// Cosine and sine of the turn that makes `off` zero.
fn rotation(first: f64, second: f64, off: f64) -> (f64, f64) {
    let tau = (second - first) / (2.0 * off);
    let tangent = if tau >= 0.0 {
        1.0 / (tau + (1.0 + tau * tau).sqrt())
    } else {
        -1.0 / (-tau + (1.0 + tau * tau).sqrt())
    };
    let cosine = 1.0 / (1.0 + tangent * tangent).sqrt();
    (cosine, tangent * cosine)
}

fn rotate(
    matrix: &mut [f64],
    vectors: &mut [f64],
    n: usize,
    (p, q): (usize, usize),
    (cosine, sine): (f64, f64),
) {
    for k in 0..n {
        let (at_p, at_q) = (matrix[k * n + p], matrix[k * n + q]);
        matrix[k * n + p] = cosine * at_p - sine * at_q;
        matrix[k * n + q] = sine * at_p + cosine * at_q;
    }
    for rows in [matrix, vectors] {
        for k in 0..n {
            let (at_p, at_q) = (rows[p * n + k], rows[q * n + k]);
            rows[p * n + k] = cosine * at_p - sine * at_q;
            rows[q * n + k] = sine * at_p + cosine * at_q;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn eigenvectors_are_stretched_by_their_eigenvalues() {
        let n = 7;
        let matrix: Vec<f64> = (0..n * n)
            .map(|i| {
                let (row, column) = ((i / n) as f64, (i % n) as f64);
                1.0 / (1.0 + row + column) + if row == column { row } else { 0.0 }
            })
            .collect();
        let found = symmetric(matrix.clone(), n);
        assert!(found.windows(2).all(|pair| pair[0].0 >= pair[1].0));
        for (value, vector) in &found {
            for row in 0..n {
                let product: f64 = (0..n).map(|k| matrix[row * n + k] * vector[k]).sum();
                assert!((product - value * vector[row]).abs() < 1e-12);
            }
            assert!((vector.iter().map(|v| v * v).sum::<f64>() - 1.0).abs() < 1e-12);
        }
        assert!(symmetric(vec![0.0; 4], 2).iter().all(|(value, _)| *value == 0.0));
    }
}
