//! Why a result could not be written.

use std::io;
use std::path::{Path, PathBuf};

use ferrocyte_core::SourceError;

use super::{AnnotateError, AnnotationsError, LabelTableError};
use crate::bundle::ModelFileErrorKind;

/// A file that could not be written. What stood there before still does.
#[derive(Debug, thiserror::Error)]
#[error("cannot write `{}`", path.display())]
pub struct WriteError {
    /// The file that was to be written.
    pub path: PathBuf,
    /// What stood in the way.
    #[source]
    pub kind: WriteErrorKind,
}

/// What stood in the way of a file.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum WriteErrorKind {
    /// The path ends in `..` or is empty.
    #[error("the path has no file name; name a file")]
    NoFileName,
    /// The folder is not there.
    #[error("the folder `{}` does not exist; create it first, or write to another folder", folder.display())]
    NoFolder {
        /// The folder.
        folder: PathBuf,
    },
    /// Something else than a file has the name: a folder, a pipe, a device.
    #[error("there is something of this name that is not a file; choose another name")]
    NotAFile,
    /// The file that stands there is marked read-only.
    #[error("the file that stands there is marked read-only; make it writable, or choose another name")]
    ReadOnly,
    /// The folder does not let us write.
    #[error("no permission to write in this folder; change its permissions, or write to another folder")]
    Permission(#[source] io::Error),
    /// The disk or the quota is full.
    #[error("the disk is full; free some space, or write to another disk")]
    DiskFull(#[source] io::Error),
    /// Anything else that the operating system says.
    #[error("writing failed")]
    Io(#[source] io::Error),
    /// The result does not form an annotated copy of the query.
    #[error(transparent)]
    Annotate(#[from] AnnotateError),
    /// What was to be written would not read back as a model.
    #[error("this model cannot be kept in a file")]
    Model(#[source] ModelFileErrorKind),
    /// The annotations of the cells or genes cannot be written.
    #[error(transparent)]
    Annotations(#[from] AnnotationsError),
    /// Something that is not a folder has the name.
    #[error("there is something of this name that is not a folder; choose another name")]
    NotAFolder,
    /// A folder stands there that Ferrocyte did not write.
    #[error("there is a folder of this name with other data in it; remove it, or choose another name")]
    NotOurs,
    /// The old folder cannot be replaced in one step.
    #[error(
        "this disk cannot replace a folder in one step; remove the old one first, or choose another name"
    )]
    CannotSwap,
    /// Not the cells or genes that were announced.
    #[error(
        "expected {} cells of {} genes, found {} of {}", expected.0, expected.1, found.0, found.1
    )]
    Shape {
        /// Cells and genes announced.
        expected: (usize, usize),
        /// Cells and genes that came.
        found: (usize, usize),
    },
    /// More genes than an index of SciPy can count.
    #[error("expected fewer than 2147483648 genes, found {found}")]
    TooManyGenes {
        /// Number of genes.
        found: usize,
    },
    /// A text beyond what zarr can hold.
    #[error("expected texts of at most 4 GiB, found one of {bytes} bytes")]
    LongText {
        /// Its length.
        bytes: usize,
    },
    /// The cells could not be read while they were written.
    #[error("the cells cannot be read")]
    Cells(#[source] SourceError),
    /// The HDF5 writer failed.
    #[error("the HDF5 writer failed")]
    Hdf5(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// What was written does not read back.
    #[error("the finished file failed its check; nothing was written")]
    Unreadable(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The result does not form a table.
    #[error(transparent)]
    LabelTable(#[from] LabelTableError),
}

impl WriteErrorKind {
    /// Adds the path.
    pub fn at(self, path: &Path) -> WriteError {
        WriteError { path: path.to_owned(), kind: self }
    }
}

impl From<io::Error> for WriteErrorKind {
    fn from(error: io::Error) -> Self {
        use io::ErrorKind;
        match error.kind() {
            ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem => Self::Permission(error),
            ErrorKind::StorageFull | ErrorKind::QuotaExceeded => Self::DiskFull(error),
            _ => Self::Io(error),
        }
    }
}
