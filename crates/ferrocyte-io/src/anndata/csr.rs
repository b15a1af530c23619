//! A matrix stored cell by cell: only the chunks of a block are read.

use super::forward_reader::ForwardReader;
use super::row_pointers::RowPointers;
use super::source::Rows;
use super::tree::Tree;
use crate::read_error::{ReadError, ReadErrorKind};
use crate::rows::RawRows;

/// The rows of a CSR matrix, in order.
pub(crate) struct CsrRows<F: Tree> {
    container: F,
    indices_path: String,
    indices: F::Array,
    row_ptr: RowPointers<F>,
    n_genes: usize,
    genes: ForwardReader<F, u32>,
    values: ForwardReader<F, f32>,
}

impl<F: Tree> CsrRows<F> {
    /// Reads and checks the row pointers of the matrix at `object`.
    pub(crate) fn new(
        container: &F,
        object: &str,
        data: F::Array,
        indices: F::Array,
        indptr: &F::Array,
        n_genes: usize,
    ) -> Result<Self, ReadError> {
        let indices_path = format!("{object}/indices");
        let n_values = container.length(&data, &format!("{object}/data"))?;
        let row_ptr = RowPointers::new(container, indptr, &format!("{object}/indptr"), n_values)?;
        Ok(Self {
            container: container.clone(),
            row_ptr,
            n_genes,
            genes: ForwardReader::new(container, indices.clone(), &indices_path)?,
            values: ForwardReader::new(container, data, &format!("{object}/data"))?,
            indices_path,
            indices,
        })
    }

    /// Finds the first index that names no gene; reads it again, as it may not have fitted its type.
    fn bad_index(&self, gene: &[u32], start: u64) -> ReadError {
        let offset = gene.iter().position(|&gene| gene as usize >= self.n_genes).unwrap_or(0);
        let position = start + offset as u64;
        let stored = self.container.rows::<i64>(&self.indices, &self.indices_path, position..position + 1);
        self.container.error(ReadErrorKind::Index {
            array: self.indices_path.clone(),
            position,
            axis: "gene",
            limit: self.n_genes as u64,
            found: stored
                .ok()
                .and_then(|stored| stored.first().copied())
                .unwrap_or_else(|| i64::from(gene[offset])),
        })
    }
}

impl<F: Tree> Rows for CsrRows<F> {
    fn rewind(&mut self) {
        self.row_ptr.rewind();
        self.genes.rewind();
        self.values.rewind();
    }

    fn take(&mut self, n_rows: usize) -> Result<RawRows, ReadError> {
        let row_ptr = self.row_ptr.take(n_rows)?;
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
        Ok(RawRows { row_ptr, gene, value })
    }
}

/// Reads the row pointers of a sparse matrix: they start at 0, never decrease, and end at `n_values`.
pub(crate) fn row_pointers<F: Tree>(
    container: &F,
    indptr: &F::Array,
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
