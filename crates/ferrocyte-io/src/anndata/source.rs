//! The cells of a file, block by block.

use std::path::PathBuf;

use ferrocyte_core::{Block, BlockSource, SourceError, Stored};

use super::csc::csc_rows;
use super::csr::CsrRows;
use super::dense::DenseRows;
use super::matrix::{Arrays, StoredMatrix};
use super::tree::Tree;
use crate::frame::Names;
use crate::matrix::Storage;
use crate::matrix_path::MatrixPath;
use crate::read_error::{InvalidValue, ReadError, ReadErrorKind};
use crate::rows::{RawRows, RowsError};

/// The cells of one matrix of AnnData, in blocks of a fixed number of cells (the last may be smaller).
///
/// CSR and dense matrices are read as they are needed; memory is one block. CSC is turned into rows when the
/// source is made; memory is eight bytes per value, and where these are more than 256 MiB, as much while the matrix lies in a
/// temporary file. A dense matrix of genes × cells is read in columns of chunks;
/// memory is the non-zeros of one. Chunks are decoded on the current rayon pool.
pub struct MatrixSource {
    file: PathBuf,
    matrix: MatrixPath,
    cell_names: Names,
    genes: Vec<String>,
    block_cells: usize,
    next_cell: usize,
    /// The other matrices of the file, for messages.
    others: Vec<MatrixPath>,
    rows: Box<dyn Rows>,
}

/// The rows of a matrix, in order, however they are stored.
pub(crate) trait Rows: Send + Sync {
    /// Starts again at the first row.
    fn rewind(&mut self);

    /// The next `n_rows` rows, which must exist.
    fn take(&mut self, n_rows: usize) -> Result<RawRows, ReadError>;
}

impl MatrixSource {
    /// Takes a matrix whose shape was checked against the names of its cells and genes.
    pub(crate) fn new<F: Tree>(
        container: &F,
        stored: StoredMatrix<F>,
        cell_names: Names,
        genes: Vec<String>,
        block_cells: usize,
        others: Vec<MatrixPath>,
    ) -> Result<Self, ReadError> {
        let StoredMatrix { info, object, arrays } = stored;
        let (n_cells, n_genes) = (cell_names.len(), genes.len());
        let rows: Box<dyn Rows> = match arrays {
            Arrays::Dense(array) => Box::new(DenseRows::new(container, &object, array, n_genes)?),
            Arrays::Sparse { data, indices, indptr } if info.storage == Storage::Csc => {
                csc_rows(container, &object, data, indices, &indptr, n_cells)?
            }
            Arrays::Sparse { data, indices, indptr } => {
                Box::new(CsrRows::new(container, &object, data, indices, &indptr, n_genes)?)
            }
        };
        Ok(Self::of_rows(
            container.path().to_owned(),
            info.path,
            rows,
            cell_names,
            genes,
            block_cells,
            others,
        ))
    }

    /// Takes rows, one per name of a cell, on these genes.
    pub(crate) fn of_rows(
        file: PathBuf,
        matrix: MatrixPath,
        rows: Box<dyn Rows>,
        cell_names: Names,
        genes: Vec<String>,
        block_cells: usize,
        others: Vec<MatrixPath>,
    ) -> Self {
        let block_cells = block_cells.max(1);
        Self { file, matrix, cell_names, genes, block_cells, next_cell: 0, others, rows }
    }

    /// Says of which cells the bytes are damaged or gone.
    fn of_cells(&self, n_cells: usize, error: ReadError) -> ReadError {
        use ReadErrorKind::{Cells, Damaged, Filter, Io};
        let ReadError { path, kind } = error;
        let kind = match kind {
            Damaged { .. } | Filter { .. } | Io(_) => {
                let first = self.next_cell as u64;
                Cells { first, last: first + n_cells as u64 - 1, source: Box::new(kind) }
            }
            kind => kind,
        };
        ReadError { path, kind }
    }

    fn describe(&self, error: RowsError) -> ReadError {
        let kind = match error {
            RowsError::Block(source) => ReadErrorKind::Block { first_cell: self.next_cell as u64, source },
            RowsError::Value { row, gene, value } => {
                let cell = self.next_cell + row;
                ReadErrorKind::Value(Box::new(InvalidValue {
                    matrix: self.matrix.clone(),
                    cell: cell as u64,
                    cell_name: self.cell_names.get(cell).ok().flatten().unwrap_or_default(),
                    gene: self.genes.get(gene as usize).cloned().unwrap_or_default(),
                    found: value,
                    other_matrices: self.others.clone(),
                }))
            }
        };
        ReadError::new(&self.file, kind)
    }
}

impl BlockSource for MatrixSource {
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
        let rows = self.rows.take(n_cells).map_err(|error| self.of_cells(n_cells, error))?;
        let block = rows.into_block(self.genes.len()).map_err(|error| self.describe(error))?;
        self.next_cell += n_cells;
        Ok(Some(block))
    }

    fn rewind(&mut self) -> Result<(), SourceError> {
        self.next_cell = 0;
        self.rows.rewind();
        Ok(())
    }
}

impl std::fmt::Debug for MatrixSource {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("MatrixSource")
            .field("matrix", &self.matrix)
            .field("n_cells", &self.n_cells())
            .field("n_genes", &self.genes.len())
            .field("next_cell", &self.next_cell)
            .finish_non_exhaustive()
    }
}
