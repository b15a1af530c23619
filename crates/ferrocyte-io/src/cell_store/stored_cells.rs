//! Cells that were kept, read again.

use std::ops::Range;
use std::sync::Arc;

use ferrocyte_core::{Block, CellStore, LogNorm, SourceError};
use rayon::prelude::*;

use super::chunk::{Cells, Damaged, decode};
use super::error::CellStoreError;
use super::writer::{CellPacker, checksum};
#[cfg(test)]
use crate::temporary_file::TemporaryFile;

/// Says that a gene is left out.
const NO_COLUMN: u32 = u32::MAX;

/// Some cells that were encoded together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Chunk {
    /// Positions of the cells, as they were written.
    pub(super) cells: Range<usize>,
    pub(super) offset: u64,
    pub(super) n_bytes: usize,
    pub(super) checksum: u32,
}

/// Cells that were kept by a [`CellStoreWriter`](super::CellStoreWriter). Genes and cells can be left out afterwards; nothing is written
/// anew for that. The file is gone when this is.
#[derive(Debug)]
pub struct StoredCells {
    n_genes: usize,
    chunks: Vec<Chunk>,
    packer: Arc<CellPacker>,  // has the file
    values_of_cell: Vec<u32>, // of cells as they were written
    seen: Vec<bool>,          // by gene as it was written
    kept: Option<Vec<u32>>,   // positions of the cells that are left, ascending; all without it
    column: Option<Vec<u32>>, // of each gene as it was written, or NO_COLUMN; itself without it
    n_values: u64,            // of the cells that are left
}

impl StoredCells {
    pub(super) fn new(
        packer: Arc<CellPacker>,
        chunks: Vec<Chunk>,
        values_of_cell: Vec<u32>,
        seen: Vec<bool>,
    ) -> Self {
        let n_values = values_of_cell.iter().map(|&n| u64::from(n)).sum();
        let n_genes = packer.n_genes();
        Self { n_genes, chunks, packer, values_of_cell, seen, kept: None, column: None, n_values }
    }

    /// Bytes of all cells, packed.
    pub fn n_bytes(&self) -> u64 {
        self.chunks.iter().map(|chunk| chunk.n_bytes as u64).sum()
    }

    /// Leaves out genes that no cell has a value of, and says which genes are left: they are the columns from now on.
    pub fn without_empty_genes(mut self) -> (Self, Vec<usize>) {
        let left: Vec<usize> = (0..self.seen.len()).filter(|&gene| self.seen[gene]).collect();
        if left.len() < self.seen.len() {
            let mut column = vec![NO_COLUMN; self.seen.len()];
            for (new, &gene) in (0..).zip(&left) {
                column[gene] = new;
            }
            self.column = Some(column);
            self.n_genes = left.len();
        }
        (self, left)
    }

    /// Number of values of each cell.
    pub fn values_of_cells(&self) -> impl ExactSizeIterator<Item = usize> + '_ {
        (0..self.n_cells()).map(|cell| self.values_of_cell[self.written(cell)] as usize)
    }

    /// Leaves out the cells at these positions, which ascend.
    pub fn without_cells(mut self, left_out: &[usize]) -> Self {
        if left_out.is_empty() {
            return self;
        }
        let mut left_out = left_out.iter().copied().peekable();
        let kept: Vec<u32> = (0..self.n_cells())
            .filter(|cell| left_out.next_if_eq(cell).is_none())
            .map(|cell| self.written(cell) as u32)
            .collect();
        self.n_values = kept.iter().map(|&cell| u64::from(self.values_of_cell[cell as usize])).sum();
        self.kept = Some(kept);
        self
    }

    /// The file, for a test that harms it.
    #[cfg(test)]
    pub(super) fn file(&self) -> &TemporaryFile {
        self.packer.file()
    }

    /// Where the chunk of a cell lies in the file, for the same test.
    #[cfg(test)]
    pub(super) fn offset_of(&self, cell: usize) -> u64 {
        self.chunks[self.by_chunk(cell..cell + 1)[0].0].offset
    }

    /// Position of a cell, as it was written.
    fn written(&self, cell: usize) -> usize {
        self.kept.as_ref().map_or(cell, |kept| kept[cell] as usize)
    }

    /// Where the values of each of some cells start, from 0; one more than there are cells.
    fn row_ptr(&self, cells: Range<usize>) -> Vec<usize> {
        let mut end = 0;
        let ends = cells.map(|cell| {
            end += self.values_of_cell[self.written(cell)] as usize;
            end
        });
        std::iter::once(0).chain(ends).collect()
    }

    /// The bytes of a chunk, checked.
    fn bytes_of(&self, chunk: &Chunk) -> Result<Vec<u8>, CellStoreError> {
        let mut bytes = vec![0; chunk.n_bytes];
        self.packer.file().read_at(&mut bytes, chunk.offset).map_err(|source| CellStoreError::Read {
            folder: self.packer.folder(),
            first: chunk.cells.start,
            last: chunk.cells.end - 1,
            source,
        })?;
        if checksum(&bytes) == chunk.checksum { Ok(bytes) } else { Err(self.damaged(chunk)) }
    }

    fn damaged(&self, chunk: &Chunk) -> CellStoreError {
        CellStoreError::Damaged {
            folder: self.packer.folder(),
            first: chunk.cells.start,
            last: chunk.cells.end - 1,
        }
    }

    /// Divides cells by the chunk that they are in.
    fn by_chunk(&self, cells: Range<usize>) -> Vec<(usize, Range<usize>)> {
        let mut parts = Vec::new();
        let mut start = cells.start;
        while start < cells.end {
            let first = self.written(start);
            let number = self.chunks.partition_point(|chunk| chunk.cells.end <= first);
            let in_chunk = self.chunks[number].cells.end;
            let end = match &self.kept {
                None => in_chunk,
                Some(kept) => kept.partition_point(|&cell| (cell as usize) < in_chunk),
            }
            .min(cells.end);
            parts.push((number, start..end));
            start = end;
        }
        parts
    }

    /// Reads cells of one chunk into as many genes and values as they have.
    fn read_part(
        &self,
        part: &Part<'_>,
        genes: &mut [u32],
        values: &mut [f32],
    ) -> Result<(), CellStoreError> {
        let chunk = &self.chunks[part.chunk];
        let bytes = self.bytes_of(chunk)?;
        self.decode_part(part, chunk, &bytes, genes, values).map_err(|Damaged| self.damaged(chunk))
    }

    fn decode_part(
        &self,
        part: &Part<'_>,
        chunk: &Chunk,
        bytes: &[u8],
        mut genes: &mut [u32],
        mut values: &mut [f32],
    ) -> Result<(), Damaged> {
        let mut in_chunk = Cells::new(bytes);
        let mut next = chunk.cells.start;
        for (cell, ends) in part.cells.clone().zip(part.row_ptr.windows(2)) {
            let written = self.written(cell);
            while next < written {
                in_chunk.next()?;
                next += 1;
            }
            let n_values = ends[1] - ends[0];
            let (of_cell, other_genes) = genes.split_at_mut(n_values);
            let (values_of_cell, other_values) = values.split_at_mut(n_values);
            decode(in_chunk.next()?, of_cell, values_of_cell)?;
            next += 1;
            if let Some(column) = &self.column {
                for gene in of_cell.iter_mut() {
                    // What is no gene stays none, and is found when the block is checked.
                    *gene = column.get(*gene as usize).copied().unwrap_or(NO_COLUMN);
                }
            }
            (genes, values) = (other_genes, other_values);
        }
        Ok(())
    }
}

/// Cells of one chunk, and where their values go.
struct Part<'a> {
    chunk: usize,
    cells: Range<usize>,
    row_ptr: &'a [usize],
}

impl CellStore for StoredCells {
    fn n_cells(&self) -> usize {
        self.kept.as_ref().map_or(self.values_of_cell.len(), Vec::len)
    }

    fn n_genes(&self) -> usize {
        self.n_genes
    }

    fn n_non_zeros(&self) -> Result<u64, SourceError> {
        Ok(self.n_values)
    }

    fn read(&self, cells: Range<usize>) -> Result<Block<LogNorm>, SourceError> {
        assert!(cells.end <= self.n_cells(), "cells {cells:?} of {}", self.n_cells());
        let row_ptr = self.row_ptr(cells.clone());
        let n_values = row_ptr[cells.len()];
        let (mut genes, mut values) = (vec![0; n_values], vec![0.0; n_values]);
        let (mut genes_left, mut values_left) = (genes.as_mut_slice(), values.as_mut_slice());
        let mut parts = Vec::new();
        for (chunk, of_chunk) in self.by_chunk(cells.clone()) {
            let row_ptr = &row_ptr[of_chunk.start - cells.start..=of_chunk.end - cells.start];
            let n_values = row_ptr[row_ptr.len() - 1] - row_ptr[0];
            let (genes, other_genes) = genes_left.split_at_mut(n_values);
            let (values, other_values) = values_left.split_at_mut(n_values);
            parts.push((Part { chunk, cells: of_chunk, row_ptr }, genes, values));
            (genes_left, values_left) = (other_genes, other_values);
        }
        parts.into_par_iter().try_for_each(|(part, genes, values)| self.read_part(&part, genes, values))?;
        Ok(Block::new(self.n_genes, row_ptr, genes, values)?)
    }
    /// One block for each chunk: what is decoded is checked while it is near.
    fn read_blocks(&self, cells: Range<usize>) -> Result<Vec<Block<LogNorm>>, SourceError> {
        assert!(cells.end <= self.n_cells(), "cells {cells:?} of {}", self.n_cells());
        let read = |(chunk, cells): (usize, Range<usize>)| {
            let row_ptr = self.row_ptr(cells.clone());
            let n_values = row_ptr[cells.len()];
            let (mut genes, mut values) = (vec![0; n_values], vec![0.0; n_values]);
            self.read_part(&Part { chunk, cells, row_ptr: &row_ptr }, &mut genes, &mut values)?;
            Ok(Block::new(self.n_genes, row_ptr, genes, values)?)
        };
        self.by_chunk(cells).into_par_iter().map(read).collect()
    }
}
