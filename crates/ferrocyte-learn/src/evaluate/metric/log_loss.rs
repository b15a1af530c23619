//! Log-loss (cross-entropy).

use ferrocyte_core::{Labels, Scores};

/// Mean negative logarithm of the probability of the given label, in nats; 0 is perfect.
///
/// A probability is kept within one machine epsilon of 0 and 1, so a label that was thought impossible costs
/// 36.04. Rows are taken as they are, also where they do not sum to one. Both as scikit-learn 1.7's `log_loss`:
/// <https://scikit-learn.org/1.7/modules/model_evaluation.html#log-loss>. Good 1952,
/// <https://doi.org/10.1111/j.2517-6161.1952.tb00104.x>.
pub(crate) fn log_loss(given: &Labels, probabilities: &Scores) -> f64 {
    let of_cells = given.codes().zip(probabilities.rows()).map(|(code, row)| log_loss_of_cell(code, row));
    of_cells.sum::<f64>() / given.len() as f64
}

/// The loss of one cell that was given the label `code`.
pub(crate) fn log_loss_of_cell(code: usize, probabilities: &[f64]) -> f64 {
    -libm::log(probabilities[code].clamp(f64::EPSILON, 1.0 - f64::EPSILON))
}
