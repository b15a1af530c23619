//! Some of the cells, each label in proportion.

use ferrocyte_core::Labels;

use super::{Purpose, Seeded};

/// Picks `n_cells` cells at random, each label in proportion to its cells, and gives their indices in ascending
/// order. The same seed picks the same cells.
///
/// Every label that has cells keeps at least one, so a result is never smaller than the number of such labels,
/// even where `n_cells` is. All cells come back when there are no more than `n_cells`.
///
/// After its first cell each label gets its share of what is left, rounded by largest remainder; of equal
/// remainders the first label wins.
///
/// # Examples
/// ```
/// use ferrocyte_core::Labels;
/// use ferrocyte_learn::sample::downsample;
///
/// let labels = Labels::from_names(&["T", "T", "T", "B", "T", "T", "T", "NK"]);
/// let kept = labels.select(&downsample(&labels, 5, 0));
/// assert_eq!(kept.counts(), [1, 1, 3]); // B, NK, T
/// ```
pub fn downsample(labels: &Labels, n_cells: usize, seed: u64) -> Vec<usize> {
    if n_cells >= labels.len() {
        return (0..labels.len()).collect();
    }
    let keep = shares(&labels.counts(), n_cells);
    let by_label = Seeded::new(seed, Purpose::Downsample).shuffled_by_label(labels);
    let mut kept: Vec<usize> =
        by_label.iter().zip(keep).flat_map(|(cells, keep)| &cells[..keep]).copied().collect();
    kept.sort_unstable();
    kept
}

/// How many cells each label keeps: one, and a share of what is left in proportion to its other cells. A share
/// of `left ≤ others` never exceeds the cells that a label has.
fn shares(counts: &[usize], n_cells: usize) -> Vec<usize> {
    let first = |count: usize| usize::from(count > 0);
    let n_labels: usize = counts.iter().map(|&count| first(count)).sum();
    let others = (counts.iter().sum::<usize>() - n_labels) as u128;
    let left = n_cells.saturating_sub(n_labels);
    if left == 0 || others == 0 {
        return counts.iter().map(|&count| first(count)).collect();
    }
    let quota = |count: usize| left as u128 * (count - first(count)) as u128;
    let mut keep: Vec<usize> =
        counts.iter().map(|&count| first(count) + (quota(count) / others) as usize).collect();
    let missing = n_labels + left - keep.iter().sum::<usize>();
    let mut by_remainder: Vec<usize> = (0..counts.len()).collect();
    by_remainder.sort_by_key(|&code| std::cmp::Reverse(quota(counts[code]) % others)); // stable: first label wins
    for &code in &by_remainder[..missing] {
        keep[code] += 1;
    }
    keep
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_add_up_and_keep_the_rare() {
        assert_eq!(shares(&[600, 300, 99, 1], 100), [59, 30, 10, 1]);
        assert_eq!(shares(&[1000, 1, 1, 0], 10), [8, 1, 1, 0]);
        assert_eq!(shares(&[5, 5, 5], 10), [4, 3, 3]);
        assert_eq!(shares(&[5, 5, 5], 0), [1, 1, 1]);
        assert_eq!(shares(&[1, 1, 1], 2), [1, 1, 1]);
        assert_eq!(shares(&[], 2), [0; 0]);
    }
}
