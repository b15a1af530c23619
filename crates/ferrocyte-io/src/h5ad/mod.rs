//! Reads `.h5ad`, the HDF5 files of AnnData, as written by every anndata since 0.5.

mod categorical;
mod column;
mod column_reader;
mod container;
mod csc;
mod csr;
mod dense;
mod file;
mod filters;
mod forward_reader;
mod frame;
mod matrix;
mod matrix_path;
mod number;
mod rows;
mod signature;
mod source;
mod table;
mod text;

pub use categorical::Categorical;
pub use column::Column;
pub use file::H5ad;
pub use frame::Frame;
pub use matrix::{MatrixInfo, Storage};
pub use matrix_path::{MatrixPath, MatrixPathError};
pub use source::H5adSource;
