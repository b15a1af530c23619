//! Cells that were made rows together, and are handed out a few at a time.

use std::sync::Arc;

use crate::anndata::Rows;
use crate::read_error::ReadError;
use crate::rows::RawRows;

/// Rows of consecutive cells, and how many of them were handed out.
#[derive(Debug)]
pub(crate) struct RowGroup {
    rows: Arc<RawRows>,
    used: usize,
}

impl RowGroup {
    /// Nothing was handed out yet.
    pub(crate) fn new(rows: RawRows) -> Self {
        Self::shared(Arc::new(rows))
    }

    /// As [`new`](Self::new), for rows that others hand out too.
    pub(crate) fn shared(rows: Arc<RawRows>) -> Self {
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

/// The rows of a matrix that are made in groups, of which one is in memory.
pub(crate) trait InGroups {
    /// The group that was made last.
    fn group(&mut self) -> &mut RowGroup;

    /// The rows of the cells after that group, at least one.
    ///
    /// # Errors
    /// When they cannot be read, or there are no more cells.
    fn make_next(&mut self) -> Result<RawRows, ReadError>;

    /// The next rows, from as many groups as they are in.
    fn take_rows(&mut self, n_rows: usize) -> Result<RawRows, ReadError> {
        let mut rows = RawRows::of_no_cells();
        let mut left = n_rows;
        loop {
            let n = left.min(self.group().n_left());
            self.group().hand_out(n, &mut rows);
            left -= n;
            if left == 0 {
                return Ok(rows);
            }
            *self.group() = RowGroup::empty(); // before the next is made
            *self.group() = RowGroup::new(self.make_next()?);
        }
    }
}

impl Rows for RowGroup {
    fn rewind(&mut self) {
        self.used = 0;
    }

    fn take(&mut self, n_rows: usize) -> Result<RawRows, ReadError> {
        let mut rows = RawRows::of_no_cells();
        self.hand_out(n_rows, &mut rows);
        Ok(rows)
    }
}
