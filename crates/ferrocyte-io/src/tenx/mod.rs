//! Reads what Cell Ranger of 10x Genomics writes: folders and archives of a MatrixMarket file with the names of its
//! genes and cells, and HDF5 files, each of version 2 (one matrix per genome) and 3 (features of several types).
//!
//! Cells are named by barcode, genes by symbol; the ids are the column `gene_ids`. Only gene expression is kept, and
//! what is left out is said.

mod features;
mod find;
mod h5;
mod kept_genes;
mod mtx;
mod place;
mod selection;
mod tar;

pub use h5::TenxH5;
pub use mtx::TenxMtx;
pub(crate) use tar::is_header as is_tar;
