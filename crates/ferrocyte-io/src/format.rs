//! The formats that can be read.

use std::fmt;

/// A format of files of cells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Format {
    /// HDF5 of AnnData.
    H5ad,
    /// Folder or archive of Cell Ranger: matrix, features (or genes) and barcodes.
    TenxMtx,
    /// HDF5 of Cell Ranger.
    TenxH5,
    /// MatrixMarket file with the names of genes and cells beside it.
    MatrixMarket,
    /// One array of NumPy, or one pickled dict of arrays.
    Npy,
    /// A zip archive of NumPy arrays.
    Npz,
    /// A table of text: `.csv`, `.tsv`.
    TextTable,
    /// AnnData in a zarr store, a folder or a zip archive.
    Zarr,
}

impl Format {
    /// The name, as users write it.
    pub fn name(self) -> &'static str {
        match self {
            Self::H5ad => "h5ad",
            Self::TenxMtx => "10x-mtx",
            Self::TenxH5 => "10x-h5",
            Self::MatrixMarket => "mtx",
            Self::Npy => "npy",
            Self::Npz => "npz",
            Self::TextTable => "text table",
            Self::Zarr => "zarr",
        }
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
