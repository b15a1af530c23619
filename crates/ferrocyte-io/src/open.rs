//! From a path to an open file.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use crate::cell_file::CellFile;
use crate::h5ad::H5ad;
use crate::open_options::OpenOptions;
use crate::read_error::ReadError;
use crate::text_table::{self, TextTable};

/// Opens a file of cells.
///
/// # Errors
/// When the file cannot be read or is in no known format; the error says what it looks like.
pub fn open(path: impl AsRef<Path>) -> Result<Box<dyn CellFile>, ReadError> {
    open_with(path, &OpenOptions::default())
}

/// Opens a file of cells of which the user says something.
///
/// # Errors
/// As [`open`].
pub fn open_with(path: impl AsRef<Path>, options: &OpenOptions) -> Result<Box<dyn CellFile>, ReadError> {
    let path = path.as_ref();
    if text_table::is_text_table(&head(path)) {
        return Ok(Box::new(TextTable::open(path, options.genes)?));
    }
    Ok(Box::new(H5ad::open(path)?))
}

/// The first bytes of a file. What cannot be read has none: the reader that is tried then says why.
fn head(path: &Path) -> Vec<u8> {
    const LOOK_AT: u64 = 4096;
    let mut head = Vec::new();
    if let Ok(file) = File::open(path) {
        // A folder can be opened and not read.
        let _ = file.take(LOOK_AT).read_to_end(&mut head);
    }
    head
}
