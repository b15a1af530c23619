//! The only crate of Ferrocyte that opens a file.
//!
//! [`h5ad::H5ad`] reads `.h5ad`: the annotations of cells and genes, and any of its matrices as a
//! [`BlockSource`](ferrocyte_core::BlockSource). Everything in a file is checked before it is believed; what is
//! wrong with it comes back as a [`ReadError`] that says what was expected, what was found, and where.
//!
//! [`mod@write`] puts results into files, whole or not at all; [`bundle`] writes and reads model files.

pub mod bundle;
pub mod h5ad;
pub mod hash;
mod read_error;
pub mod write;

pub use read_error::{InvalidValue, ReadError, ReadErrorKind};
