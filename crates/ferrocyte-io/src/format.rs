//! The formats that can be read.

use std::fmt;
use std::str::FromStr;

/// A format of files of cells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Format {
    /// HDF5 of AnnData.
    H5ad,
    /// HDF5 of MuData: one AnnData per modality.
    H5mu,
    /// HDF5 of loom: genes × cells.
    Loom,
    /// HDF5 with a dense matrix `X`, and names and labels beside it.
    DenseH5,
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
}

impl Format {
    /// Every format, in the order in which they are listed.
    pub const ALL: &'static [Self] = &[
        Self::H5ad,
        Self::H5mu,
        Self::Loom,
        Self::DenseH5,
        Self::TenxMtx,
        Self::TenxH5,
        Self::MatrixMarket,
        Self::Npy,
        Self::Npz,
        Self::TextTable,
    ];

    /// The name, as users write it.
    pub fn name(self) -> &'static str {
        match self {
            Self::H5ad => "h5ad",
            Self::H5mu => "h5mu",
            Self::Loom => "loom",
            Self::DenseH5 => "dense-h5",
            Self::TenxMtx => "10x-mtx",
            Self::TenxH5 => "10x-h5",
            Self::MatrixMarket => "mtx",
            Self::Npy => "npy",
            Self::Npz => "npz",
            Self::TextTable => "text-table",
        }
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A text that names no format.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("expected the name of a format ({}), found `{found}`", names())]
pub struct FormatError {
    found: String,
}

fn names() -> String {
    let names: Vec<String> = Format::ALL.iter().map(|format| format!("`{format}`")).collect();
    names.join(", ")
}

impl FromStr for Format {
    type Err = FormatError;

    /// Takes the [`name`](Format::name).
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let found = Self::ALL.iter().find(|format| format.name() == text);
        found.copied().ok_or_else(|| FormatError { found: text.to_owned() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_parsed() {
        for format in Format::ALL {
            assert_eq!(format.name().parse(), Ok(*format));
        }
        let error = "xlsx".parse::<Format>().unwrap_err().to_string();
        assert!(
            error.starts_with("expected the name of a format (`h5ad`, ") && error.ends_with("found `xlsx`")
        );
    }
}
