//! A dense matrix that lies in an `.npy` as it is: read some cells at a time, kept without its zeros.

use std::fs::File;
use std::io;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::anndata::Rows;
use crate::h5ad::number::NumberType;
use crate::positional::read_exact_at;
use crate::read_error::{ReadError, ReadErrorKind};
use crate::row_group::{InGroups, RowGroup};
use crate::rows::RawRows;

/// Decoded bytes of the cells that are read together.
const SLAB_BYTES: usize = 32 << 20;

/// Where the numbers of a matrix are.
#[derive(Debug, Clone)]
pub(super) struct DenseInFile {
    file: Arc<File>,
    path: PathBuf,
    /// The first byte of the first number.
    start: u64,
    pub(super) number: NumberType,
    /// Rows and columns, and whether the columns are contiguous instead of the rows.
    pub(super) shape: (usize, usize),
    fortran: bool,
}

impl DenseInFile {
    /// Takes a matrix of which the file has all bytes.
    pub(super) fn new(
        file: File,
        path: &Path,
        start: u64,
        number: NumberType,
        shape: (usize, usize),
        fortran: bool,
    ) -> Self {
        Self { file: Arc::new(file), path: path.to_owned(), start, number, shape, fortran }
    }

    /// The rows of the cells, which are the columns of a matrix that is `turned`.
    pub(super) fn rows(self, turned: bool) -> DenseRows {
        let (n_cells, n_genes) = if turned { (self.shape.1, self.shape.0) } else { self.shape };
        let number_bytes = self.number.n_bytes().max(size_of::<f32>());
        let group_cells = (SLAB_BYTES / n_genes.saturating_mul(number_bytes).max(1)).max(1);
        let by_cells = self.fortran == turned;
        DenseRows { array: self, by_cells, n_cells, n_genes, group_cells, group: RowGroup::empty(), next: 0 }
    }

    /// Numbers that are contiguous, from the one at `place` on.
    fn numbers(&self, place: u64, n: usize) -> io::Result<Vec<f32>> {
        let width = self.number.n_bytes();
        let mut bytes = vec![0; n * width];
        read_exact_at(&self.file, &mut bytes, self.start + place * width as u64)?;
        Ok(self.number.read(&bytes))
    }
}

/// The cells of a matrix, in order. Memory is one slab of numbers, and the non-zeros of as many cells.
pub(super) struct DenseRows {
    array: DenseInFile,
    /// Whether the numbers of a cell are contiguous, or those of a gene.
    by_cells: bool,
    n_cells: usize,
    n_genes: usize,
    /// Cells that are read together.
    group_cells: usize,
    group: RowGroup,
    /// The first cell that was not read.
    next: usize,
}

impl DenseRows {
    /// Reads fewer cells together, so that a test needs few numbers.
    #[cfg(test)]
    fn in_groups_of(mut self, cells: usize) -> Self {
        self.group_cells = cells;
        self
    }

    /// Cell after cell, every gene.
    fn read_by_cells(&self, cells: Range<usize>) -> io::Result<RawRows> {
        let n_genes = self.n_genes;
        let values = self.array.numbers(cells.start as u64 * n_genes as u64, cells.len() * n_genes)?;
        let mut rows = RawRows::of_no_cells();
        for cell in 0..cells.len() {
            // Not a number is no zero: it is kept, and refused later with its place.
            let numbers = (0..).zip(&values[cell * n_genes..(cell + 1) * n_genes]);
            for (gene, &value) in numbers.filter(|(_, value)| **value != 0.0) {
                rows.gene.push(gene);
                rows.value.push(value);
            }
            rows.row_ptr.push(rows.gene.len());
        }
        Ok(rows)
    }

    /// Gene after gene, the numbers of these cells.
    fn read_by_genes(&self, cells: Range<usize>) -> io::Result<RawRows> {
        let mut found: Vec<(u32, u32, f32)> = Vec::new();
        for gene in 0..self.n_genes {
            let place = gene as u64 * self.n_cells as u64 + cells.start as u64;
            let numbers = self.array.numbers(place, cells.len())?;
            for (cell, value) in numbers.into_iter().enumerate().filter(|(_, value)| *value != 0.0) {
                found.push((cell as u32, gene as u32, value));
            }
        }
        Ok(RawRows::of_entries(cells.len(), found))
    }
}

impl InGroups for DenseRows {
    fn group(&mut self) -> &mut RowGroup {
        &mut self.group
    }

    fn make_next(&mut self) -> Result<RawRows, ReadError> {
        let cells = self.next..self.next.saturating_add(self.group_cells).min(self.n_cells);
        let fail = |kind| ReadError::new(&self.array.path, kind);
        if cells.is_empty() {
            return Err(fail(super::unexpected("the array", "more cells", format!("{}", self.n_cells))));
        }
        self.next = cells.end;
        let rows = if self.by_cells { self.read_by_cells(cells) } else { self.read_by_genes(cells) };
        rows.map_err(|error| fail(ReadErrorKind::Io(error)))
    }
}

impl Rows for DenseRows {
    fn rewind(&mut self) {
        self.group = RowGroup::empty();
        self.next = 0;
    }

    fn take(&mut self, n_rows: usize) -> Result<RawRows, ReadError> {
        self.take_rows(n_rows)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const N_CELLS: usize = 11;
    const N_GENES: usize = 5;

    fn value(cell: usize, gene: usize) -> u8 {
        ((cell * 7 + gene * 3) % 4) as u8
    }

    fn expected() -> RawRows {
        let mut rows = RawRows::of_no_cells();
        for cell in 0..N_CELLS {
            for gene in (0..N_GENES).filter(|&gene| value(cell, gene) > 0) {
                rows.gene.push(gene as u32);
                rows.value.push(f32::from(value(cell, gene)));
            }
            rows.row_ptr.push(rows.gene.len());
        }
        rows
    }

    /// The numbers in one of the four orders, after some other bytes.
    fn file(folder: &Path, letter: u8, turned: bool, fortran: bool) -> DenseInFile {
        let shape = if turned { (N_GENES, N_CELLS) } else { (N_CELLS, N_GENES) };
        let (outer, inner) = if fortran { (shape.1, shape.0) } else { shape };
        let mut bytes = b"header".to_vec();
        for (a, b) in (0..outer).flat_map(|a| (0..inner).map(move |b| (a, b))) {
            let (row, column) = if fortran { (b, a) } else { (a, b) };
            let value = if turned { value(column, row) } else { value(row, column) };
            match letter {
                b'u' => bytes.extend(u16::from(value).to_be_bytes()),
                b'i' => bytes.extend(i64::from(value).to_le_bytes()),
                _ => bytes.extend(f64::from(value).to_le_bytes()),
            }
        }
        let path = folder.join("matrix.npy");
        std::fs::write(&path, bytes).unwrap();
        let number =
            NumberType::of_numpy(letter, if letter == b'u' { 2 } else { 8 }, letter == b'u').unwrap();
        DenseInFile::new(File::open(&path).unwrap(), &path, 6, number, shape, fortran)
    }

    #[test]
    fn cells_are_the_same_in_every_order_and_type_and_any_number_at_a_time() {
        let folder = tempfile::tempdir().unwrap();
        for (turned, fortran) in [(false, false), (false, true), (true, false), (true, true)] {
            for letter in [b'u', b'i', b'f'] {
                let array = file(folder.path(), letter, turned, fortran);
                assert_eq!(array.clone().rows(turned).take(N_CELLS).unwrap(), expected(), "one group");
                for group_cells in [1, 2, 4, 10] {
                    let mut rows = array.clone().rows(turned).in_groups_of(group_cells);
                    assert_eq!(
                        rows.take(N_CELLS).unwrap(),
                        expected(),
                        "{turned} {fortran} {letter} {group_cells}"
                    );
                    rows.rewind();
                    let (first, second) = (rows.take(3).unwrap(), rows.take(N_CELLS - 3).unwrap());
                    assert_eq!(first.row_ptr, expected().row_ptr[..=3]);
                    assert_eq!([first.value, second.value].concat(), expected().value);
                    assert_eq!([first.gene, second.gene].concat(), expected().gene);
                    assert!(rows.take(1).is_err(), "there are no more");
                }
            }
        }
    }

    #[test]
    fn a_file_that_shrinks_meanwhile_is_an_error() {
        let folder = tempfile::tempdir().unwrap();
        for fortran in [false, true] {
            let array = file(folder.path(), b'f', false, fortran);
            File::options().write(true).open(&array.path).unwrap().set_len(100).unwrap();
            let error = array.rows(false).take(N_CELLS).unwrap_err();
            assert!(matches!(error.kind, ReadErrorKind::Io(_)), "{error:?}");
        }
    }
}
