//! Brier score of several labels.

use ferrocyte_core::{Labels, Scores};

/// Mean over cells of the squared distance between the probabilities and the truth, summed over labels; 0 is
/// perfect, 2 is sure and wrong.
///
/// The original form of Brier 1950, <https://doi.org/10.1175/1520-0493(1950)078%3C0001:VOFEIT%3E2.0.CO;2>; for
/// two labels it is twice what is often reported.
pub(crate) fn brier(given: &Labels, probabilities: &Scores) -> f64 {
    let of_cells = given.codes().zip(probabilities.rows()).map(|(code, row)| brier_of_cell(code, row));
    of_cells.sum::<f64>() / given.len() as f64
}

/// The squared distance of one cell that was given the label `code`.
pub(crate) fn brier_of_cell(code: usize, probabilities: &[f64]) -> f64 {
    let distance = |(label, &probability): (usize, &f64)| {
        let difference = probability - f64::from(u8::from(label == code));
        difference * difference
    };
    probabilities.iter().enumerate().map(distance).sum()
}
