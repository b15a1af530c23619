//! A matrix stored gene by gene: turned into rows once, in memory.

use std::sync::Arc;

use hdf5_reader::Dataset;

use super::container::Container;
use super::csr::row_pointers;
use super::forward_reader::ForwardReader;
use crate::read_error::{ReadError, ReadErrorKind};
use crate::rows::{RawRows, VALUE_BYTES};

/// Values read at a time while the matrix is turned.
const STEP: u64 = 1 << 22;

/// The rows of a CSC matrix, in order: eight bytes of memory per value.
pub(crate) struct CscRows {
    row_ptr: Vec<usize>,
    gene: Vec<u32>,
    value: Vec<f32>,
    next_row: usize,
}

impl CscRows {
    /// Reads the matrix at `object` twice: once to count the values of each cell, once to put them in place.
    /// Genes come out increasing within a cell.
    pub(crate) fn new(
        container: &Container,
        object: &str,
        data: Arc<Dataset>,
        indices: Arc<Dataset>,
        indptr: &Dataset,
        n_cells: usize,
    ) -> Result<Self, ReadError> {
        let n_values = data.shape()[0];
        let column_ptr = row_pointers(container, indptr, &format!("{object}/indptr"), n_values)?;
        let path = format!("{object}/indices");
        let mut cells = ForwardReader::<u32>::new(container, indices, &path)?;
        let mut values = ForwardReader::<f32>::new(container, data, &format!("{object}/data"))?;

        let mut row_ptr = vec![0_usize; n_cells + 1];
        for start in steps(n_values) {
            for (cell, position) in cells.take(STEP.min(n_values - start))?.into_iter().zip(start..) {
                match row_ptr.get_mut(cell as usize + 1) {
                    Some(count) => *count += 1,
                    None => return Err(container.error(bad_index(&path, position, n_cells, cell))),
                }
            }
        }
        for cell in 0..n_cells {
            row_ptr[cell + 1] += row_ptr[cell];
        }

        container.check_kept(object, row_ptr[n_cells].saturating_mul(VALUE_BYTES))?;
        let mut gene = vec![0_u32; row_ptr[n_cells]];
        let mut value = vec![0_f32; row_ptr[n_cells]];
        let mut place = row_ptr.clone();
        let mut column = 0;
        cells.rewind();
        for start in steps(n_values) {
            let n = STEP.min(n_values - start);
            let (taken_cells, taken_values) = rayon::join(|| cells.take(n), || values.take(n));
            for ((cell, found), position) in taken_cells?.into_iter().zip(taken_values?).zip(start..) {
                while column_ptr[column + 1] <= position {
                    column += 1;
                }
                let place = &mut place[cell as usize];
                gene[*place] = column as u32;
                value[*place] = found;
                *place += 1;
            }
        }
        Ok(Self { row_ptr, gene, value, next_row: 0 })
    }

    /// Starts again at the first row.
    pub(crate) fn rewind(&mut self) {
        self.next_row = 0;
    }

    /// The next `n_rows` rows, which must exist.
    pub(crate) fn take(&mut self, n_rows: usize) -> RawRows {
        let row_ptr = &self.row_ptr[self.next_row..=self.next_row + n_rows];
        let (start, end) = (row_ptr[0], row_ptr[n_rows]);
        self.next_row += n_rows;
        RawRows {
            row_ptr: row_ptr.iter().map(|pointer| pointer - start).collect(),
            gene: self.gene[start..end].to_vec(),
            value: self.value[start..end].to_vec(),
        }
    }
}

fn steps(n_values: u64) -> impl Iterator<Item = u64> {
    (0..n_values).step_by(STEP as usize)
}

fn bad_index(path: &str, position: u64, n_cells: usize, found: u32) -> ReadErrorKind {
    ReadErrorKind::Index {
        array: path.to_owned(),
        position,
        axis: "cell",
        limit: n_cells as u64,
        found: i64::from(found),
    }
}
