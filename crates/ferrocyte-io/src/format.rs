//! The formats that can be read.

use std::fmt;

/// A format of files of cells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Format {
    /// HDF5 of AnnData.
    H5ad,
    /// A table of text: `.csv`, `.tsv`.
    TextTable,
}

impl Format {
    /// The name, as users write it.
    pub fn name(self) -> &'static str {
        match self {
            Self::H5ad => "h5ad",
            Self::TextTable => "text table",
        }
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
