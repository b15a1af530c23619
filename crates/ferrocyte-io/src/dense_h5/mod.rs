//! Reads HDF5 files that people write for neural networks: a dense matrix `X`, labels `Y`, and sometimes names.

mod file;

pub use file::DenseH5;
pub(crate) use file::is_dense_h5;
