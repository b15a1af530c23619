//! Cells are kept as they come.

use std::ops::Range;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;
use std::sync::atomic::{AtomicU64, AtomicUsize};

use ferrocyte_core::{Block, LogNorm};
use flate2::Crc;
use rayon::prelude::*;

use super::chunk::encode;
use super::error::{CellStoreError, writing};
use super::folder::CacheFolder;
use super::stored_cells::{Chunk, StoredCells};
use crate::temporary_file::TemporaryFile;

/// Cells of a chunk, at most.
const CHUNK_CELLS: usize = 512;
/// Values of a chunk, at most, unless one cell has more.
const CHUNK_VALUES: usize = 1 << 19;

/// Packs cells into a temporary file. Many threads may do so at once: where cells lie in the file says nothing of their order.
#[derive(Debug)]
pub struct CellPacker {
    n_genes: usize,
    expected_cells: usize,
    folder: PathBuf,
    file: TemporaryFile,
    bytes: AtomicU64,
    cells: AtomicUsize,
}

/// Consecutive cells that lie in the file.
#[derive(Debug)]
pub struct PackedCells {
    chunks: Vec<Chunk>, // positions of the cells among these
    values_of_cell: Vec<u32>,
    seen: Vec<u64>, // a bit for each gene
}

/// Puts packed cells in their order.
#[derive(Debug)]
pub struct CellStoreWriter {
    packer: Arc<CellPacker>,
    chunks: Vec<Chunk>,
    values_of_cell: Vec<u32>,
    seen: Vec<u64>, // a bit for each gene
}

impl CellPacker {
    /// Writes the cells of a block.
    ///
    /// # Errors
    /// When they cannot be written.
    ///
    /// # Panics
    /// When the block has another number of genes.
    pub fn pack(&self, block: &Block<LogNorm>) -> Result<PackedCells, CellStoreError> {
        assert_eq!(block.n_genes(), self.n_genes, "blocks of one data set have the same genes");
        let mut seen = vec![0; self.n_genes.div_ceil(64)];
        for &gene in block.as_csr().1 {
            seen[gene as usize / 64] |= 1_u64 << (gene % 64);
        }
        let chunks: Result<_, _> =
            chunks_of(block).into_par_iter().map(|cells| self.write(block, cells)).collect();
        let values_of_cell = block.cells().map(|cell| cell.len() as u32).collect(); // as many as genes, at most
        Ok(PackedCells { chunks: chunks?, values_of_cell, seen })
    }

    fn write(&self, block: &Block<LogNorm>, cells: Range<usize>) -> Result<Chunk, CellStoreError> {
        let bytes = encode(block, cells.clone());
        let n_cells = self.cells.fetch_add(cells.len(), Relaxed) + cells.len();
        let offset = self.bytes.fetch_add(bytes.len() as u64, Relaxed);
        // What a failed write is to be called: as far as the cells so far tell, all of them take so many bytes.
        let needed = || (offset as f64 / n_cells as f64 * self.expected_cells as f64) as u64;
        let fault = |source| writing(self.folder.clone(), source, offset, needed());
        self.file.write_at(&bytes, offset).map_err(fault)?;
        Ok(Chunk { cells, offset, n_bytes: bytes.len(), checksum: checksum(&bytes) })
    }
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
        let (bytes, cells) = (AtomicU64::new(0), AtomicUsize::new(0));
        Ok(Self {
            packer: Arc::new(CellPacker { n_genes, expected_cells, folder, file, bytes, cells }),
            chunks: Vec::new(),
            values_of_cell: Vec::with_capacity(expected_cells),
            seen: vec![0; n_genes.div_ceil(64)],
        })
    }

    /// What packs cells for this file.
    pub fn packer(&self) -> Arc<CellPacker> {
        Arc::clone(&self.packer)
    }

    /// Forgets all cells: they come again, and are written over the first. Nothing is to be packed meanwhile.
    pub fn start_again(&mut self) {
        self.chunks.clear();
        self.values_of_cell.clear();
        self.seen.fill(0);
        self.packer.bytes.store(0, Relaxed);
        self.packer.cells.store(0, Relaxed);
    }

    /// Keeps the cells of a block.
    ///
    /// # Errors
    /// When they cannot be written.
    ///
    /// # Panics
    /// When the block has another number of genes.
    pub fn append(&mut self, block: &Block<LogNorm>) -> Result<(), CellStoreError> {
        let packed = self.packer.pack(block)?;
        self.append_packed(packed);
        Ok(())
    }

    /// Keeps cells that were packed for this file.
    pub fn append_packed(&mut self, packed: PackedCells) {
        let first = self.values_of_cell.len();
        let in_their_place =
            |chunk: Chunk| Chunk { cells: first + chunk.cells.start..first + chunk.cells.end, ..chunk };
        self.chunks.extend(packed.chunks.into_iter().map(in_their_place));
        self.values_of_cell.extend(packed.values_of_cell);
        self.seen.iter_mut().zip(packed.seen).for_each(|(seen, of_block)| *seen |= of_block);
    }

    /// All cells that were appended.
    pub fn finish(self) -> StoredCells {
        let Self { packer, chunks, values_of_cell, seen } = self;
        let seen = (0..packer.n_genes).map(|gene| seen[gene / 64] >> (gene % 64) & 1 == 1).collect();
        StoredCells::new(packer, chunks, values_of_cell, seen)
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

impl CellPacker {
    pub(super) fn n_genes(&self) -> usize {
        self.n_genes
    }

    pub(super) fn file(&self) -> &TemporaryFile {
        &self.file
    }

    pub(super) fn folder(&self) -> PathBuf {
        self.folder.clone()
    }
}

/// CRC-32, which sees every fault of up to 32 bits in a row.
pub(super) fn checksum(bytes: &[u8]) -> u32 {
    let mut crc = Crc::new();
    crc.update(bytes);
    crc.sum()
}
