//! At most so many cells of each label.

use ferrocyte_core::Labels;

use super::{Purpose, Seeded};

/// Picks at most `n_cells` cells of each label at random and gives their indices in ascending order. The same
/// seed picks the same cells; a label with no more than `n_cells` keeps all of its own.
///
/// # Examples
/// ```
/// use ferrocyte_core::Labels;
/// use ferrocyte_learn::sample::max_per_class;
///
/// let labels = Labels::from_names(&["T", "T", "T", "B", "T", "T", "T", "NK"]);
/// let kept = labels.select(&max_per_class(&labels, 2, 0));
/// assert_eq!(kept.counts(), [1, 1, 2]); // B, NK, T
/// ```
pub fn max_per_class(labels: &Labels, n_cells: usize, seed: u64) -> Vec<usize> {
    let by_label = Seeded::new(seed, Purpose::MaxPerClass).shuffled_by_label(labels);
    let mut kept: Vec<usize> =
        by_label.iter().flat_map(|cells| cells.iter().take(n_cells)).copied().collect();
    kept.sort_unstable();
    kept
}
