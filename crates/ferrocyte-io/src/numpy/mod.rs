//! Files of `NumPy`: `.npy` and `.npz`.
//!
//! Four kinds of file hold a matrix of cells:
//! - `.npy` with one array of two dimensions: numbers, without names;
//! - `.npy` with one pickled dict of a matrix and of what its cells and genes are called ([`DictKeys`]); the pickle
//!   is read by [`pickle`](crate::pickle), which runs nothing;
//! - `.npz` of `scipy.sparse.save_npz`: a matrix without names;
//! - `.npz` of arrays: a matrix and arrays that say what its cells and genes are.
//!
//! Rows are cells unless the lengths of the names say otherwise. The first kind is read some cells at a time; the others are
//! read whole.

mod array;
mod assemble;
mod cell_rows;
mod dense_in_file;
mod dict_keys;
mod element;
mod file;
mod header;
mod npy;
mod npz;
mod orientation;
mod parts;
mod pickled;
mod stored_matrix;
mod zip;

pub use dict_keys::DictKeys;
pub use file::NumpyFile;
pub(crate) use orientation::is_turned;

use crate::read_error::ReadErrorKind;

type Outcome<T> = Result<T, ReadErrorKind>;

fn unexpected(object: &str, expected: impl Into<String>, found: impl Into<String>) -> ReadErrorKind {
    ReadErrorKind::Unexpected { object: object.to_owned(), expected: expected.into(), found: found.into() }
}
