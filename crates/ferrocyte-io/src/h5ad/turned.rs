//! A dense matrix of genes × cells, served by cells: read in columns of chunks, kept without its zeros.

use std::sync::Arc;

use hdf5_reader::{Dataset, SliceInfo, SliceInfoElem};

use super::container::Container;
use super::number::{Number, into_plain};
use crate::anndata::matrix::{Arrays, StoredMatrix, dense};
use crate::anndata::{MatrixSource, Rows, dimensions};
use crate::frame::Names;
use crate::matrix::MatrixInfo;
use crate::matrix_path::MatrixPath;
use crate::read_error::ReadError;
use crate::row_group::RowGroup;
use crate::rows::{RawRows, VALUE_BYTES};

/// Decoded bytes held at a time.
const SLAB_BYTES: usize = 32 << 20;

/// Takes a dense matrix of genes × cells.
pub(crate) fn dense_turned(
    container: &Container,
    path: &MatrixPath,
    object: String,
    dataset: Arc<Dataset>,
) -> Result<StoredMatrix<Container>, ReadError> {
    if dataset.ndim() != 2 {
        return Err(container.unexpected(&object, "2 dimensions", dimensions(dataset.ndim())));
    }
    let StoredMatrix { info, object, arrays } = dense(container, path, object, dataset)?;
    let info = MatrixInfo { n_cells: info.n_genes, n_genes: info.n_cells, ..info };
    Ok(StoredMatrix { info, object, arrays })
}

/// The cells of a matrix that [`dense_turned`] took, whose shape was checked against the names of its cells and genes.
pub(crate) fn turned_source(
    container: &Container,
    stored: StoredMatrix<Container>,
    cell_names: Names,
    genes: Vec<String>,
    block_cells: usize,
    others: Vec<MatrixPath>,
) -> Result<MatrixSource, ReadError> {
    let StoredMatrix { info, object, arrays } = stored;
    let Arrays::Dense(dataset) = arrays else {
        return Err(container.unexpected(&object, "a dense matrix", "a sparse one"));
    };
    let rows = Box::new(TurnedRows::new(container, &object, dataset)?);
    let file = container.path().to_owned();
    Ok(MatrixSource::of_rows(file, info.path, rows, cell_names, genes, block_cells, others))
}

/// The cells of a matrix of genes × cells, in order. Memory is the non-zeros of one group of cells: as many as fit
/// into a slab of decoded numbers, or a column of chunks where that is wider, so that no chunk is decoded twice.
struct TurnedRows {
    container: Container,
    object: String,
    dataset: Arc<Dataset>,
    n_genes: usize,
    n_cells: usize,
    /// Cells that are turned at a time.
    group_cells: usize,
    /// Genes that are read at a time.
    slab_genes: usize,
    /// The cells that were turned last.
    group: RowGroup,
    /// The first cell that was not turned.
    next: usize,
}

impl TurnedRows {
    /// Starts at the first cell of the matrix at `object`.
    fn new(container: &Container, object: &str, dataset: Arc<Dataset>) -> Result<Self, ReadError> {
        let &[n_genes, n_cells] = dataset.shape() else {
            return Err(container.unexpected(object, "2 dimensions", "another number"));
        };
        let number = |n: u64| usize::try_from(n).unwrap_or(usize::MAX);
        let (n_genes, n_cells) = (number(n_genes), number(n_cells));
        let chunk = |axis: usize| {
            dataset.chunks().and_then(|chunk| chunk.get(axis).copied()).map_or(1, |n| n as usize).max(1)
        };
        let (chunk_genes, chunk_cells) = (chunk(0).min(n_genes.max(1)), chunk(1).min(n_cells.max(1)));
        let fit = |rows: usize| SLAB_BYTES / rows.max(1).saturating_mul(size_of::<f32>());
        // Whole chunks on both axes.
        let group_cells = (fit(n_genes) / chunk_cells).max(1).saturating_mul(chunk_cells);
        let slab_genes = (fit(group_cells) / chunk_genes).max(1).saturating_mul(chunk_genes);
        Ok(Self {
            container: container.clone(),
            object: object.to_owned(),
            dataset,
            n_genes,
            n_cells,
            group_cells,
            slab_genes,
            group: RowGroup::empty(),
            next: 0,
        })
    }

    /// Turns the next group of cells.
    fn turn(&mut self) -> Result<(), ReadError> {
        let cells = self.next..self.next.saturating_add(self.group_cells).min(self.n_cells);
        let n_cells = cells.len();
        // Non-zeros in the order of the file, gene by gene.
        let mut found: Vec<(u32, u32, f32)> = Vec::new();
        let mut first_gene = 0;
        while first_gene < self.n_genes {
            let genes = first_gene..first_gene.saturating_add(self.slab_genes).min(self.n_genes);
            let values = self.read(&genes, &cells)?;
            for (gene, row) in genes.clone().zip(values.chunks_exact(n_cells)) {
                // Not a number is no zero: it is kept, and refused later with its place.
                for (cell, &value) in row.iter().enumerate().filter(|(_, value)| **value != 0.0) {
                    found.push((cell as u32, gene as u32, value));
                }
            }
            self.container.check_kept(&self.object, found.len().saturating_mul(VALUE_BYTES))?;
            first_gene = genes.end;
        }
        self.group = RowGroup::new(RawRows::of_entries(n_cells, found));
        self.next = cells.end;
        Ok(())
    }

    /// Numbers of some genes of some cells, gene by gene.
    fn read(
        &self,
        genes: &std::ops::Range<usize>,
        cells: &std::ops::Range<usize>,
    ) -> Result<Vec<f32>, ReadError> {
        let slice = |range: &std::ops::Range<usize>| SliceInfoElem::Slice {
            start: range.start as u64,
            end: range.end as u64,
            step: 1,
        };
        let selection = SliceInfo { selections: vec![slice(genes), slice(cells)] };
        let read = || self.dataset.read_slice_parallel::<Number<f32>>(&selection);
        let (numbers, _) = self.container.call(&self.object, read)?.into_raw_vec_and_offset();
        let expected = genes.len().saturating_mul(cells.len());
        if numbers.len() != expected {
            let found = format!("{} values", numbers.len());
            return Err(self.container.unexpected(&self.object, format!("{expected} values"), found));
        }
        Ok(into_plain(numbers))
    }
}

impl Rows for TurnedRows {
    fn rewind(&mut self) {
        self.group = RowGroup::empty();
        self.next = 0;
    }

    fn take(&mut self, n_cells: usize) -> Result<RawRows, ReadError> {
        let mut rows = RawRows::of_no_cells();
        let mut left = n_cells;
        while left > 0 {
            let n = left.min(self.group.n_left());
            if n == 0 {
                if self.next == self.n_cells {
                    let found = format!("{} cells", self.n_cells);
                    return Err(self.container.unexpected(&self.object, format!("{left} more cells"), found));
                }
                self.turn()?;
                continue;
            }
            self.group.hand_out(n, &mut rows);
            self.container.check_kept(&self.object, rows.gene.len().saturating_mul(VALUE_BYTES))?;
            left -= n;
        }
        Ok(rows)
    }
}
