//! Consecutive cells that are turned together.

use std::ops::Range;

/// Cells whose values fit into the memory together, and where these are in the file.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Group {
    pub(super) cells: Range<usize>,
    /// The first of the values, counted over all groups.
    pub(super) start: u64,
    pub(super) n_values: usize,
}

/// Cuts cells into groups of at most `most` values; a cell that has more is a group of its own.
pub(super) fn groups_of(counts: &[u32], most: usize) -> Vec<Group> {
    let mut groups: Vec<Group> = Vec::new();
    for (cell, &count) in counts.iter().enumerate() {
        let count = count as usize;
        match groups.last_mut() {
            Some(group) if group.n_values.saturating_add(count) <= most => {
                group.cells.end = cell + 1;
                group.n_values += count;
            }
            last => {
                let start = last.map_or(0, |before| before.start + before.n_values as u64);
                groups.push(Group { cells: cell..cell + 1, start, n_values: count });
            }
        }
    }
    groups
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_hold_every_cell_once_and_no_more_than_fits() {
        let group = |cells, start, n_values| Group { cells, start, n_values };
        let counts = [2, 0, 3, 9, 0, 0, 1, 4];
        assert_eq!(
            groups_of(&counts, 5),
            [group(0..3, 0, 5), group(3..4, 5, 9), group(4..8, 14, 5)],
            "a cell with too many is alone"
        );
        assert_eq!(groups_of(&counts, 100), [group(0..8, 0, 19)]);
        assert_eq!(groups_of(&counts, 0).len(), 7, "empty cells join the one before only where it fits");
        assert!(groups_of(&[], 5).is_empty());
    }
}
