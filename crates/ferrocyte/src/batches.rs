//! The cells of a file that are used, in batches that all threads can work on.

use std::collections::VecDeque;
use std::ops::Range;

use ferrocyte_core::{Block, BlockSource, Stored};

use crate::cell_selection::CellSelection;
use crate::dataset::{DataError, DataFile};
use crate::scale::Evidence;
use crate::scale::pick::Opened;

/// Cells that one thread works on at a time: what is made of them stays in its cache.
const PART_CELLS: usize = 128;

/// Reads the cells of a file that are used, in order.
pub(crate) struct Batches<'a> {
    source: Box<dyn BlockSource>,
    /// Blocks that were read when the matrix was chosen.
    first: VecDeque<Block<Stored>>,
    /// The cells that are used, and how many of them were read.
    cells: &'a CellSelection,
    n_read: usize,
    /// Position of the next cell of the source.
    start: usize,
    /// Blocks of a batch.
    n_blocks: usize,
}

/// Consecutive cells among those that are used.
pub(crate) struct Batch {
    /// How many of the cells that are used were read before.
    first: usize,
    blocks: Vec<(Block<Stored>, Vec<usize>)>, // with the position of each cell in the file
}

/// A few cells of a batch.
pub(crate) struct Part<'a> {
    pub(crate) block: &'a Block<Stored>,
    /// The cells, in the block.
    pub(crate) rows: Range<usize>,
    /// Their positions in the file.
    pub(crate) cells: &'a [usize],
    /// Position of the first among the cells of the file that are used.
    pub(crate) first: usize,
}

impl<'a> Batches<'a> {
    /// At the first cell: the matrix is as it was left when its first cells had been looked at, or opened again.
    pub(crate) fn open(file: &'a DataFile) -> Result<Self, DataError> {
        let Opened { source, first } = if let Some(opened) = file.opened.take() {
            opened
        } else {
            let source = file.content.source(&file.matrix, file.block_cells)?;
            Opened { source, first: VecDeque::new() }
        };
        // Two threads have enough to do with one block, and memory grows with the threads, not with the cells.
        let n_blocks = rayon::current_num_threads().div_ceil(2);
        Ok(Self { source, first, cells: &file.cells, n_read: 0, start: 0, n_blocks })
    }

    /// The next cells; `None` after the last.
    pub(crate) fn next(&mut self) -> Result<Option<Batch>, DataError> {
        let (first, mut blocks) = (self.n_read, Vec::new());
        while blocks.len() < self.n_blocks && self.n_read < self.cells.len() {
            let Some(block) = self.next_block()? else { break };
            let end = self.start + block.n_cells();
            let n_read = self.cells.n_before(end);
            let cells: Vec<usize> =
                (self.n_read..n_read).filter_map(|position| self.cells.get(position)).collect();
            if !cells.is_empty() {
                let block = if cells.len() == block.n_cells() {
                    block
                } else {
                    block.select_cells(&cells.iter().map(|cell| cell - self.start).collect::<Vec<_>>())
                };
                blocks.push((block, cells));
            }
            self.n_read = n_read;
            self.start = end;
        }
        Ok((!blocks.is_empty()).then_some(Batch { first, blocks }))
    }

    fn next_block(&mut self) -> Result<Option<Block<Stored>>, DataError> {
        match self.first.pop_front() {
            Some(block) => Ok(Some(block)),
            None => Ok(self.source.next_block()?),
        }
    }
}

impl Batch {
    /// What its cells say about their scale.
    pub(crate) fn add_to(&self, evidence: &mut Option<Evidence>) {
        let Some(evidence) = evidence else { return };
        for (block, cells) in &self.blocks {
            evidence.add(block, cells.iter().copied());
        }
    }

    /// The cells in parts, in order.
    pub(crate) fn parts(&self) -> Vec<Part<'_>> {
        let (mut parts, mut first) = (Vec::new(), self.first);
        for (block, cells) in &self.blocks {
            for start in (0..cells.len()).step_by(PART_CELLS) {
                let rows = start..(start + PART_CELLS).min(cells.len());
                parts.push(Part { block, cells: &cells[rows.clone()], rows, first: first + start });
            }
            first += cells.len();
        }
        parts
    }
}
