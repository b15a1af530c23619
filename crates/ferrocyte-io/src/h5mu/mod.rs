//! Reads `.h5mu`, the HDF5 files of MuData: one AnnData per modality in the group `mod`, and annotations of all cells
//! together beside it.

mod columns_of_both;
mod file;

pub use file::H5mu;
pub(crate) use file::is_h5mu;
