//! A matrix that stores every value: read some rows at a time and kept without its zeros.

use std::sync::Arc;

use hdf5_reader::Dataset;

use super::container::Container;
use super::forward_reader::ForwardReader;
use crate::read_error::ReadError;
use crate::rows::{RawRows, VALUE_BYTES};

/// Decoded bytes held at a time, whatever the number of cells in a block.
const SLAB_BYTES: usize = 32 << 20;

/// The rows of a dense matrix, in order.
pub(crate) struct DenseRows {
    container: Container,
    object: String,
    reader: ForwardReader<f32>,
    n_genes: usize,
}

impl DenseRows {
    /// Starts at the first row of the matrix at `object`.
    pub(crate) fn new(
        container: &Container,
        object: &str,
        dataset: Arc<Dataset>,
        n_genes: usize,
    ) -> Result<Self, ReadError> {
        let reader = ForwardReader::new(container, dataset, object)?;
        Ok(Self { container: container.clone(), object: object.to_owned(), reader, n_genes })
    }

    /// Starts again at the first row.
    pub(crate) fn rewind(&mut self) {
        self.reader.rewind();
    }

    /// The next `n_rows` rows, which must exist.
    pub(crate) fn take(&mut self, n_rows: usize) -> Result<RawRows, ReadError> {
        let mut rows = RawRows { row_ptr: vec![0], ..RawRows::default() };
        let slab = usize::try_from(self.reader.rows_of(SLAB_BYTES)).unwrap_or(usize::MAX);
        let mut left = n_rows;
        while left > 0 {
            let n = left.min(slab);
            let values = self.reader.take(n as u64)?;
            for cell in 0..n {
                let cell = &values[cell * self.n_genes..(cell + 1) * self.n_genes];
                // Not a number is no zero: it is kept, and refused later with its place.
                for (gene, &value) in (0..).zip(cell).filter(|(_, value)| **value != 0.0) {
                    rows.gene.push(gene);
                    rows.value.push(value);
                }
                rows.row_ptr.push(rows.gene.len());
            }
            self.container.check_kept(&self.object, rows.gene.len().saturating_mul(VALUE_BYTES))?;
            left -= n;
        }
        Ok(rows)
    }
}
