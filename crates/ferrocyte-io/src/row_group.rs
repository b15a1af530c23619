//! Cells that were made rows together, and are handed out a few at a time.

use crate::rows::RawRows;

/// Rows of consecutive cells, and how many of them were handed out.
#[derive(Debug)]
pub(crate) struct RowGroup {
    rows: RawRows,
    used: usize,
}

impl RowGroup {
    /// Nothing was handed out yet.
    pub(crate) fn new(rows: RawRows) -> Self {
        Self { rows, used: 0 }
    }

    /// A group of no cells.
    pub(crate) fn empty() -> Self {
        Self::new(RawRows::of_no_cells())
    }

    /// Cells that were not handed out.
    pub(crate) fn n_left(&self) -> usize {
        self.rows.row_ptr.len() - 1 - self.used
    }

    /// Starts again at the first cell.
    pub(crate) fn hand_out_again(&mut self) {
        self.used = 0;
    }

    /// Appends the next `n_cells` cells, which must be there, to `rows`.
    pub(crate) fn hand_out(&mut self, n_cells: usize, rows: &mut RawRows) {
        let bounds = &self.rows.row_ptr[self.used..=self.used + n_cells];
        let (start, end, offset) = (bounds[0], bounds[n_cells], rows.gene.len());
        rows.row_ptr.extend(bounds[1..].iter().map(|bound| bound - start + offset));
        rows.gene.extend_from_slice(&self.rows.gene[start..end]);
        rows.value.extend_from_slice(&self.rows.value[start..end]);
        self.used += n_cells;
    }
}
