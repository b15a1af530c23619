//! The values of a CSC matrix in the order of the file.

use crate::anndata::csr::row_pointers;
use crate::anndata::forward_reader::ForwardReader;
use crate::anndata::tree::Tree;
use crate::read_error::{ReadError, ReadErrorKind};

/// Values read at a time.
const STEP: u64 = 1 << 22;

/// A matrix that gives its values gene by gene.
pub(super) trait GeneByGene {
    /// Calls `see` with the cell, the gene and the value of each, from the first one on.
    fn each(&mut self, see: impl FnMut(u32, u32, f32) -> Result<(), ReadErrorKind>) -> Result<(), ReadError>;
}

/// The columns of a CSC matrix.
pub(super) struct Columns<F: Tree> {
    container: F,
    indices_path: String,
    n_values: u64,
    /// Where each gene starts.
    starts: Vec<u64>,
    cells: ForwardReader<F, u32>,
    values: ForwardReader<F, f32>,
}

impl<F: Tree> Columns<F> {
    /// Reads and checks where the genes of the matrix at `object` start.
    pub(super) fn new(
        container: &F,
        object: &str,
        data: F::Array,
        indices: F::Array,
        indptr: &F::Array,
    ) -> Result<Self, ReadError> {
        let (indices_path, data_path) = (format!("{object}/indices"), format!("{object}/data"));
        let n_values = container.length(&data, &data_path)?;
        Ok(Self {
            container: container.clone(),
            n_values,
            starts: row_pointers(container, indptr, &format!("{object}/indptr"), n_values)?,
            cells: ForwardReader::new(container, indices, &indices_path)?,
            values: ForwardReader::new(container, data, &data_path)?,
            indices_path,
        })
    }

    /// How many values each cell has; every index is checked.
    pub(super) fn count(&mut self, n_cells: usize) -> Result<Vec<u32>, ReadError> {
        let mut counts = vec![0_u32; n_cells];
        self.cells.rewind();
        for start in steps(self.n_values) {
            for (cell, position) in self.cells.take(STEP.min(self.n_values - start))?.into_iter().zip(start..)
            {
                let Some(count) = counts.get_mut(cell as usize) else {
                    return Err(self.bad_index(position, n_cells, cell));
                };
                // Genes repeat in no file that means it.
                *count = count.checked_add(1).ok_or_else(|| {
                    let expected = format!("at most {} values of one cell", u32::MAX);
                    self.container.unexpected(&self.indices_path, expected, "more")
                })?;
            }
        }
        Ok(counts)
    }

    fn bad_index(&self, position: u64, n_cells: usize, found: u32) -> ReadError {
        self.container.error(ReadErrorKind::Index {
            array: self.indices_path.clone(),
            position,
            axis: "cell",
            limit: n_cells as u64,
            found: i64::from(found),
        })
    }
}

impl<F: Tree> GeneByGene for Columns<F> {
    fn each(
        &mut self,
        mut see: impl FnMut(u32, u32, f32) -> Result<(), ReadErrorKind>,
    ) -> Result<(), ReadError> {
        let (cells, values) = (&mut self.cells, &mut self.values);
        cells.rewind();
        values.rewind();
        let mut gene = 0;
        for start in steps(self.n_values) {
            let n = STEP.min(self.n_values - start);
            let (cells, values) = rayon::join(|| cells.take(n), || values.take(n));
            for ((cell, value), position) in cells?.into_iter().zip(values?).zip(start..) {
                while self.starts[gene + 1] <= position {
                    gene += 1;
                }
                see(cell, gene as u32, value).map_err(|kind| self.container.error(kind))?;
            }
        }
        Ok(())
    }
}

fn steps(n_values: u64) -> impl Iterator<Item = u64> {
    (0..n_values).step_by(STEP as usize)
}
