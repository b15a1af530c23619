//! Why a query cannot be annotated.

use std::any::Any;
use std::io;
use std::path::PathBuf;

use crate::write::ObsColumnError;

/// Why an annotated copy of a query could not be made.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AnnotateError {
    /// The query cannot be opened.
    #[error("cannot read the query `{}`", query.display())]
    Query {
        /// The query.
        query: PathBuf,
        /// What the operating system said.
        #[source]
        source: io::Error,
    },
    /// The query is not a sound HDF5 file.
    #[error("the query is not a readable HDF5 file")]
    Unreadable(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The query is HDF5, but not `.h5ad`.
    #[error(
        "the query has no `obs`, so it is not an `.h5ad` file; write the labels to a `.csv` file instead"
    )]
    NoObs,
    /// The query was written before `anndata` 0.7.
    #[error(
        "`obs` of the query is a compound table, as `anndata` before 0.7 wrote it; read and write the file once \
         with a newer `anndata`, or write the labels to a `.csv` file"
    )]
    CompoundObs,
    /// `obs` is not a data frame.
    #[error("`obs` of the query is not a data frame: {found}")]
    ObsLayout {
        /// What it is.
        found: String,
    },
    /// A column does not fit.
    #[error(transparent)]
    Column(#[from] ObsColumnError),
    /// The copy could not be edited.
    #[error("the copy could not be edited")]
    Edit(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The copy was edited, but is not what it should be.
    #[error("the edited copy failed its check: {found}; nothing was written")]
    Check {
        /// What is wrong with it.
        found: String,
    },
}

impl AnnotateError {
    pub(super) fn unreadable(source: hdf5_reader::error::Error) -> Self {
        Self::Unreadable(Box::new(source))
    }

    /// A panic of the writing library, as an error.
    pub(super) fn panicked(panic: &(dyn Any + Send)) -> Self {
        let message = panic
            .downcast_ref::<String>()
            .map(String::as_str)
            .or_else(|| panic.downcast_ref::<&str>().copied())
            .unwrap_or("no message");
        Self::Edit(format!("the HDF5 writer panicked: {message}").into())
    }
}

impl From<rust_hdf5::Hdf5Error> for AnnotateError {
    fn from(error: rust_hdf5::Hdf5Error) -> Self {
        Self::Edit(error.into())
    }
}
