//! Rows in memory, and the blocks they are handed out in.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use ferrocyte_core::{Block, BlockSource, SourceError, Stored};

use crate::read_error::{ReadError, ReadErrorKind};
use crate::rows::{RawRows, RowsError};

/// All cells in compressed rows; genes may be in any order within a cell and repeat.
#[derive(Debug, PartialEq)]
pub(crate) struct SparseRows {
    /// Where each cell starts, from 0; one more than there are cells.
    pub(crate) row_ptr: Vec<usize>,
    pub(crate) gene: Vec<u32>,
    pub(crate) value: Vec<f32>,
}

/// Takes values in any order of cells.
pub(super) struct SparseRowsBuilder {
    /// Values of cell `i` at `i + 1`.
    counts: Vec<usize>,
    /// The cell of each value, once one has come that is not in order.
    cells: Option<Vec<u32>>,
    last_cell: u32,
    gene: Vec<u32>,
    value: Vec<f32>,
}

impl SparseRowsBuilder {
    pub(super) fn new(n_cells: usize) -> Self {
        Self { counts: vec![0; n_cells + 1], cells: None, last_cell: 0, gene: Vec::new(), value: Vec::new() }
    }

    /// Adds a value; `cell` is below the number of cells.
    pub(super) fn push(&mut self, cell: u32, gene: u32, value: f32) {
        if self.cells.is_none() && cell < self.last_cell {
            let so_far = self.counts[1..].iter().enumerate();
            self.cells = Some(so_far.flat_map(|(cell, &n)| std::iter::repeat_n(cell as u32, n)).collect());
        }
        if let Some(cells) = &mut self.cells {
            cells.push(cell);
        }
        self.last_cell = cell;
        self.counts[cell as usize + 1] += 1;
        self.gene.push(gene);
        self.value.push(value);
    }

    /// Puts the values in the order of cells; those of one cell stay in the order they came in.
    pub(super) fn into_rows(self) -> SparseRows {
        let Self { counts: mut row_ptr, cells, gene, value, .. } = self;
        for cell in 1..row_ptr.len() {
            row_ptr[cell] += row_ptr[cell - 1];
        }
        let Some(cells) = cells else { return SparseRows { row_ptr, gene, value } };
        let mut place = row_ptr.clone();
        let mut sorted = (vec![0; gene.len()], vec![0.0; value.len()]);
        for ((cell, gene), value) in cells.into_iter().zip(gene).zip(value) {
            let place = &mut place[cell as usize];
            sorted.0[*place] = gene;
            sorted.1[*place] = value;
            *place += 1;
        }
        SparseRows { row_ptr, gene: sorted.0, value: sorted.1 }
    }
}

/// Blocks of rows in memory.
pub(crate) struct SparseRowsSource {
    file: PathBuf,
    rows: Arc<SparseRows>,
    genes: Vec<String>,
    block_cells: usize,
    next_cell: usize,
}

impl SparseRowsSource {
    /// Serves the rows of `file`, whose genes are below the number of `genes`.
    pub(crate) fn new(file: &Path, rows: Arc<SparseRows>, genes: Vec<String>, block_cells: usize) -> Self {
        Self { file: file.to_owned(), rows, genes, block_cells: block_cells.max(1), next_cell: 0 }
    }
}

impl BlockSource for SparseRowsSource {
    fn n_cells(&self) -> usize {
        self.rows.row_ptr.len() - 1
    }

    fn genes(&self) -> &[String] {
        &self.genes
    }

    fn next_block(&mut self) -> Result<Option<Block<Stored>>, SourceError> {
        let first_cell = self.next_cell;
        let end_cell = self.n_cells().min(first_cell.saturating_add(self.block_cells));
        if first_cell == end_cell {
            return Ok(None);
        }
        let row_ptr = &self.rows.row_ptr[first_cell..=end_cell];
        let (start, end) = (row_ptr[0], row_ptr[end_cell - first_cell]);
        let rows = RawRows {
            row_ptr: row_ptr.iter().map(|pointer| pointer - start).collect(),
            gene: self.rows.gene[start..end].to_vec(),
            value: self.rows.value[start..end].to_vec(),
        };
        let block = rows.into_block(self.genes.len()).map_err(|error| {
            let source = match error {
                RowsError::Block(source) => source,
                // Values are finite where they are parsed; said all the same.
                RowsError::Value { row, gene, value } => {
                    ferrocyte_core::BlockError::Value { row, gene, value }
                }
            };
            ReadError::new(&self.file, ReadErrorKind::Block { first_cell: first_cell as u64, source })
        })?;
        self.next_cell = end_cell;
        Ok(Some(block))
    }

    fn rewind(&mut self) -> Result<(), SourceError> {
        self.next_cell = 0;
        Ok(())
    }
}
