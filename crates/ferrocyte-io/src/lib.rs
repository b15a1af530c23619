//! The only crate of Ferrocyte that opens a file.
//!
//! [`open()`] makes a [`CellFile`] of a path: the annotations of cells and genes, and any of its matrices as a
//! [`BlockSource`](ferrocyte_core::BlockSource). Everything in a file is checked before it is believed; what is
//! wrong with it comes back as a [`ReadError`] that says what was expected, what was found, and where.
//!
//! [`mod@write`] puts results into files, whole or not at all; [`bundle`] writes and reads model files.

mod anndata;
pub mod bundle;
mod cell_file;
pub mod cell_store;
pub mod dense_h5;
mod format;
pub mod frame;
pub mod gene_table;
pub mod h5ad;
pub mod h5mu;
pub mod hash;
mod known_names;
pub mod loom;
mod matrix;
mod matrix_market;
mod matrix_path;
mod memory_limit;
pub mod numpy;
pub mod obo;
mod open;
mod open_options;
pub mod orientation;
pub mod pickle;
mod positional;
mod read_error;
mod row_group;
mod rows;
mod spill;
mod temporary_file;
pub mod tenx;
pub mod text_table;
pub mod write;
pub mod zarr;

pub use cell_file::CellFile;
pub use format::{Format, FormatError};
pub use matrix::{MatrixInfo, Storage};
pub use matrix_path::{MatrixPath, MatrixPathError};
pub use numpy::DictKeys;
pub use open::{open, open_with};
pub use open_options::OpenOptions;
pub use orientation::Orientation;
pub use read_error::{InvalidValue, ReadError, ReadErrorKind};
pub use spill::Spill;
