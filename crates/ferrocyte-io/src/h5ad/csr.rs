//! A matrix stored cell by cell: only the chunks of a block are read.

use std::sync::Arc;

use hdf5_reader::{Dataset, SliceInfo, SliceInfoElem};

use super::container::Container;
use super::forward_reader::ForwardReader;
use super::number::Number;
use crate::read_error::{ReadError, ReadErrorKind};
use crate::rows::RawRows;

/// The rows of a CSR matrix, in order.
pub(crate) struct CsrRows {
    container: Container,
    indices_path: String,
    indices: Arc<Dataset>,
    row_ptr: Vec<u64>,
    n_genes: usize,
    genes: ForwardReader<u32>,
    values: ForwardReader<f32>,
    next_row: usize,
}

impl CsrRows {
    /// Reads and checks the row pointers of the matrix at `object`.
    pub(crate) fn new(
        container: &Container,
        object: &str,
        data: Arc<Dataset>,
        indices: Arc<Dataset>,
        indptr: &Dataset,
        n_genes: usize,
    ) -> Result<Self, ReadError> {
        let indices_path = format!("{object}/indices");
        let row_ptr = row_pointers(container, indptr, &format!("{object}/indptr"), data.shape()[0])?;
        Ok(Self {
            container: container.clone(),
            row_ptr,
            n_genes,
            genes: ForwardReader::new(container, indices.clone(), &indices_path)?,
            values: ForwardReader::new(container, data, &format!("{object}/data"))?,
            indices_path,
            indices,
            next_row: 0,
        })
    }

    /// Starts again at the first row.
    pub(crate) fn rewind(&mut self) {
        self.next_row = 0;
        self.genes.rewind();
        self.values.rewind();
    }

    /// The next `n_rows` rows, which must exist.
    pub(crate) fn take(&mut self, n_rows: usize) -> Result<RawRows, ReadError> {
        let row_ptr = &self.row_ptr[self.next_row..=self.next_row + n_rows];
        let start = row_ptr[0];
        let n_values = row_ptr[n_rows] - start;
        // Below the number of values read next, so it fits.
        let row_ptr: Vec<usize> = row_ptr.iter().map(|&pointer| (pointer - start) as usize).collect();
        let (genes, values) = (&mut self.genes, &mut self.values);
        let (gene, value) = rayon::join(|| genes.take(n_values), || values.take(n_values));
        let (gene, value) = (gene?, value?);
        if gene.iter().max().is_some_and(|&largest| largest as usize >= self.n_genes) {
            return Err(self.bad_index(&gene, start));
        }
        self.next_row += n_rows;
        Ok(RawRows { row_ptr, gene, value })
    }

    /// Finds the first index that names no gene; reads it again, as it may not have fitted its type.
    fn bad_index(&self, gene: &[u32], start: u64) -> ReadError {
        let offset = gene.iter().position(|&gene| gene as usize >= self.n_genes).unwrap_or(0);
        let position = start + offset as u64;
        let selection = SliceInfo {
            selections: vec![SliceInfoElem::Slice { start: position, end: position + 1, step: 1 }],
        };
        let stored = self.container.call(&self.indices_path, || {
            Ok(self.indices.read_slice::<Number<i64>>(&selection)?.first().map(|number| number.0))
        });
        self.container.error(ReadErrorKind::Index {
            array: self.indices_path.clone(),
            position,
            axis: "gene",
            limit: self.n_genes as u64,
            found: stored.ok().flatten().unwrap_or_else(|| i64::from(gene[offset])),
        })
    }
}

/// Reads the row pointers of a sparse matrix: they start at 0, never decrease, and end at `n_values`.
pub(crate) fn row_pointers(
    container: &Container,
    indptr: &Dataset,
    path: &str,
    n_values: u64,
) -> Result<Vec<u64>, ReadError> {
    let row_ptr = container.numbers::<u64>(indptr, path)?;
    let at = |position: usize, expected: String| {
        let found = format!("{} at position {position}", row_ptr[position]);
        Err(container.unexpected(path, expected, found))
    };
    if row_ptr.is_empty() {
        return Err(container.unexpected(path, "row pointers", "nothing"));
    }
    if row_ptr[0] != 0 {
        return at(0, "0 as the first row pointer".into());
    }
    if let Some(before) = row_ptr.windows(2).position(|pair| pair[0] > pair[1]) {
        return at(before + 1, format!("at least {}, as row pointers never decrease", row_ptr[before]));
    }
    let last = row_ptr.len() - 1;
    if row_ptr[last] != n_values {
        return at(last, format!("{n_values}, the number of values, as the last row pointer"));
    }
    Ok(row_ptr)
}
