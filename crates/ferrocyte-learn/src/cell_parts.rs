//! The cells of a store, a fixed part after the other.

use std::borrow::Cow;
use std::fmt;
use std::ops::Range;

use ferrocyte_core::{Block, Cell, CellStore, LogNorm, SourceError};
use rayon::prelude::*;

use crate::labelled_cells::{LabelledCellsError, too_large};
use crate::models::FitError;

/// Cells of a part. What is summed over cells is summed part by part, so the sums are the same wherever the cells lie and
/// however they are stored; two parts of cells with 2,000 values each are 260 MB.
pub(crate) const PART_CELLS: usize = 8192;

/// Hands on all cells of a store, with the position of the first: at once where they are in memory, else part by part.
pub(crate) fn in_parts(
    store: &dyn CellStore,
    mut look: impl FnMut(usize, &Block<LogNorm>),
) -> Result<(), SourceError> {
    if let Some(block) = store.in_memory() {
        look(0, block);
        return Ok(());
    }
    for start in (0..store.n_cells()).step_by(PART_CELLS) {
        look(start, &store.read(start..(start + PART_CELLS).min(store.n_cells()))?);
    }
    Ok(())
}

/// Cells to learn from, in memory or not. What is read is checked as it is read: cells in memory were checked before.
#[derive(Clone, Copy)]
pub(crate) struct CellParts<'a> {
    store: &'a dyn CellStore,
}

/// Consecutive cells of all.
#[derive(Clone, Copy)]
pub(crate) struct CellPart<'a> {
    blocks: &'a [Block<LogNorm>], // one after the other
    starts: &'a [usize],          // position of the first cell of each among all
    start: usize,
    end: usize,
}

/// The blocks of a part that was read.
struct ReadPart {
    blocks: Vec<Block<LogNorm>>,
    starts: Vec<usize>,
    start: usize,
    end: usize,
}

impl ReadPart {
    fn new(blocks: Vec<Block<LogNorm>>, cells: Range<usize>) -> Self {
        let Range { start, end } = cells;
        let mut next = start;
        let starts = blocks.iter().map(|block| {
            let start = next;
            next += block.n_cells();
            start
        });
        Self { starts: starts.collect(), blocks, start, end }
    }

    fn as_part(&self) -> CellPart<'_> {
        CellPart { blocks: &self.blocks, starts: &self.starts, start: self.start, end: self.end }
    }
}

impl<'a> CellPart<'a> {
    /// Positions of its cells among all.
    pub(crate) fn range(&self) -> Range<usize> {
        self.start..self.end
    }

    /// A cell by its position among all.
    pub(crate) fn cell(&self, cell: usize) -> Cell<'a> {
        let block = self.starts.partition_point(|&start| start <= cell) - 1;
        self.blocks[block].cell(cell - self.starts[block])
    }
}

impl<'a> CellParts<'a> {
    pub(crate) fn of(store: &'a dyn CellStore) -> Self {
        Self { store }
    }

    pub(crate) fn n_cells(&self) -> usize {
        self.store.n_cells()
    }

    pub(crate) fn n_genes(&self) -> usize {
        self.store.n_genes()
    }

    /// Number of values, for which some stores read all cells.
    pub(crate) fn n_non_zeros(&self) -> Result<u64, FitError> {
        self.store.n_non_zeros().map_err(|error| unreadable(&error))
    }

    /// All cells, where they are in memory.
    pub(crate) fn in_memory(&self) -> Option<&'a Block<LogNorm>> {
        self.store.in_memory()
    }

    /// Copies consecutive cells.
    pub(crate) fn read(&self, cells: Range<usize>) -> Result<Block<LogNorm>, FitError> {
        let start = cells.start;
        let block = self.store.read(cells).map_err(|error| unreadable(&error))?;
        if self.in_memory().is_none() {
            check(start, &block)?;
        }
        Ok(block)
    }

    /// As [`read`](Self::read), in blocks that follow each other, of cells that are not in memory.
    pub(crate) fn read_blocks(&self, cells: Range<usize>) -> Result<Vec<Block<LogNorm>>, FitError> {
        let part = self.read_part(cells)?;
        Ok(part.blocks)
    }

    fn read_part(&self, cells: Range<usize>) -> Result<ReadPart, FitError> {
        let blocks = self.store.read_blocks(cells.clone()).map_err(|error| unreadable(&error))?;
        let part = ReadPart::new(blocks, cells);
        let checked = part.starts.par_iter().zip(&part.blocks).map(|(start, block)| check(*start, block));
        // The first fault, whichever is found first.
        checked.collect::<Vec<_>>().into_iter().collect::<Result<(), _>>()?;
        Ok(part)
    }

    /// Hands on the parts in their order. The next is read while one is looked at.
    pub(crate) fn for_each_part(&self, mut look: impl FnMut(CellPart<'_>) + Send) -> Result<(), FitError> {
        let n = self.n_cells();
        let part = |start: usize| start..(start + PART_CELLS).min(n);
        let starts = (0..n).step_by(PART_CELLS);
        if let Some(block) = self.in_memory() {
            let blocks = std::slice::from_ref(block);
            for Range { start, end } in starts.map(part) {
                look(CellPart { blocks, starts: &[0], start, end });
            }
            return Ok(());
        }
        if n == 0 {
            return Ok(());
        }
        let mut next = Some(self.read_part(part(0))?);
        while let Some(read) = next.take() {
            let end = read.end;
            let looked = || look(read.as_part());
            let ((), read) = rayon::join(looked, || (end < n).then(|| self.read_part(part(end))).transpose());
            next = read?;
        }
        Ok(())
    }

    /// Hands on the values of all cells: threads divide the genes, and each goes through the cells in their order. What is summed
    /// for a gene is the same, whatever the number of threads.
    /// `state` makes what is kept of some genes; what came of all of them is returned in their order.
    pub(crate) fn by_genes<S: Send>(
        &self,
        state: impl Fn(Range<usize>) -> S,
        add: impl Fn(&mut S, usize, Cell<'_>) + Sync,
    ) -> Result<Vec<S>, FitError> {
        let n_genes = self.n_genes();
        let threads = rayon::current_num_threads();
        // Half of them read the next cells meanwhile, where those are not in memory.
        let n_ranges = if self.in_memory().is_some() { threads } else { threads.div_ceil(2) };
        let size = n_genes.div_ceil(n_ranges).max(1);
        let ranges = (0..n_genes).step_by(size).map(|start| start..(start + size).min(n_genes));
        let mut states: Vec<(Range<u32>, S)> =
            ranges.map(|range| (range.start as u32..range.end as u32, state(range))).collect();
        self.for_each_part(|part| {
            states.par_iter_mut().for_each(|(range, state)| {
                if n_ranges == 1 {
                    for position in part.range() {
                        add(state, position, part.cell(position));
                    }
                    return;
                }
                for position in part.range() {
                    let Cell { genes, values } = part.cell(position);
                    let start = genes.partition_point(|&gene| gene < range.start);
                    let n = genes[start..].partition_point(|&gene| gene < range.end);
                    let some = start..start + n;
                    add(state, position, Cell { genes: &genes[some.clone()], values: &values[some] });
                }
            });
        })?;
        Ok(states.into_iter().map(|(_, state)| state).collect())
    }

    /// Hands on the cells in their order, each with its position.
    pub(crate) fn for_each_cell(&self, mut look: impl FnMut(usize, Cell<'_>) + Send) -> Result<(), FitError> {
        self.for_each_part(|part| {
            for cell in part.range() {
                look(cell, part.cell(cell));
            }
        })
    }

    /// All cells in memory, for what cannot do with less.
    pub(crate) fn whole(&self) -> Result<Cow<'a, Block<LogNorm>>, FitError> {
        match self.in_memory() {
            Some(block) => Ok(Cow::Borrowed(block)),
            None => self.read(0..self.n_cells()).map(Cow::Owned),
        }
    }

    /// Copies some genes of all cells: far less than all of them, as a rule.
    pub(crate) fn on_genes(&self, genes: &[u32]) -> Result<Block<LogNorm>, FitError> {
        if let Some(block) = self.in_memory() {
            return Ok(block.select_genes(genes));
        }
        let mut chosen = Block::empty(genes.len());
        self.for_each_part(|part| {
            let some: Vec<_> = part.blocks.par_iter().map(|block| block.select_genes(genes)).collect();
            for block in &some {
                chosen.append(block);
            }
        })?;
        Ok(chosen)
    }

    /// Copies the cells at these positions, which ascend. Cells between two of them are read as well where they are few: one
    /// way through a file costs less than a new beginning.
    pub(crate) fn some(&self, cells: &[usize]) -> Result<Block<LogNorm>, FitError> {
        /// Cells that are read for nobody, at most, between two that are wanted.
        const GAP: usize = 32;
        if let Some(block) = self.in_memory() {
            return Ok(block.select_cells(cells));
        }
        let mut chosen = Block::empty(self.n_genes());
        for run in cells.chunk_by(|one, next| next - one <= GAP) {
            for part in run.chunk_by(|one, next| one / PART_CELLS == next / PART_CELLS) {
                let (Some(&first), Some(&last)) = (part.first(), part.last()) else { continue };
                let read = self.read_part(first..last + 1)?;
                let wanted = read.blocks.par_iter().zip(&read.starts).map(|(block, &start)| {
                    let from = part.partition_point(|&cell| cell < start);
                    let to = part.partition_point(|&cell| cell < start + block.n_cells());
                    let positions: Vec<usize> = part[from..to].iter().map(|cell| cell - start).collect();
                    block.select_cells(&positions)
                });
                let wanted: Vec<_> = wanted.collect();
                if chosen.n_cells() == 0 {
                    // The others may have as many values as the first, and an eighth more.
                    let values: usize = wanted.iter().map(Block::n_non_zeros).sum();
                    let expected = 1.125 * values as f64 / part.len() as f64 * cells.len() as f64;
                    chosen.reserve(cells.len(), expected as usize);
                }
                for block in &wanted {
                    chosen.append(block);
                }
            }
        }
        Ok(chosen)
    }
}

impl fmt::Debug for CellParts<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CellParts").field("n_cells", &self.n_cells()).finish_non_exhaustive()
    }
}

/// Refuses what no logarithm of counts can be; `start` is the position of the first cell among all.
fn check(start: usize, block: &Block<LogNorm>) -> Result<(), FitError> {
    match too_large(block) {
        Some((cell, found)) => Err(LabelledCellsError::Value { cell: start + cell, found }.into()),
        None => Ok(()),
    }
}

/// Cells that could not be read, with the causes in one line: an error that can be compared and copied.
pub(crate) fn unreadable(error: &SourceError) -> FitError {
    FitError::Read { problem: crate::nn::training::chain(error.as_ref()) }
}

#[cfg(test)]
pub(crate) mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    /// A store that is not in memory as far as anybody can tell, counts how much is read, and cannot read beyond a cell.
    pub(crate) struct Elsewhere<'a> {
        block: &'a Block<LogNorm>,
        /// Cells read so far, each as often as it was.
        pub(crate) cells_read: AtomicUsize,
        /// Most cells that were read at once.
        pub(crate) most_at_once: AtomicUsize,
        /// The first cell that cannot be read.
        pub(crate) damaged_from: usize,
    }

    impl<'a> Elsewhere<'a> {
        pub(crate) fn new(block: &'a Block<LogNorm>) -> Self {
            Self {
                block,
                cells_read: AtomicUsize::new(0),
                most_at_once: AtomicUsize::new(0),
                damaged_from: usize::MAX,
            }
        }
    }

    impl CellStore for Elsewhere<'_> {
        fn n_cells(&self) -> usize {
            self.block.n_cells()
        }
        fn n_genes(&self) -> usize {
            self.block.n_genes()
        }
        fn n_non_zeros(&self) -> Result<u64, SourceError> {
            Ok(self.block.n_non_zeros() as u64)
        }
        fn read(&self, cells: Range<usize>) -> Result<Block<LogNorm>, SourceError> {
            if cells.end > self.damaged_from {
                return Err("the disk is gone".into());
            }
            self.cells_read.fetch_add(cells.len(), Ordering::Relaxed);
            self.most_at_once.fetch_max(cells.len(), Ordering::Relaxed);
            CellStore::read(self.block, cells)
        }
    }

    /// Cell `i` has the value `1 + i % 7` of gene `i % 5`.
    fn cells(n: usize) -> Block<LogNorm> {
        let value = (0..n).map(|cell| 1.0 + (cell % 7) as f32).collect();
        Block::new(5, (0..=n).collect(), (0..n).map(|cell| (cell % 5) as u32).collect(), value).unwrap()
    }

    #[test]
    fn every_cell_comes_once_in_order_from_memory_and_from_elsewhere() {
        for n in [0, 1, PART_CELLS, 2 * PART_CELLS + 3] {
            let block = cells(n);
            let elsewhere = Elsewhere::new(&block);
            for store in [&block as &dyn CellStore, &elsewhere] {
                let mut seen = Vec::new();
                let see = |cell, values: Cell<'_>| seen.push((cell, values.genes[0], values.values[0]));
                CellParts::of(store).for_each_cell(see).unwrap();
                let expected = (0..n).map(|cell| (cell, (cell % 5) as u32, 1.0 + (cell % 7) as f32));
                assert_eq!(seen, expected.collect::<Vec<_>>());
                assert_eq!(*CellParts::of(store).whole().unwrap(), block);
                assert_eq!(CellParts::of(store).on_genes(&[4, 1]).unwrap(), block.select_genes(&[4, 1]));
            }
        }
    }

    #[test]
    fn some_cells_are_read_without_those_far_between() {
        let block = cells(2 * PART_CELLS);
        let elsewhere = Elsewhere::new(&block);
        let wanted: Vec<usize> = [3, 4, 9, 700, PART_CELLS - 1, PART_CELLS, PART_CELLS + 40].to_vec();
        assert_eq!(CellParts::of(&elsewhere).some(&wanted).unwrap(), block.select_cells(&wanted));
        assert_eq!(elsewhere.cells_read.load(Ordering::Relaxed), 7 + 1 + 1 + 1 + 1);
    }

    #[test]
    fn what_cannot_be_read_or_is_no_logarithm_is_an_error() {
        let block = cells(PART_CELLS + 1);
        let elsewhere = Elsewhere { damaged_from: PART_CELLS, ..Elsewhere::new(&block) };
        let error = CellParts::of(&elsewhere).for_each_cell(|_, _| ()).unwrap_err();
        assert_eq!(error, FitError::Read { problem: "the disk is gone".into() });
        let n = PART_CELLS + 1;
        let values = (0..n).map(|cell| if cell == PART_CELLS { 1e3 } else { 1.0 }).collect();
        let block = Block::new(1, (0..=n).collect(), vec![0; n], values).unwrap();
        let error = CellParts::of(&Elsewhere::new(&block)).for_each_cell(|_, _| ()).unwrap_err();
        assert_eq!(error, LabelledCellsError::Value { cell: PART_CELLS, found: 1e3 }.into());
    }
}
