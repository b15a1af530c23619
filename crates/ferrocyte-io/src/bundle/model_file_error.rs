//! Why a model file could not be read.

use std::io;
use std::path::PathBuf;

use ferrocyte_core::ArrayError;

/// A model file that could not be read.
#[derive(Debug, thiserror::Error)]
#[error("cannot read the model `{}`", path.display())]
pub struct ModelFileError {
    /// The file.
    pub path: PathBuf,
    /// What is wrong with it.
    #[source]
    pub kind: ModelFileErrorKind,
}

/// What is wrong with a model file.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ModelFileErrorKind {
    /// The operating system cannot read it.
    #[error("reading failed")]
    Io(#[from] io::Error),
    /// It is something else.
    #[error("this is not a Ferrocyte model: {found}")]
    NotAModel {
        /// What it looks like, or lacks.
        found: String,
    },
    /// The end is missing.
    #[error("the file is cut off: expected {expected} bytes, found {found}; copy or download it again")]
    Truncated {
        /// Size that the header asks for, or the least that any model has.
        expected: u64,
        /// Size of the file.
        found: u64,
    },
    /// Bytes changed after it was written.
    #[error(
        "the file is damaged: expected SHA-256 {expected}, found {found}; copy or download it again, or train the \
         model anew"
    )]
    Checksum {
        /// The checksum that the file states.
        expected: String,
        /// The checksum of the bytes.
        found: String,
    },
    /// It was written by another generation of the program.
    #[error(
        "it has format version {found}, and this Ferrocyte reads version {supported}; {}",
        if *found > u64::from(*supported) { "install a newer Ferrocyte" } else { "train the model anew with this Ferrocyte" }
    )]
    Version {
        /// Version of the file.
        found: u64,
        /// Version that is read.
        supported: u32,
    },
    /// An array is not where or what it can be.
    #[error("array `{name}`: {found}")]
    Array {
        /// The array.
        name: String,
        /// What is wrong with it.
        found: String,
    },
    /// The arrays together are not those of a model.
    #[error(transparent)]
    Arrays(#[from] ArrayError),
    /// The description of the model is not one.
    #[error("the description of the model is not as version {supported} has it")]
    Header {
        /// Version that is read.
        supported: u32,
        /// Where it differs.
        #[source]
        source: serde_json::Error,
    },
}
