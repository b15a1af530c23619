//! At most so many cells of each label, from as many groups as there are.

use ferrocyte_core::Labels;

use super::{Purpose, Seeded};

/// Picks at most `n_cells` cells of each label at random and gives their indices in ascending order. Where groups
/// (donors) are known, they take turns, so that a small one is there as well as a large one. The same seed picks the same
/// cells.
///
/// # Panics
/// When there is not one group for each cell.
pub fn spread_per_class(labels: &Labels, groups: Option<&Labels>, n_cells: usize, seed: u64) -> Vec<usize> {
    if let Some(groups) = groups {
        assert_eq!(groups.len(), labels.len(), "one group for each cell");
    }
    let mut kept = Vec::new();
    for cells in Seeded::new(seed, Purpose::Sketch).shuffled_by_label(labels) {
        let mut taken_of_group = vec![0_usize; groups.map_or(1, |groups| groups.set().len())];
        // A cell's turn is how many of its label and group came before it; within a turn, groups in their order.
        let mut turns: Vec<(usize, usize, usize)> = cells
            .into_iter()
            .map(|cell| {
                let group = groups.map_or(0, |groups| groups.code(cell));
                let turn = taken_of_group[group];
                taken_of_group[group] += 1;
                (turn, group, cell)
            })
            .collect();
        if groups.is_some() {
            turns.sort_unstable();
        }
        kept.extend(turns.into_iter().take(n_cells).map(|(_, _, cell)| cell));
    }
    kept.sort_unstable();
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_take_turns_and_small_labels_keep_all() {
        // Of `T`, twenty cells of donor 1 and three of donor 2; of `B`, two of donor 1.
        let mut labels = vec!["T"; 23];
        labels.extend(["B"; 2]);
        let mut groups = vec!["1"; 20];
        groups.extend(["2", "2", "2", "1", "1"]);
        let (labels, groups) = (Labels::from_names(&labels), Labels::from_names(&groups));
        let kept = spread_per_class(&labels, Some(&groups), 6, 0);
        assert_eq!(labels.select(&kept).counts(), [2, 6]);
        assert!(
            [20, 21, 22].iter().all(|cell| kept.contains(cell)),
            "all three of the small donor: {kept:?}"
        );
        assert!(kept.is_sorted());
        assert_eq!(kept, spread_per_class(&labels, Some(&groups), 6, 0));
        assert_ne!(kept, spread_per_class(&labels, Some(&groups), 6, 1));
        let without = spread_per_class(&labels, None, 6, 0);
        assert_eq!(labels.select(&without).counts(), [2, 6]);
        assert_eq!(spread_per_class(&labels, None, 100, 0), (0..25).collect::<Vec<_>>());
    }
}
