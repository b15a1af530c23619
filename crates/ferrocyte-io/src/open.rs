//! From a path to an open file.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use crate::cell_file::CellFile;
use crate::h5ad::H5ad;
use crate::h5ad::signature::{LOOK_AT, Signature};
use crate::matrix_market::{BANNER, Decoded};
use crate::numpy::NumpyFile;
use crate::open_options::OpenOptions;
use crate::read_error::{ReadError, ReadErrorKind};
use crate::tenx::{TenxH5, TenxMtx, is_tar};
use crate::text_table::{self, TextTable};

/// Opens a file or folder of cells.
///
/// # Errors
/// When the file cannot be read or is in no known format; the error says what it looks like.
pub fn open(path: impl AsRef<Path>) -> Result<Box<dyn CellFile>, ReadError> {
    open_with(path, &OpenOptions::default())
}

/// As [`open`], with what the file cannot say of itself. Its content decides the format, not its name.
///
/// # Errors
/// As [`open`].
pub fn open_with(path: impl AsRef<Path>, options: &OpenOptions) -> Result<Box<dyn CellFile>, ReadError> {
    let path = path.as_ref();
    let genome = options.genome.as_deref();
    if path.is_dir() {
        return Ok(Box::new(TenxMtx::open_folder(path, genome)?));
    }
    let head = head(path).map_err(|error| ReadError::new(path, ReadErrorKind::Io(error)))?;
    if Signature::of(&head) == Signature::Hdf5 {
        return Ok(if TenxH5::is_one(path)? {
            Box::new(TenxH5::open(path, genome)?)
        } else {
            Box::new(H5ad::open(path)?)
        });
    }
    if NumpyFile::recognises(path) {
        return Ok(Box::new(NumpyFile::open_with(path, &options.dict_keys)?));
    }
    let decoded = decoded_head(&head);
    if decoded.get(..BANNER.len()).is_some_and(|banner| banner.eq_ignore_ascii_case(BANNER)) {
        return Ok(Box::new(TenxMtx::open_file(path)?));
    }
    if is_tar(&decoded) {
        return Ok(Box::new(TenxMtx::open_archive(path, genome)?));
    }
    if text_table::is_text_table(&head) {
        return Ok(Box::new(TextTable::open(path, options.genes_of_tables())?));
    }
    Ok(Box::new(H5ad::open(path)?))
}

fn head(path: &Path) -> io::Result<Vec<u8>> {
    let mut head = Vec::with_capacity(LOOK_AT);
    File::open(path)?.take(LOOK_AT as u64).read_to_end(&mut head)?;
    Ok(head)
}

/// The first bytes of what gzip holds, or of the file as it is; what was cut or is damaged is left out.
fn decoded_head(head: &[u8]) -> Vec<u8> {
    let mut decoded = Vec::new();
    if let Ok(reader) = Decoded::new(head, head.len() as u64) {
        // An error is the end of what was looked at; what came before it has been kept.
        let _ = reader.take(LOOK_AT as u64).read_to_end(&mut decoded);
    }
    decoded
}
