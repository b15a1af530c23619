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

/// Cells of whole numbers beside cells of fractions, at least one in a hundred of each. Counts that were estimated
/// have some fractions in many cells, not many in some.
pub(crate) fn mixed(evidence: &Evidence) -> Option<Mixed> {
    let enough = |cells: u64| 100 * cells >= evidence.cells && cells > 0;
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
        let found = mixed(&evidence(&[counts.clone(), counts.clone(), logs.clone()])).unwrap();
        assert_eq!((found.whole_cell, found.fraction.cell), (0, 2));
        assert_eq!(mixed(&evidence(&[counts.clone(), counts.clone()])), None);
        assert_eq!(mixed(&evidence(&[logs.clone(), logs])), None);
        assert_eq!(mixed(&evidence(&[counts.clone(), estimated, counts])), None);
    }
}
