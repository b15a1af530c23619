//! Reads `.h5ad`, the HDF5 files of AnnData, as written by every anndata since 0.5.

pub(crate) mod array_columns;
mod column_reader;
pub(crate) mod columns;
pub(crate) mod container;
mod csc;
mod csr;
mod dense;
mod file;
mod filters;
mod forward_reader;
pub(crate) mod matrix;
pub(crate) mod number;
pub(crate) mod signature;
mod source;
mod table;
pub(crate) mod text;
mod turned;

pub use file::H5ad;
pub use source::H5adSource;
