//! From a path to an open file.

use std::path::Path;

use crate::cell_file::CellFile;
use crate::h5ad::H5ad;
use crate::numpy::NumpyFile;
use crate::open_options::OpenOptions;
use crate::read_error::ReadError;

/// Opens a file of cells.
///
/// # Errors
/// When the file cannot be read or is in no known format; the error says what it looks like.
pub fn open(path: impl AsRef<Path>) -> Result<Box<dyn CellFile>, ReadError> {
    open_with(path, &OpenOptions::default())
}

/// As [`open`], with what the file cannot say of itself.
///
/// # Errors
/// As [`open`].
pub fn open_with(path: impl AsRef<Path>, options: &OpenOptions) -> Result<Box<dyn CellFile>, ReadError> {
    let path = path.as_ref();
    if NumpyFile::recognises(path) {
        return Ok(Box::new(NumpyFile::open_with(path, &options.dict_keys)?));
    }
    Ok(Box::new(H5ad::open(path)?))
}
