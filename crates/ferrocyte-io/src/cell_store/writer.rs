//! Cells are kept as they come.

use std::ops::Range;
use std::path::PathBuf;

use ferrocyte_core::{Block, LogNorm};
use flate2::Crc;
use rayon::prelude::*;

use super::chunk::encode;
use super::error::{CellStoreError, writing};
use super::folder::CacheFolder;
use super::stored_cells::{Chunk, StoredCells};
use crate::temporary_file::TemporaryFile;

/// Cells that are packed at a time: work for several threads.
const PACKED_CELLS: usize = 4096;
/// Cells of a chunk, at most.
const CHUNK_CELLS: usize = 512;
/// Values of a chunk, at most, unless one cell has more.
const CHUNK_VALUES: usize = 1 << 19;

/// Takes cells block by block, and writes them into a temporary file.
#[derive(Debug)]
pub struct CellStoreWriter {
    n_genes: usize,
    expected_cells: usize,
    folder: PathBuf,
    file: TemporaryFile,
    waiting: Block<LogNorm>, // fewer than PACKED_CELLS cells
    chunks: Vec<Chunk>,
    bytes: u64,
    values_of_cell: Vec<u32>,
    seen: Vec<bool>,
}

impl CellStoreWriter {
    /// Makes the file, for about `expected_cells` cells on `n_genes` genes.
    ///
    /// # Errors
    /// When the folder does not let us write.
    pub fn create(
        n_genes: usize,
        expected_cells: usize,
        folder: &CacheFolder,
    ) -> Result<Self, CellStoreError> {
        let folder = folder.path().to_owned();
        let file = TemporaryFile::create(&folder)
            .map_err(|source| CellStoreError::Create { folder: folder.clone(), source })?;
        Ok(Self {
            n_genes,
            expected_cells,
            folder,
            file,
            waiting: Block::empty(n_genes),
            chunks: Vec::new(),
            bytes: 0,
            values_of_cell: Vec::with_capacity(expected_cells),
            seen: vec![false; n_genes],
        })
    }

    /// Forgets all cells: they come again, and are written over the first.
    pub fn start_again(&mut self) {
        self.chunks.clear();
        self.waiting = Block::empty(self.n_genes);
        self.values_of_cell.clear();
        self.seen.fill(false);
        self.bytes = 0;
    }

    /// Keeps the cells of a block.
    ///
    /// # Errors
    /// When they cannot be written.
    ///
    /// # Panics
    /// When the block has another number of genes.
    pub fn append(&mut self, block: &Block<LogNorm>) -> Result<(), CellStoreError> {
        assert_eq!(block.n_genes(), self.n_genes, "blocks of one data set have the same genes");
        self.waiting.append(block);
        if self.waiting.n_cells() < PACKED_CELLS {
            return Ok(());
        }
        let waiting = std::mem::replace(&mut self.waiting, Block::empty(self.n_genes));
        self.write(&waiting)
    }

    fn write(&mut self, block: &Block<LogNorm>) -> Result<(), CellStoreError> {
        for &gene in block.as_csr().1 {
            self.seen[gene as usize] = true;
        }
        let ranges = chunks_of(block);
        let encoded: Vec<Vec<u8>> = ranges.par_iter().map(|cells| encode(block, cells.clone())).collect();
        let checksums: Vec<u32> = encoded.par_iter().map(|bytes| checksum(bytes)).collect();
        let first = self.values_of_cell.len();
        self.values_of_cell.extend(block.cells().map(|cell| cell.len() as u32)); // as many as genes, at most
        for ((cells, bytes), checksum) in ranges.into_iter().zip(encoded).zip(checksums) {
            let chunk = Chunk {
                cells: first + cells.start..first + cells.end,
                offset: self.bytes,
                n_bytes: bytes.len(),
                checksum,
            };
            self.bytes += bytes.len() as u64;
            self.file.write_at(&bytes, chunk.offset).map_err(|source| self.fault(source, chunk.offset))?;
            self.chunks.push(chunk);
        }
        Ok(())
    }

    /// All cells that were appended.
    ///
    /// # Errors
    /// When the last of them cannot be written.
    pub fn finish(mut self) -> Result<StoredCells, CellStoreError> {
        let waiting = std::mem::replace(&mut self.waiting, Block::empty(self.n_genes));
        self.write(&waiting)?;
        let Self { n_genes, chunks, file, values_of_cell, seen, folder, .. } = self;
        Ok(StoredCells::new(n_genes, chunks, file, values_of_cell, seen, folder))
    }

    /// What a failed write is to be called: as far as the cells so far tell, all of them take so many bytes.
    fn fault(&self, source: std::io::Error, written: u64) -> CellStoreError {
        let per_cell = self.bytes as f64 / self.values_of_cell.len().max(1) as f64;
        writing(self.folder.clone(), source, written, (per_cell * self.expected_cells as f64) as u64)
    }
}

/// Divides the cells of a block into chunks.
fn chunks_of(block: &Block<LogNorm>) -> Vec<Range<usize>> {
    let row_ptr = block.as_csr().0;
    let mut found = Vec::new();
    let mut start = 0;
    while start < block.n_cells() {
        let within = row_ptr.partition_point(|&end| end <= row_ptr[start] + CHUNK_VALUES) - 1;
        let end = within.clamp(start + 1, (start + CHUNK_CELLS).min(block.n_cells()).max(start + 1));
        found.push(start..end);
        start = end;
    }
    found
}

/// CRC-32, which sees every fault of up to 32 bits in a row.
pub(super) fn checksum(bytes: &[u8]) -> u32 {
    let mut crc = Crc::new();
    crc.update(bytes);
    crc.sum()
}
