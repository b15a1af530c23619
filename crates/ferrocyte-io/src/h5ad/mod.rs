//! Reads `.h5ad`, the HDF5 files of AnnData, as written by every anndata since 0.5.

pub(crate) mod array_columns;
pub(crate) mod container;
mod file;
mod filters;
pub(crate) mod number;
pub(crate) mod signature;
mod table;
pub(crate) mod text;
mod tree;
pub(crate) mod turned;

pub(crate) use crate::anndata::matrix;

pub use crate::anndata::MatrixSource as H5adSource;
pub use file::H5ad;
