//! How many counts a cell has over all genes that were measured.

use crate::block::Block;
use crate::scale::Counts;

/// Counts of each cell over **all** genes that were measured, in cell order; finite, not negative.
///
/// It is taken before a block is aligned to a model: a query's genes that the model does not know still belong
/// to the library.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct LibrarySizes(Vec<f64>);

impl LibrarySizes {
    /// Sums the counts of each cell, in `f64`.
    pub fn of(block: &Block<Counts>) -> Self {
        Self(block.cells().map(|cell| cell.total()).collect())
    }

    /// Takes sizes from elsewhere, a column of the file for example.
    ///
    /// # Errors
    /// When a size is negative, infinite or not a number.
    pub fn new(sizes: Vec<f64>) -> Result<Self, LibrarySizeError> {
        match sizes.iter().position(|size| !(size.is_finite() && *size >= 0.0)) {
            Some(cell) => Err(LibrarySizeError { cell, found: sizes[cell] }),
            None => Ok(Self(sizes)),
        }
    }

    /// Appends the sizes of more cells.
    pub fn append(&mut self, other: &Self) {
        self.0.extend_from_slice(&other.0);
    }

    /// One size per cell.
    pub fn as_slice(&self) -> &[f64] {
        &self.0
    }

    /// The sizes of the named cells, in the order given.
    ///
    /// # Panics
    /// When an index is not below the number of cells.
    pub fn select(&self, cells: &[usize]) -> Self {
        Self(cells.iter().map(|&cell| self.0[cell]).collect())
    }
}

/// A library size that no cell can have.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
#[error("cell {cell}: expected a library size that is finite and not negative, found {found}")]
pub struct LibrarySizeError {
    /// Position of the cell.
    pub cell: usize,
    /// The size found.
    pub found: f64,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_no_cell_can_have_are_refused_with_their_place() {
        let error = LibrarySizes::new(vec![1.0, f64::NAN]).unwrap_err();
        assert!(error.to_string().starts_with("cell 1: expected a library size"));
        assert!(LibrarySizes::new(vec![-1.0]).is_err());
        assert_eq!(LibrarySizes::new(vec![1.0, 2.0, 3.0]).unwrap().select(&[1, 2]).as_slice(), [2.0, 3.0]);
    }
}
