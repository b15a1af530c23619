//! The cells of a file, block by block.

use std::sync::Arc;

use ferrocyte_core::{Block, BlockSource, SourceError, Stored};

use super::container::Container;
use super::csc::CscRows;
use super::csr::CsrRows;
use super::dense::DenseRows;
use super::matrix::{Arrays, StoredMatrix};
use super::turned::TurnedRows;
use crate::matrix::Storage;
use crate::matrix_path::MatrixPath;
use crate::read_error::{InvalidValue, ReadError, ReadErrorKind};
use crate::rows::{RawRows, RowsError};

/// The cells of one matrix of an HDF5 file, in blocks of a fixed number of cells (the last may be smaller).
///
/// CSR and dense matrices are read as they are needed; memory is one block. CSC is turned into rows when the
/// source is made; memory is eight bytes per value. A dense matrix of genes × cells is read in columns of chunks;
/// memory is the non-zeros of one. Chunks are decoded on the current rayon pool.
pub struct H5adSource {
    container: Container,
    matrix: MatrixPath,
    cell_names: Arc<[String]>,
    genes: Vec<String>,
    block_cells: usize,
    next_cell: usize,
    /// The other matrices of the file, for messages.
    others: Vec<MatrixPath>,
    rows: Rows,
}

enum Rows {
    Csr(Box<CsrRows>),
    Csc(CscRows),
    Dense(DenseRows),
    Turned(TurnedRows),
}

impl H5adSource {
    /// Takes a matrix whose shape was checked against the names of its cells and genes.
    pub(crate) fn new(
        container: &Container,
        stored: StoredMatrix,
        cell_names: Arc<[String]>,
        genes: Vec<String>,
        block_cells: usize,
        others: Vec<MatrixPath>,
    ) -> Result<Self, ReadError> {
        let StoredMatrix { info, object, arrays } = stored;
        let (n_cells, n_genes) = (cell_names.len(), genes.len());
        let rows = match arrays {
            Arrays::Dense(dataset) => Rows::Dense(DenseRows::new(container, &object, dataset, n_genes)?),
            Arrays::DenseTurned(dataset) => Rows::Turned(TurnedRows::new(container, &object, dataset)?),
            Arrays::Sparse { data, indices, indptr } if info.storage == Storage::Csc => {
                Rows::Csc(CscRows::new(container, &object, data, indices, &indptr, n_cells)?)
            }
            Arrays::Sparse { data, indices, indptr } => {
                Rows::Csr(Box::new(CsrRows::new(container, &object, data, indices, &indptr, n_genes)?))
            }
        };
        Ok(Self {
            container: container.clone(),
            matrix: info.path,
            cell_names,
            genes,
            block_cells: block_cells.max(1),
            next_cell: 0,
            others,
            rows,
        })
    }

    fn take(&mut self, n_cells: usize) -> Result<RawRows, ReadError> {
        match &mut self.rows {
            Rows::Csr(rows) => rows.take(n_cells),
            Rows::Csc(rows) => Ok(rows.take(n_cells)),
            Rows::Dense(rows) => rows.take(n_cells),
            Rows::Turned(rows) => rows.take(n_cells),
        }
    }

    fn describe(&self, error: RowsError) -> ReadError {
        let kind = match error {
            RowsError::Block(source) => ReadErrorKind::Block { first_cell: self.next_cell as u64, source },
            RowsError::Value { row, gene, value } => {
                let cell = self.next_cell + row;
                ReadErrorKind::Value(Box::new(InvalidValue {
                    matrix: self.matrix.clone(),
                    cell: cell as u64,
                    cell_name: self.cell_names.get(cell).cloned().unwrap_or_default(),
                    gene: self.genes.get(gene as usize).cloned().unwrap_or_default(),
                    found: value,
                    other_matrices: self.others.clone(),
                }))
            }
        };
        self.container.error(kind)
    }
}

impl BlockSource for H5adSource {
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
        let n_cells = self.block_cells.min(self.n_cells() - self.next_cell);
        if n_cells == 0 {
            return Ok(None);
        }
        let block = self.take(n_cells)?.into_block(self.genes.len()).map_err(|error| self.describe(error))?;
        self.next_cell += n_cells;
        Ok(Some(block))
    }

    fn rewind(&mut self) -> Result<(), SourceError> {
        self.next_cell = 0;
        match &mut self.rows {
            Rows::Csr(rows) => rows.rewind(),
            Rows::Csc(rows) => rows.rewind(),
            Rows::Dense(rows) => rows.rewind(),
            Rows::Turned(rows) => rows.rewind(),
        }
        Ok(())
    }
}

impl std::fmt::Debug for H5adSource {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("H5adSource")
            .field("matrix", &self.matrix)
            .field("n_cells", &self.n_cells())
            .field("n_genes", &self.genes.len())
            .field("next_cell", &self.next_cell)
            .finish_non_exhaustive()
    }
}
