//! Results into files: tables of labels, and annotated copies of `.h5ad` files.
//!
//! Everything is written beside its target, brought to the disk, and renamed: an interrupted run leaves the old
//! file or none ([`AtomicFile`]).

mod atomic;
mod h5ad;
mod label_table;
mod leftover;
mod obs_column;
mod write_error;

pub use atomic::{AtomicFile, replace_file};
pub use h5ad::{AnnotateError, AnnotatedCopy};
pub use label_table::{LabelTable, LabelTableError};
pub use obs_column::{ObsColumn, ObsColumnError};
pub use write_error::{WriteError, WriteErrorKind};
