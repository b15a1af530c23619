//! From a path to an open file.

use std::path::Path;

use crate::cell_file::CellFile;
use crate::h5ad::H5ad;
use crate::read_error::ReadError;

/// Opens a file of cells.
///
/// # Errors
/// When the file cannot be read or is in no known format; the error says what it looks like.
pub fn open(path: impl AsRef<Path>) -> Result<Box<dyn CellFile>, ReadError> {
    Ok(Box::new(H5ad::open(path)?))
}
