//! Why cells cannot be kept, or got back.

use std::io;
use std::path::PathBuf;

/// Why cells cannot be kept in a temporary file, or read from it again.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CellStoreError {
    /// The file cannot be made.
    #[error(
        "the cells do not fit into the memory they may take, and cannot be kept in `{}`; name another folder with --cache",
        folder.display()
    )]
    Create {
        /// The folder.
        folder: PathBuf,
        /// What the operating system said.
        #[source]
        source: io::Error,
    },
    /// The disk is full.
    #[error(
        "no room is left in `{}`: the cells take about {needed} bytes there, and {written} could be written; make room, or \
         name another folder with --cache",
        folder.display()
    )]
    Full {
        /// The folder.
        folder: PathBuf,
        /// Bytes of all cells, as far as the cells so far tell.
        needed: u64,
        /// Bytes that were written.
        written: u64,
    },
    /// The file cannot be written.
    #[error("the cells cannot be kept in `{}`; name another folder with --cache", folder.display())]
    Write {
        /// The folder.
        folder: PathBuf,
        /// What the operating system said.
        #[source]
        source: io::Error,
    },
    /// Cells cannot be read.
    #[error("cells {first} to {last} cannot be read from the temporary file in `{}`", folder.display())]
    Read {
        /// The folder.
        folder: PathBuf,
        /// The first of the cells, as they were written.
        first: usize,
        /// The last.
        last: usize,
        /// What the operating system said.
        #[source]
        source: io::Error,
    },
    /// What was read is not what was written.
    #[error(
        "cells {first} to {last} of the temporary file in `{}` are not what was written there: the disk or the memory of \
         this machine is at fault",
        folder.display()
    )]
    Damaged {
        /// The folder.
        folder: PathBuf,
        /// The first of the cells, as they were written.
        first: usize,
        /// The last.
        last: usize,
    },
}

/// Says of a failed write whether the disk was full.
pub(super) fn writing(folder: PathBuf, source: io::Error, written: u64, needed: u64) -> CellStoreError {
    match source.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded | io::ErrorKind::FileTooLarge => {
            CellStoreError::Full { folder, needed: needed.max(written), written }
        }
        _ => CellStoreError::Write { folder, source },
    }
}
