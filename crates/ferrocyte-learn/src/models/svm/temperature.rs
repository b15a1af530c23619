//! How sure a margin is.

use crate::kernels::softmax::softmax;

/// What a temperature can be: beyond these, all labels are alike or one is certain in every cell.
const TEMPERATURES: (f64, f64) = (1e-2, 1e3);
/// Halvings of the range on a logarithmic scale: more than `f64` has digits for.
const HALVINGS: usize = 60;

/// The margins of a cell that was not trained on, its label and how much it counts.
#[derive(Debug, Clone)]
pub(super) struct Judged {
    pub(super) margins: Vec<f64>,
    pub(super) truth: usize,
    pub(super) weight: f64,
}

/// The `t` with which `softmax(t · margins)` has the smallest log-loss; 1 where there is no cell.
///
/// The loss is convex in `t`, so its slope changes sign once, and halving finds where. The truth of `n` cells counts as
/// `1 − 1 / (n + 2)` (Platt 1999, Probabilistic outputs for support vector machines), the rest is spread over the other
/// labels: `t` stays finite where all cells are right.
pub(super) fn temperature(cells: &[Judged]) -> f64 {
    if cells.is_empty() {
        return 1.0;
    }
    let doubt = 1.0 / (cells.len() as f64 + 2.0);
    let (mut low, mut high) = (libm::log(TEMPERATURES.0), libm::log(TEMPERATURES.1));
    for _ in 0..HALVINGS {
        let middle = 0.5 * (low + high);
        if slope(cells, doubt, libm::exp(middle)) < 0.0 { low = middle } else { high = middle }
    }
    libm::exp(0.5 * (low + high))
}

/// How the log-loss changes with `t`.
fn slope(cells: &[Judged], doubt: f64, t: f64) -> f64 {
    let mut probabilities = Vec::new();
    let of_cell = |Judged { margins, truth, weight }: &Judged| {
        probabilities.clear();
        probabilities.extend(margins.iter().map(|margin| t * margin));
        softmax(&mut probabilities);
        let others = doubt / (margins.len() - 1) as f64;
        let expected: f64 = probabilities.iter().zip(margins).map(|(p, margin)| p * margin).sum();
        let wanted: f64 = margins
            .iter()
            .enumerate()
            .map(|(label, margin)| margin * if label == *truth { 1.0 - doubt } else { others })
            .sum();
        weight * (expected - wanted)
    };
    cells.iter().map(of_cell).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judged(margins: [f64; 2], truth: usize) -> Judged {
        Judged { margins: margins.to_vec(), truth, weight: 1.0 }
    }

    #[test]
    fn it_is_where_the_probabilities_are_as_often_right_as_they_say() {
        // Three of four right by a margin of 2: p = 3/4 but for the doubt, and p = 1 / (1 + exp(−2 t)).
        let cells =
            [judged([1.0, -1.0], 0), judged([1.0, -1.0], 0), judged([-1.0, 1.0], 1), judged([-1.0, 1.0], 0)];
        let share: f64 = 0.75 * 5.0 / 6.0 + 0.25 / 6.0;
        let expected = 0.5 * (share / (1.0 - share)).ln();
        assert!((temperature(&cells) - expected).abs() < 1e-9);
    }

    #[test]
    fn cells_without_any_error_give_a_finite_one_and_wrong_ones_the_smallest() {
        let right = temperature(&[judged([1.0, -1.0], 0), judged([-1.0, 1.0], 1)]);
        assert!((right - 0.5 * 3.0_f64.ln()).abs() < 1e-9, "{right}"); // p = 3/4 is 1 − 1 / (2 + 2)
        assert!((temperature(&[judged([1.0, -1.0], 1)]) - 1e-2).abs() < 1e-9);
        assert_eq!(temperature(&[]), 1.0);
    }
}
