//! Results into files: tables of labels, annotated copies of `.h5ad` files, and new files of cells.
//!
//! Everything is written beside its target, brought to the disk, and renamed: an interrupted run leaves the old
//! file or none ([`AtomicFile`]).

mod anndata;
mod annotations;
mod atomic;
mod atomic_folder;
mod cell_column;
mod cell_writer;
mod chunks;
mod h5ad;
mod label_table;
pub(crate) mod leftover;
mod obs_column;
mod tenx;
mod write_error;

pub use annotations::{Annotations, AnnotationsError};
pub use atomic::{AtomicFile, replace_file};
pub use cell_column::{CellColumn, CellColumnKind, CellIds, CellValues};
pub use cell_writer::{CellWriter, NewCells, NewFormat};
pub use h5ad::{AnnotateError, AnnotatedCopy, EarlyCopy};
pub use label_table::{LabelTable, LabelTableError};
pub use obs_column::{ObsColumn, ObsColumnError};
pub use write_error::{WriteError, WriteErrorKind};
