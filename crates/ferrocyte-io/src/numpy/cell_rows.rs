//! Where the rows of the cells are.

use std::sync::Arc;

use super::dense_in_file::DenseInFile;
use crate::anndata::Rows;
use crate::row_group::RowGroup;
use crate::rows::RawRows;

/// The rows of all cells, wherever they are.
#[derive(Debug, Clone)]
pub(super) enum CellRows {
    InMemory(Arc<RawRows>),
    InFile { array: DenseInFile, turned: bool },
}

impl CellRows {
    /// The rows, from the first cell on.
    pub(super) fn reader(&self) -> Box<dyn Rows> {
        match self.clone() {
            Self::InMemory(rows) => Box::new(RowGroup::shared(rows)),
            Self::InFile { array, turned } => Box::new(array.rows(turned)),
        }
    }
}
