//! Cells divided into parts that are held out.

use ferrocyte_core::{SplitKind, Splits};

/// Cells divided into parts, each of which is held out once while the others are trained on. A single
/// [test part](super::test_part) leaves the other cells to training alone.
///
/// It holds one part per cell and nothing else, so every cell is tested once at most by construction, and a
/// hundred folds of a million cells take four megabytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Folds {
    kind: SplitKind,
    fold_of_cell: Vec<u32>,            // < sizes.len(), or equal to it: only trained on
    sizes: Vec<usize>,                 // test cells of each fold, none zero
    held_out_groups: Vec<Vec<String>>, // one list per fold, or empty where there are no groups
}

/// One fold: the cells to train on and the cells to be judged by, both in ascending order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fold {
    /// Number of the fold, from 1.
    pub number: usize,
    /// Cells to train on.
    pub train: Vec<usize>,
    /// Cells that are held out.
    pub test: Vec<usize>,
    /// Groups that are held out; empty where cells are not divided by group.
    pub held_out_groups: Vec<String>,
}

impl Folds {
    /// Takes the fold of each cell, `n_folds` where it is only trained on; the rules of this folder keep the invariants.
    pub(super) fn new(
        kind: SplitKind,
        n_folds: usize,
        fold_of_cell: Vec<u32>,
        held_out_groups: Vec<Vec<String>>,
    ) -> Self {
        let mut sizes = vec![0; n_folds];
        for &fold in &fold_of_cell {
            if let Some(size) = sizes.get_mut(fold as usize) {
                *size += 1;
            }
        }
        debug_assert!(sizes.iter().all(|&size| size > 0), "every fold holds a cell: {sizes:?}");
        Self { kind, fold_of_cell, sizes, held_out_groups }
    }

    /// Number of folds: at least two, or one where a single part is tested on.
    pub fn n_folds(&self) -> usize {
        self.sizes.len()
    }

    /// Number of cells, over all folds.
    pub fn n_cells(&self) -> usize {
        self.fold_of_cell.len()
    }

    /// Cells that are held out in some fold, ascending: all of them, or those of the one test part. What is judged, and
    /// all that cross-validation gives, is of these cells in this order.
    pub fn tested(&self) -> Vec<usize> {
        (0..self.n_cells()).filter(|&cell| self.fold_of(cell) < self.n_folds()).collect()
    }

    /// The row of each cell among those that are [tested](Self::tested); of no meaning for the others.
    pub(crate) fn rows(&self) -> Vec<usize> {
        let mut next = 0;
        let row = |cell| {
            let row = next;
            next += usize::from(self.fold_of(cell) < self.n_folds());
            row
        };
        (0..self.n_cells()).map(row).collect()
    }

    /// The fold in which a cell is held out, counted from 0; [`n_folds`](Self::n_folds) for a cell that is only trained
    /// on.
    ///
    /// # Panics
    /// When `cell` is not below [`n_cells`](Self::n_cells).
    pub fn fold_of(&self, cell: usize) -> usize {
        self.fold_of_cell[cell] as usize
    }

    /// The folds, from number 1.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = Fold> + '_ {
        (0..self.n_folds()).map(|index| self.fold(index))
    }

    /// What the run record says of them.
    pub fn record(&self) -> Splits {
        let n_groups = self.held_out_groups.iter().map(Vec::len).sum();
        Splits {
            kind: self.kind,
            folds: self.n_folds(),
            held_out_by: None,
            groups: (!matches!(self.kind, SplitKind::StratifiedCells | SplitKind::TestPart))
                .then_some(n_groups),
            sizes: self.sizes.clone(),
        }
    }

    fn fold(&self, index: usize) -> Fold {
        let (test, train) = (0..self.n_cells()).partition(|&cell| self.fold_of_cell[cell] as usize == index);
        Fold {
            number: index + 1,
            train,
            test,
            held_out_groups: self.held_out_groups.get(index).cloned().unwrap_or_default(),
        }
    }
}
