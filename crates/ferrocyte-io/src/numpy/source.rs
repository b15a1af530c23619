//! The cells of a file of `NumPy`, block by block.

use std::path::PathBuf;
use std::sync::Arc;

use ferrocyte_core::{Block, BlockSource, SourceError, Stored};

use crate::frame::Names;
use crate::matrix_path::MatrixPath;
use crate::read_error::{InvalidValue, ReadError, ReadErrorKind};
use crate::rows::{RawRows, RowsError};

/// The cells of a matrix that is in memory, in blocks of a fixed number of cells (the last may be smaller).
pub struct NumpySource {
    pub(super) path: PathBuf,
    pub(super) cell_names: Names,
    pub(super) genes: Vec<String>,
    pub(super) rows: Arc<RawRows>,
    pub(super) block_cells: usize,
    pub(super) next_cell: usize,
}

impl NumpySource {
    fn describe(&self, error: RowsError) -> ReadError {
        let kind = match error {
            RowsError::Block(source) => ReadErrorKind::Block { first_cell: self.next_cell as u64, source },
            RowsError::Value { row, gene, value } => {
                let cell = self.next_cell + row;
                ReadErrorKind::Value(Box::new(InvalidValue {
                    matrix: MatrixPath::X,
                    cell: cell as u64,
                    cell_name: self.cell_names.get(cell).ok().flatten().unwrap_or_default(),
                    gene: self.genes.get(gene as usize).cloned().unwrap_or_default(),
                    found: value,
                    other_matrices: Vec::new(),
                }))
            }
        };
        ReadError::new(&self.path, kind)
    }
}

impl BlockSource for NumpySource {
    fn n_cells(&self) -> usize {
        self.cell_names.len()
    }

    fn genes(&self) -> &[String] {
        &self.genes
    }

    /// The next cells.
    ///
    /// # Errors
    /// A boxed [`ReadError`].
    fn next_block(&mut self) -> Result<Option<Block<Stored>>, SourceError> {
        let end = self.n_cells().min(self.next_cell.saturating_add(self.block_cells));
        if end == self.next_cell {
            return Ok(None);
        }
        let starts = &self.rows.row_ptr[self.next_cell..=end];
        let stored = starts[0]..starts[starts.len() - 1];
        let rows = RawRows {
            row_ptr: starts.iter().map(|start| start - stored.start).collect(),
            gene: self.rows.gene[stored.clone()].to_vec(),
            value: self.rows.value[stored].to_vec(),
        };
        let block = rows.into_block(self.genes.len()).map_err(|error| self.describe(error))?;
        self.next_cell = end;
        Ok(Some(block))
    }

    fn rewind(&mut self) -> Result<(), SourceError> {
        self.next_cell = 0;
        Ok(())
    }
}

impl std::fmt::Debug for NumpySource {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("NumpySource")
            .field("n_cells", &self.n_cells())
            .field("n_genes", &self.genes.len())
            .field("next_cell", &self.next_cell)
            .finish_non_exhaustive()
    }
}
