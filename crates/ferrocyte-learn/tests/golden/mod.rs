//! Reads the golden files as plainly as possible; panics are fine here.

pub(crate) mod npz;

use std::io::Read as _;
use std::path::PathBuf;

/// The folder of real data, or `None` (said aloud) where there is none.
pub(crate) fn data_folder() -> Option<PathBuf> {
    let folder = std::env::var_os("FERROCYTE_DATA").map(PathBuf::from);
    if folder.is_none() {
        eprintln!("skipped: FERROCYTE_DATA is not set");
    }
    folder
}

/// The text of a `.gz` file.
pub(crate) fn gunzip(path: PathBuf) -> String {
    let mut text = String::new();
    flate2::read::GzDecoder::new(std::fs::File::open(path).unwrap()).read_to_string(&mut text).unwrap();
    text
}
