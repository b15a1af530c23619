//! From a matrix in a file to rows of cells.

use std::sync::Arc;

use super::array::Array;
use super::cell_rows::CellRows;
use super::dense_in_file::DenseInFile;
use super::{Outcome, unexpected};
use crate::matrix::Storage;
use crate::read_error::ReadErrorKind;
use crate::rows::RawRows;

/// A matrix as a file holds it, either way round.
#[derive(Debug)]
pub(super) enum StoredMatrix<'a> {
    InFile(DenseInFile),
    Dense(Dense<'a>),
    Sparse(Sparse<'a>),
}

/// Every value.
#[derive(Debug)]
pub(super) struct Dense<'a> {
    pub(super) shape: (usize, usize),
    pub(super) array: Array<'a>,
}

/// Some values, and where they are.
#[derive(Debug)]
pub(super) struct Sparse<'a> {
    pub(super) shape: (usize, usize),
    pub(super) data: Array<'a>,
    pub(super) arrays: SparseArrays<'a>,
}

/// Where the values of a sparse matrix are.
#[derive(Debug)]
pub(super) enum SparseArrays<'a> {
    Compressed { by_rows: bool, indices: Array<'a>, starts: Array<'a> },
    Triples { row: Array<'a>, column: Array<'a> },
}

impl StoredMatrix<'_> {
    pub(super) fn shape(&self) -> (usize, usize) {
        match self {
            Self::InFile(array) => array.shape,
            Self::Dense(dense) => dense.shape,
            Self::Sparse(sparse) => sparse.shape,
        }
    }

    /// How it is stored, as seen from the cells.
    pub(super) fn storage(&self, turned: bool) -> Storage {
        match self {
            Self::InFile(_) | Self::Dense(_) => Storage::Dense,
            Self::Sparse(Sparse { arrays: SparseArrays::Compressed { by_rows, .. }, .. })
                if *by_rows == turned =>
            {
                Storage::Csc
            }
            Self::Sparse(_) => Storage::Csr,
        }
    }

    /// NumPy's name of the stored type.
    pub(super) fn dtype(&self) -> String {
        let array = match self {
            Self::InFile(array) => return array.number.to_string(),
            Self::Dense(dense) => &dense.array,
            Self::Sparse(sparse) => &sparse.data,
        };
        array.number().map_or_else(|| "object".to_owned(), |number| number.to_string())
    }

    /// Checks every index and gives rows of cells.
    pub(super) fn into_rows(self, object: &str, turned: bool) -> Outcome<CellRows> {
        let rows = match self {
            Self::InFile(array) => return Ok(CellRows::InFile { array, turned }),
            Self::Dense(dense) => dense.into_rows(object, turned)?,
            Self::Sparse(sparse) => sparse.into_rows(object, turned)?,
        };
        Ok(CellRows::InMemory(Arc::new(rows)))
    }
}

/// Cells and genes of a matrix of this shape.
fn cells_and_genes((rows, columns): (usize, usize), turned: bool) -> (usize, usize) {
    if turned { (columns, rows) } else { (rows, columns) }
}

impl Dense<'_> {
    fn into_rows(self, object: &str, turned: bool) -> Outcome<RawRows> {
        let (n_cells, n_genes) = cells_and_genes(self.shape, turned);
        let by_cells = self.array.fortran == turned;
        let value = self.array.numbers(object)?;
        Ok(if by_cells {
            rows_of_dense(&value, n_cells, n_genes)
        } else {
            rows_of_columns(&value, n_cells, n_genes)
        })
    }
}

impl Sparse<'_> {
    fn into_rows(self, object: &str, turned: bool) -> Outcome<RawRows> {
        let (n_cells, n_genes) = cells_and_genes(self.shape, turned);
        let Self { data, arrays, .. } = self;
        let value: Vec<f32> = data.numbers(&format!("{object}/data"))?;
        match arrays {
            SparseArrays::Compressed { by_rows, indices, starts } => {
                let by_cells = by_rows != turned;
                let (major, minor, axis) =
                    if by_cells { (n_cells, n_genes, "gene") } else { (n_genes, n_cells, "cell") };
                let starts = checked_starts(object, &starts, major, value.len())?;
                let stored = starts.last().copied().unwrap_or(0);
                let index =
                    checked_indices(&format!("{object}/indices"), &indices, axis, minor, value.len())?;
                if by_cells {
                    let (mut gene, mut value) = (index, value);
                    gene.truncate(stored);
                    value.truncate(stored);
                    return Ok(RawRows { row_ptr: starts, gene, value });
                }
                let genes = (0..n_genes as u32)
                    .zip(starts.windows(2))
                    .flat_map(|(gene, window)| std::iter::repeat_n(gene, window[1] - window[0]));
                Ok(rows_of_triples(n_cells, &index[..stored], genes, &value))
            }
            SparseArrays::Triples { row, column } => {
                let (cell, gene) = if turned { (column, row) } else { (row, column) };
                let n = value.len();
                let cell = checked_indices(&format!("{object}, cells"), &cell, "cell", n_cells, n)?;
                let gene = checked_indices(&format!("{object}, genes"), &gene, "gene", n_genes, n)?;
                Ok(rows_of_triples(n_cells, &cell, gene.iter().copied(), &value))
            }
        }
    }
}

fn checked_starts(object: &str, starts: &Array, major: usize, n_values: usize) -> Outcome<Vec<usize>> {
    let name = format!("{object}/indptr");
    let starts: Vec<u64> = starts.numbers(&name)?;
    let length = |expected: usize, meaning, found: u64| ReadErrorKind::Length {
        array: name.clone(),
        expected: expected as u64,
        meaning,
        found,
    };
    if Some(starts.len()) != major.checked_add(1) {
        return Err(length(major.saturating_add(1), "one more than rows", starts.len() as u64));
    }
    let rising = starts.first() == Some(&0) && starts.is_sorted();
    if !rising {
        return Err(unexpected(&name, "0, then numbers that never fall", "something else"));
    }
    match starts.last() {
        Some(&last) if last > n_values as u64 => Err(length(n_values, "as many as there are values", last)),
        _ => Ok(starts.into_iter().map(|start| start as usize).collect()),
    }
}

fn checked_indices(
    name: &str,
    indices: &Array,
    axis: &'static str,
    limit: usize,
    n_values: usize,
) -> Outcome<Vec<u32>> {
    let index: Vec<u32> = indices.numbers(name)?;
    if index.len() != n_values {
        return Err(ReadErrorKind::Length {
            array: name.to_owned(),
            expected: n_values as u64,
            meaning: "one per value",
            found: index.len() as u64,
        });
    }
    match index.iter().position(|&index| index as usize >= limit) {
        None => Ok(index),
        Some(position) => Err(ReadErrorKind::Index {
            array: name.to_owned(),
            position: position as u64,
            axis,
            limit: limit as u64,
            found: indices.numbers::<i64>(name)?[position],
        }),
    }
}

/// Cell after cell, every gene.
fn rows_of_dense(values: &[f32], n_cells: usize, n_genes: usize) -> RawRows {
    let mut rows = RawRows { row_ptr: vec![0], ..RawRows::default() };
    for cell in 0..n_cells {
        let cell = &values[cell * n_genes..(cell + 1) * n_genes];
        for (gene, &value) in (0..n_genes as u32).zip(cell) {
            if value != 0.0 {
                rows.gene.push(gene);
                rows.value.push(value);
            }
        }
        rows.row_ptr.push(rows.gene.len());
    }
    rows
}

/// Gene after gene, every cell.
fn rows_of_columns(values: &[f32], n_cells: usize, n_genes: usize) -> RawRows {
    let stored = || {
        let genes = (0..n_genes as u32).flat_map(|gene| (0..n_cells as u32).map(move |cell| (cell, gene)));
        genes.zip(values).filter(|(_, value)| **value != 0.0)
    };
    let cells: Vec<u32> = stored().map(|((cell, _), _)| cell).collect();
    let kept: Vec<f32> = stored().map(|(_, &value)| value).collect();
    rows_of_triples(n_cells, &cells, stored().map(|((_, gene), _)| gene), &kept)
}

/// Values in any order of cells; within a cell the order is kept.
fn rows_of_triples(n_cells: usize, cell: &[u32], gene: impl Iterator<Item = u32>, value: &[f32]) -> RawRows {
    let mut row_ptr = vec![0; n_cells + 1];
    for &cell in cell {
        row_ptr[cell as usize + 1] += 1;
    }
    for cell in 0..n_cells {
        row_ptr[cell + 1] += row_ptr[cell];
    }
    let mut next = row_ptr.clone();
    let mut rows = RawRows { row_ptr, gene: vec![0; cell.len()], value: vec![0.0; cell.len()] };
    for ((&cell, gene), &value) in cell.iter().zip(gene).zip(value) {
        let place = &mut next[cell as usize];
        rows.gene[*place] = gene;
        rows.value[*place] = value;
        *place += 1;
    }
    rows
}
