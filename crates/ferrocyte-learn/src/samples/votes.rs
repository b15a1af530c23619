//! What the cells of a sample say together.

use ferrocyte_core::Scores;

use super::table::Samples;

/// The mean of the probabilities of each sample's cells: one row for each sample. `probabilities` has a row for each cell that the
/// samples name.
///
/// # Panics
/// When a cell has no row.
///
/// # Examples
/// ```
/// use ferrocyte_core::{Labels, Scores};
/// use ferrocyte_learn::samples::{Samples, votes};
///
/// let sample = Labels::from_names(&["s1", "s1", "s2"]);
/// let (samples, _) = Samples::of(&sample, &sample, &sample);
/// let of_cells = Scores::from_rows(2, vec![1.0, 0.0, 0.5, 0.5, 0.25, 0.75]).unwrap();
/// let found = votes(&samples, &of_cells);
/// assert_eq!((found.row(0), found.row(1)), (&[0.75, 0.25][..], &[0.25, 0.75][..]));
/// ```
pub fn votes(samples: &Samples, probabilities: &Scores) -> Scores {
    let mut found = Scores::zeros(samples.len(), probabilities.n_labels());
    for (sample, cells) in samples.cells().iter().enumerate() {
        let row = found.row_mut(sample);
        for &cell in cells {
            for (sum, probability) in row.iter_mut().zip(probabilities.row(cell)) {
                *sum += probability;
            }
        }
        let total: f64 = row.iter().sum();
        for probability in row.iter_mut().filter(|_| total > 0.0) {
            *probability /= total;
        }
    }
    found
}
