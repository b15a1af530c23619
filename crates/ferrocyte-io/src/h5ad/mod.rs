//! Reads `.h5ad`, the HDF5 files of AnnData, as written by every anndata since 0.5.

mod column_reader;
mod columns;
mod container;
mod csc;
mod csr;
mod dense;
mod file;
mod filters;
mod forward_reader;
mod matrix;
mod number;
pub(crate) mod signature;
mod source;
mod table;
mod text;

pub use file::H5ad;
pub use source::H5adSource;
