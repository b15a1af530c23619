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

    /// Number of values over all cells. A store that does not know it reads its cells for that.
    ///
    /// # Errors
    /// When they cannot be read.
    fn n_non_zeros(&self) -> Result<u64, SourceError>;

    /// Copies consecutive cells.
    ///
    /// # Errors
    /// When they cannot be read.
    ///
    /// # Panics
    /// When the range ends beyond the last cell.
    fn read(&self, cells: Range<usize>) -> Result<Block<LogNorm>, SourceError>;

    /// As [`read`](Self::read), in blocks that follow each other: those that the store has, where putting them together would be
    /// work for nothing.
    ///
    /// # Errors
    /// When they cannot be read.
    ///
    /// # Panics
    /// When the range ends beyond the last cell.
    fn read_blocks(&self, cells: Range<usize>) -> Result<Vec<Block<LogNorm>>, SourceError> {
        Ok(vec![self.read(cells)?])
    }

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

    fn n_non_zeros(&self) -> Result<u64, SourceError> {
        Ok(self.n_non_zeros() as u64)
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
}

impl<'a> SomeCells<'a> {
    /// Takes the cells at these positions, which ascend.
    ///
    /// # Panics
    /// When a position does not ascend, or is beyond the last cell.
    pub fn new(all: &'a dyn CellStore, cells: &'a [usize]) -> Self {
        assert!(cells.is_sorted_by(|one, next| one < next), "positions ascend");
        assert!(cells.last().is_none_or(|&last| last < all.n_cells()), "positions are those of cells");
        Self { all, cells }
    }

    /// Reads the cells that lie between the first and the last of these, a part at a time, and hands on those of them that
    /// belong here.
    fn for_each_block(
        &self,
        range: Range<usize>,
        mut take: impl FnMut(Block<LogNorm>),
    ) -> Result<(), SourceError> {
        /// Cells of the store that are read at a time.
        const PART: usize = 4096;
        let mut left = &self.cells[range];
        while let Some(&first) = left.first() {
            let end = (first + PART).min(self.all.n_cells());
            let (mut here, rest) = left.split_at(left.partition_point(|&cell| cell < end));
            left = rest;
            // The last of these, not the end of the part: nothing is read for nobody.
            let last = here.last().map_or(first, |&last| last);
            let mut start = first;
            for block in self.all.read_blocks(first..last + 1)? {
                let end = start + block.n_cells();
                let (of_block, others) = here.split_at(here.partition_point(|&cell| cell < end));
                if of_block.len() == block.n_cells() {
                    take(block);
                } else if !of_block.is_empty() {
                    take(block.select_cells(&of_block.iter().map(|cell| cell - start).collect::<Vec<_>>()));
                }
                (here, start) = (others, end);
            }
        }
        Ok(())
    }
}

impl CellStore for SomeCells<'_> {
    fn n_cells(&self) -> usize {
        self.cells.len()
    }

    fn n_genes(&self) -> usize {
        self.all.n_genes()
    }

    fn n_non_zeros(&self) -> Result<u64, SourceError> {
        let mut found = 0;
        self.for_each_block(0..self.cells.len(), |block| found += block.n_non_zeros() as u64)?;
        Ok(found)
    }

    fn read(&self, cells: Range<usize>) -> Result<Block<LogNorm>, SourceError> {
        let mut block = Block::empty(self.n_genes());
        self.for_each_block(cells, |part| block.append(&part))?;
        Ok(block)
    }

    fn read_blocks(&self, cells: Range<usize>) -> Result<Vec<Block<LogNorm>>, SourceError> {
        let mut blocks = Vec::new();
        self.for_each_block(cells, |block| blocks.push(block))?;
        Ok(blocks)
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
        let some = SomeCells::new(&all, &positions);
        assert_eq!((some.n_cells(), some.n_non_zeros().unwrap()), (positions.len(), positions.len() as u64));
        for range in [0..0, 0..1, 4000..8000, 0..positions.len()] {
            let expected = all.select_cells(&positions[range.clone()]);
            assert_eq!(some.read(range.clone()).unwrap(), expected);
            let mut appended = Block::empty(3);
            for block in some.read_blocks(range).unwrap() {
                appended.append(&block);
            }
            assert_eq!(appended, expected);
        }
        assert!(some.in_memory().is_none());
    }

    #[test]
    #[should_panic(expected = "positions ascend")]
    fn positions_that_do_not_ascend_are_a_fault_of_the_program() {
        let _ = SomeCells::new(&cells(3), &[1, 1]);
    }
}
