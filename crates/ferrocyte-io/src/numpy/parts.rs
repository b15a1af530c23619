//! What a file of arrays holds, before it is known what is what.

use super::array::Array;
use super::stored_matrix::{Dense, Sparse, StoredMatrix};
use super::{Outcome, unexpected};

/// An array, or several that are one sparse matrix.
#[derive(Debug)]
pub(super) enum Value<'a> {
    Array(Array<'a>),
    Sparse(Box<Sparse<'a>>),
}

impl<'a> Value<'a> {
    /// A matrix of numbers.
    pub(super) fn into_matrix(self, object: &str) -> Outcome<StoredMatrix<'a>> {
        match self {
            Self::Sparse(sparse) => Ok(StoredMatrix::Sparse(*sparse)),
            Self::Array(array) => match (array.shape.as_slice(), array.number()) {
                (&[rows, columns], Some(_)) => {
                    Ok(StoredMatrix::Dense(Dense { shape: (rows, columns), array }))
                }
                _ => Err(unexpected(object, "a matrix of numbers in two dimensions", array.describe())),
            },
        }
    }

    /// One value per cell or gene.
    pub(super) fn into_names(self, object: &str) -> Outcome<Array<'a>> {
        match self {
            Self::Array(array) if n_values(&array).is_some() => Ok(array),
            Self::Array(array) => Err(unexpected(object, "values in one dimension", array.describe())),
            Self::Sparse(_) => Err(unexpected(object, "values in one dimension", "a sparse matrix")),
        }
    }
}

/// How many values an array of one dimension holds; also one of a single row or column.
pub(super) fn n_values(array: &Array) -> Option<usize> {
    match array.shape.as_slice() {
        &[n] | &[n, 1] | &[1, n] => Some(n),
        _ => None,
    }
}

/// A matrix, and what is said of its rows and columns; each with its name in the file.
#[derive(Debug)]
pub(super) struct Parts<'a> {
    pub(super) matrix: (String, StoredMatrix<'a>),
    pub(super) labels: Option<(String, Array<'a>)>,
    pub(super) genes: Option<(String, Array<'a>)>,
    pub(super) cells: Option<(String, Array<'a>)>,
    pub(super) others: Vec<(String, Array<'a>)>,
    pub(super) notes: Vec<String>,
}
