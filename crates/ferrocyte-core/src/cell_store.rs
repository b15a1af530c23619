//! Cells that are read as often as needed, wherever they lie.

use std::ops::Range;

use crate::block::Block;
use crate::scale::LogNorm;
use crate::source::SourceError;

/// Log-normalised cells on one set of genes, any part of which can be read at any time: a [`Block`] in memory, or a file
/// that is too large for it.
///
/// The same cells are the same bits wherever they lie, so what is learnt does not depend on it. Many threads may read at once.
pub trait CellStore: Send + Sync {
    /// Number of cells.
    fn n_cells(&self) -> usize;

    /// Number of genes (columns).
    fn n_genes(&self) -> usize;

    /// Number of values over all cells.
    fn n_non_zeros(&self) -> u64;

    /// Copies consecutive cells.
    ///
    /// # Errors
    /// When they cannot be read.
    ///
    /// # Panics
    /// When the range ends beyond the last cell.
    fn read(&self, cells: Range<usize>) -> Result<Block<LogNorm>, SourceError>;

    /// All cells, where they are one block in memory: that can be used in place.
    fn in_memory(&self) -> Option<&Block<LogNorm>> {
        None
    }
}

impl CellStore for Block<LogNorm> {
    fn n_cells(&self) -> usize {
        self.n_cells()
    }

    fn n_genes(&self) -> usize {
        self.n_genes()
    }

    fn n_non_zeros(&self) -> u64 {
        self.n_non_zeros() as u64
    }

    fn read(&self, cells: Range<usize>) -> Result<Block<LogNorm>, SourceError> {
        Ok(self.slice(cells))
    }

    fn in_memory(&self) -> Option<&Block<LogNorm>> {
        Some(self)
    }
}

/// Some cells of a store: the training cells of a fold, for example.
pub struct SomeCells<'a> {
    all: &'a dyn CellStore,
    cells: &'a [usize], // ascending, below the number of cells
    non_zeros: u64,
}

impl<'a> SomeCells<'a> {
    /// Takes the cells at these positions, which ascend. All cells are read once, to know how many values these have.
    ///
    /// # Errors
    /// When the cells cannot be read.
    ///
    /// # Panics
    /// When a position does not ascend, or is beyond the last cell.
    pub fn new(all: &'a dyn CellStore, cells: &'a [usize]) -> Result<Self, SourceError> {
        assert!(cells.is_sorted_by(|one, next| one < next), "positions ascend");
        assert!(cells.last().is_none_or(|&last| last < all.n_cells()), "positions are those of cells");
        let mut some = Self { all, cells, non_zeros: 0 };
        some.non_zeros = some.for_each_part(0..cells.len(), |part| part.n_non_zeros() as u64)?.iter().sum();
        Ok(some)
    }

    /// Reads the cells that lie between the first and the last of these, a part at a time, and hands on those of them that
    /// belong here.
    fn for_each_part<T>(
        &self,
        range: Range<usize>,
        mut take: impl FnMut(Block<LogNorm>) -> T,
    ) -> Result<Vec<T>, SourceError> {
        /// Cells of the store that are read at a time.
        const PART: usize = 4096;
        let mut taken = Vec::new();
        let mut left = &self.cells[range];
        while let Some(&first) = left.first() {
            let end = (first + PART).min(self.all.n_cells());
            let (here, rest) = left.split_at(left.partition_point(|&cell| cell < end));
            left = rest;
            // The last of these, not the end of the part: nothing is read for nobody.
            let last = here.last().map_or(first, |&last| last);
            let block = self.all.read(first..last + 1)?;
            let positions: Vec<usize> = here.iter().map(|cell| cell - first).collect();
            let whole = positions.len() == block.n_cells();
            taken.push(take(if whole { block } else { block.select_cells(&positions) }));
        }
        Ok(taken)
    }
}

impl CellStore for SomeCells<'_> {
    fn n_cells(&self) -> usize {
        self.cells.len()
    }

    fn n_genes(&self) -> usize {
        self.all.n_genes()
    }

    fn n_non_zeros(&self) -> u64 {
        self.non_zeros
    }

    fn read(&self, cells: Range<usize>) -> Result<Block<LogNorm>, SourceError> {
        let mut block = Block::empty(self.n_genes());
        self.for_each_part(cells, |part| block.append(&part))?;
        Ok(block)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Cell `i` has the value `i + 1` of gene `i % 3`.
    fn cells(n: usize) -> Block<LogNorm> {
        let value = (0..n).map(|cell| cell as f32 + 1.0).collect();
        Block::new(3, (0..=n).collect(), (0..n).map(|cell| (cell % 3) as u32).collect(), value).unwrap()
    }

    #[test]
    fn some_cells_are_those_at_their_positions() {
        let all = cells(10_000);
        let positions: Vec<usize> = (0..10_000).filter(|cell| cell % 7 != 3).collect();
        let some = SomeCells::new(&all, &positions).unwrap();
        assert_eq!((some.n_cells(), some.n_non_zeros()), (positions.len(), positions.len() as u64));
        for range in [0..0, 0..1, 4000..8000, 0..positions.len()] {
            assert_eq!(some.read(range.clone()).unwrap(), all.select_cells(&positions[range]));
        }
        assert!(some.in_memory().is_none());
    }

    #[test]
    #[should_panic(expected = "positions ascend")]
    fn positions_that_do_not_ascend_are_a_fault_of_the_program() {
        let _ = SomeCells::new(&cells(3), &[1, 1]);
    }
}
