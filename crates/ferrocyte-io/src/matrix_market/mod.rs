//! Reads MatrixMarket coordinate files (`.mtx`, plain or gzip): the format of Cell Ranger's count folders.
//!
//! The format: <https://math.nist.gov/MatrixMarket/formats.html>.

mod decoded;
mod entries;
mod header;
mod lines;
mod sparse_rows;

pub(crate) use decoded::Decoded;
pub(crate) use entries::{Axes, read_entries};
pub(crate) use header::{BANNER, Header};
pub(crate) use lines::{LineError, Lines};
pub(crate) use sparse_rows::{SparseRows, SparseRowsSource};
