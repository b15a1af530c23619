//! Rule: are some cells on one scale and some on another? Data sets that were put together from counts and
//! logarithms look like that.

use super::evidence::{Evidence, Place};

/// Cells of whole numbers beside cells of fractions.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Mixed {
    /// Share of the cells that hold whole numbers only.
    pub(crate) whole_share: f64,
    /// The first of them.
    pub(crate) whole_cell: usize,
    /// The first fraction.
    pub(crate) fraction: Place,
}

/// Cells of whole numbers beside cells of fractions, at least one in fifty of each, and five. Counts that were
/// estimated have some fractions in many cells, not many in some. Fewer cells of whole numbers are chance: 10,000 per
/// cell is whole for a cell with 2,500 counts.
pub(crate) fn mixed(evidence: &Evidence) -> Option<Mixed> {
    let enough = |cells: u64| 50 * cells >= evidence.cells && cells >= 5;
    let few_between = 20 * (evidence.cells - evidence.whole_cells - evidence.fraction_cells) < evidence.cells;
    if !(enough(evidence.whole_cells) && enough(evidence.fraction_cells) && few_between) {
        return None;
    }
    Some(Mixed {
        whole_share: evidence.whole_cells as f64 / evidence.cells as f64,
        whole_cell: evidence.first_whole_cell?,
        fraction: evidence.first_fraction?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scale::evidence::tests::evidence;

    #[test]
    fn two_scales_in_one_matrix_are_found() {
        let (counts, logs, estimated) = (vec![1.0, 5.0, 2.0], vec![0.3, 1.7, 2.2], vec![1.0, 2.0, 0.4]);
        let of = |n_counts: usize, other: &Vec<f64>, n_others: usize| {
            mixed(&evidence(&[vec![counts.clone(); n_counts], vec![other.clone(); n_others]].concat()))
        };
        let found = of(20, &logs, 10).unwrap();
        assert_eq!((found.whole_cell, found.fraction.cell), (0, 20));
        assert_eq!(of(20, &counts, 10), None);
        assert_eq!(of(0, &logs, 30), None);
        assert_eq!(of(1, &logs, 30), None, "one is chance");
        assert_eq!(of(20, &estimated, 10), None);
    }
}
