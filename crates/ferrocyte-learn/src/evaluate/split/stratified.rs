//! Folds by cell, each label in proportion.

use ferrocyte_core::{Labels, SplitKind};

use super::{Folds, SplitError};
use crate::sample::{Purpose, Seeded};

/// Divides cells at random so that every fold has its share of every label and folds are of even size: two folds
/// differ by one cell at most, over all and in each label. The same seed gives the same folds.
///
/// A label with fewer cells than folds is in some folds only; a label with one cell is tested once, by a model
/// that has never seen it. Cells of one donor stand on both sides: where donors are known, use
/// [`by_group`](super::by_group).
///
/// # Errors
/// When there are fewer than two folds, or fewer cells than folds.
///
/// # Examples
/// ```
/// use ferrocyte_core::Labels;
/// use ferrocyte_learn::evaluate::stratified;
///
/// let labels = Labels::from_names(&["B", "B", "T", "T", "T", "T"]);
/// let folds = stratified(&labels, 2, 0)?;
/// for fold in folds.iter() {
///     assert_eq!(labels.select(&fold.test).counts(), [1, 2]);
/// }
/// # Ok::<(), ferrocyte_learn::evaluate::SplitError>(())
/// ```
pub fn stratified(labels: &Labels, n_folds: usize, seed: u64) -> Result<Folds, SplitError> {
    if n_folds < 2 {
        return Err(SplitError::Folds { n_folds });
    }
    if labels.len() < n_folds {
        return Err(SplitError::Cells { n_folds, n_cells: labels.len() });
    }
    let by_label = Seeded::new(seed, Purpose::Folds).shuffled_by_label(labels);
    let mut fold_of_cell = vec![0; labels.len()];
    // Dealt like cards, and each label goes on where the one before it stopped: that keeps both the labels and
    // the folds even.
    for (card, cell) in by_label.into_iter().flatten().enumerate() {
        fold_of_cell[cell] = (card % n_folds) as u32;
    }
    Ok(Folds::new(SplitKind::StratifiedCells, n_folds, fold_of_cell, Vec::new()))
}
