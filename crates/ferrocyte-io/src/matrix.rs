//! What a file says of a matrix before any value is read.

use std::fmt;

use crate::matrix_path::MatrixPath;

/// How a matrix is stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Storage {
    /// Compressed rows: cell by cell.
    Csr,
    /// Compressed columns: gene by gene.
    Csc,
    /// Row, column and value of each entry.
    Coordinates,
    /// Every value.
    Dense,
}

impl fmt::Display for Storage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Csr => "CSR",
            Self::Csc => "CSC",
            Self::Coordinates => "coordinates",
            Self::Dense => "dense",
        })
    }
}

/// What a file says of a matrix, before any value is read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MatrixInfo {
    /// Which matrix.
    pub path: MatrixPath,
    /// Rows.
    pub n_cells: u64,
    /// Columns.
    pub n_genes: u64,
    /// How it is stored.
    pub storage: Storage,
    /// NumPy's name of the stored type: `float32`, `int64`, ...
    pub dtype: String,
    /// Number of stored values, which may include zeros; `None` for a dense matrix.
    pub n_non_zeros: Option<u64>,
}
