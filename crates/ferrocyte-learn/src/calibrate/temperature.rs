//! One number that makes all probabilities more or less sure.

use super::held_out::HeldOut;

/// What a temperature can be: below, one label is certain in every cell; above, all are alike.
const RANGE: (f64, f64) = (0.05, 20.0);
/// Narrowings of the range, each to 0.62 of it: the logarithm is then known to 1e-8.
const NARROWINGS: usize = 44;
/// The golden section.
const SECTION: f64 = 0.618_033_988_749_894_8;

/// The temperature for which the confidence in the most probable label says best how often that label is right: the one
/// with the smallest `Σ −ln(c)` over right and `−ln(1 − c)` over wrong cells. Cells with a label that the model could
/// not know are among them, and count as wrong.
///
/// Guo et al. 2017, <https://proceedings.mlr.press/v70/guo17a.html>, fit it by the log-loss of the given label, to which
/// a cell with an unknown label says nothing.
pub(crate) fn fit(held_out: &HeldOut<'_>, cells: &[usize]) -> f64 {
    let loss = |log_temperature: f64| -> f64 {
        let temperature = libm::exp(log_temperature);
        let of_cell = |&cell: &usize| {
            let mut row = held_out.probabilities.row(cell).to_vec();
            let best = held_out.probabilities.best(cell);
            apply(temperature, &mut row);
            let confidence = row[best].clamp(1e-12, 1.0 - 1e-12);
            let right = held_out.labels.code(cell) == best;
            -libm::log(if right { confidence } else { 1.0 - confidence })
        };
        cells.iter().map(of_cell).sum()
    };
    let (mut low, mut high) = (libm::log(RANGE.0), libm::log(RANGE.1));
    let (mut one, mut other) = (high - SECTION * (high - low), low + SECTION * (high - low));
    let (mut at_one, mut at_other) = (loss(one), loss(other));
    for _ in 0..NARROWINGS {
        if at_one <= at_other {
            (high, other, at_other) = (other, one, at_one);
            one = high - SECTION * (high - low);
            at_one = loss(one);
        } else {
            (low, one, at_one) = (one, other, at_other);
            other = low + SECTION * (high - low);
            at_other = loss(other);
        }
    }
    libm::exp(f64::midpoint(low, high))
}

/// Raises probabilities to `1 / temperature` and makes their sum one again. What is impossible stays so, and the order
/// of the labels stays what it is.
pub(super) fn apply(temperature: f64, row: &mut [f64]) {
    let largest = row.iter().copied().fold(0.0, f64::max);
    if largest <= 0.0 {
        return;
    }
    let mut sum = 0.0;
    for probability in row.iter_mut().filter(|probability| **probability > 0.0) {
        *probability = libm::exp(libm::log(*probability / largest) / temperature);
        sum += *probability;
    }
    for probability in row {
        *probability /= sum;
    }
}
