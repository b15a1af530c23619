//! The encodings of AnnData, whatever file they stand in: HDF5 or zarr.
//!
//! [`Tree`] is what such a file has to offer: groups and arrays with attributes. What they mean is known here.

mod column_reader;
mod columns;
mod csc;
mod csr;
mod dense;
mod file;
mod forward_reader;
pub(crate) mod matrix;
mod row_pointers;
mod source;
mod table;
mod tree;

pub(crate) use column_reader::{Elements, column_of_numbers, values as column_values};
pub(crate) use columns::open_frame;
pub(crate) use file::AnnData;
pub use source::MatrixSource;
pub(crate) use source::Rows;
#[cfg(feature = "zarr")]
pub(crate) use tree::Node;
pub(crate) use tree::{Object, Tree, dimensions};
