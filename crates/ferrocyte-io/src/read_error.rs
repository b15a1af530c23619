//! Why a file could not be read.

use std::path::{Path, PathBuf};

use ferrocyte_core::BlockError;

use crate::format::Format;
use crate::matrix_path::MatrixPath;
use crate::orientation::OrientationError;
use crate::pickle::PickleError;
use crate::text_table::TextError;

/// Where, then what: the path is added in this one place, the kinds never repeat it.
#[derive(Debug, thiserror::Error)]
#[error("cannot read `{}`", path.display())]
pub struct ReadError {
    /// The file.
    pub path: PathBuf,
    /// What is wrong with it.
    #[source]
    pub kind: ReadErrorKind,
}

/// A number with its thousands parted: `12,287`.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

impl ReadError {
    pub(crate) fn new(path: &Path, kind: ReadErrorKind) -> Self {
        Self { path: path.to_owned(), kind }
    }
}

/// What is wrong with a file. Objects inside it are named as in `X/data`; cells count from 0.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ReadErrorKind {
    /// The operating system refused.
    #[error("the file cannot be opened or read")]
    Io(#[from] std::io::Error),

    /// Some cells of a matrix cannot be read.
    #[error("cells {} to {} cannot be read", grouped(*.first), grouped(*.last))]
    Cells {
        /// The first of the cells that were read together.
        first: u64,
        /// The last of them.
        last: u64,
        /// Why not, with the name of the array.
        #[source]
        source: Box<ReadErrorKind>,
    },

    /// The first bytes are not those of HDF5.
    #[error("expected an HDF5 file (.h5ad), found {found}")]
    NotHdf5 {
        /// What the first bytes look like.
        found: &'static str,
    },

    /// The file ends before its own header says.
    #[error("the file is cut short: expected {expected} bytes, found {found}")]
    Truncated {
        /// Bytes that the header promises.
        expected: u64,
        /// Bytes there are.
        found: u64,
    },

    /// HDF5, but not AnnData.
    #[error("expected an AnnData file with `obs` and `var`, found HDF5 with {}", quoted(found))]
    NotAnnData {
        /// What stands at the root of the file, sorted.
        found: Vec<String>,
    },

    /// HDF5 of no known layout.
    #[error(
        "expected HDF5 of AnnData (`obs`, `var`), MuData (`mod`), Cell Ranger (`matrix`), loom (`matrix`, `row_attrs`, \
         `col_attrs`) or a dense matrix `X`, found HDF5 with {}",
        quoted(found)
    )]
    UnknownHdf5 {
        /// What stands at the root of the file, sorted.
        found: Vec<String>,
    },

    /// The file is not in the format that was asked for.
    #[error("it cannot be read as `{wanted}`: it looks like {looks_like}")]
    OtherFormat {
        /// The format asked for.
        wanted: Format,
        /// What the content looks like.
        looks_like: String,
        /// What the reader of that format says.
        #[source]
        source: Box<ReadErrorKind>,
    },

    /// More would be kept in memory than the file can honestly hold.
    #[error(
        "`{object}`: expected at most {most} bytes in memory (64 for each byte of the file, 128 MiB in any case), \
         found more; if the file is right, decompress it"
    )]
    TooLarge {
        /// What would be kept.
        object: String,
        /// Bytes allowed.
        most: u64,
    },

    /// No room is left on the disk for a matrix that has to be turned.
    #[error(
        "no room is left in `{}`: the matrix is stored gene by gene (CSC), and takes {needed} bytes there while it is read; \
         make room, or name another folder with TMPDIR",
        folder.display()
    )]
    NoRoom {
        /// The folder for temporary files.
        folder: PathBuf,
        /// Bytes of the whole matrix there.
        needed: u64,
    },

    /// A matrix that has to be turned cannot be kept on the disk.
    #[error(
        "the matrix is stored gene by gene (CSC), and cannot be kept in a temporary file in `{}` while it is read; name another \
         folder with TMPDIR",
        folder.display()
    )]
    Temporary {
        /// The folder for temporary files.
        folder: PathBuf,
        /// What the operating system said.
        #[source]
        source: std::io::Error,
    },

    /// A format that was left out when this program was built.
    #[error(
        "this is a {format} store, which this program was built without: build it with the feature `{feature}`"
    )]
    LeftOut {
        /// The format.
        format: Format,
        /// The feature of the crate that reads it.
        feature: &'static str,
    },

    /// The matrix asked for is not there.
    #[error("there is no matrix `{wanted}`, there is {}", quoted(present))]
    NoMatrix {
        /// The matrix asked for.
        wanted: MatrixPath,
        /// The matrices there are.
        present: Vec<MatrixPath>,
    },

    /// The column asked for is not there.
    #[error("`{frame}` has no column `{wanted}`, it has {}", quoted(present))]
    NoColumn {
        /// `obs`, `var` or `raw/var`.
        frame: String,
        /// The column asked for.
        wanted: String,
        /// The columns there are, in the order of the file.
        present: Vec<String>,
    },

    /// An array does not have the length that another part of the file implies.
    #[error("`{array}`: expected {expected} values ({meaning}), found {found}")]
    Length {
        /// The array.
        array: String,
        /// Values expected.
        expected: u64,
        /// Why that many.
        meaning: &'static str,
        /// Values found.
        found: u64,
    },

    /// The shape of a matrix disagrees with `obs` and `var`.
    #[error(
        "matrix `{matrix}`: expected {} cells and {} genes, found {} and {}", expected.0, expected.1, found.0, found.1
    )]
    MatrixShape {
        /// The matrix.
        matrix: MatrixPath,
        /// Cells in `obs` and genes in `var` (or `raw/var`).
        expected: (u64, u64),
        /// Cells and genes of the matrix.
        found: (u64, u64),
    },

    /// An object is not what it has to be.
    #[error("`{object}`: expected {expected}, found {found}")]
    Unexpected {
        /// The object.
        object: String,
        /// What it has to be.
        expected: String,
        /// What it is.
        found: String,
    },

    /// A stored index of a sparse matrix names no gene or cell.
    #[error("`{array}`, position {position}: expected a {axis} index below {limit}, found {found}")]
    Index {
        /// The array of indices.
        array: String,
        /// Where in the array.
        position: u64,
        /// `gene` or `cell`.
        axis: &'static str,
        /// Number of genes or cells.
        limit: u64,
        /// The index found.
        found: i64,
    },

    /// A value that no expression matrix can hold.
    #[error("{0}")]
    Value(Box<InvalidValue>),

    /// A block that breaks a rule of blocks, for example a sum of duplicates that is too large.
    #[error("invalid block starting at cell {first_cell}")]
    Block {
        /// The first cell of the block.
        first_cell: u64,
        /// The rule.
        #[source]
        source: BlockError,
    },

    /// A compression that cannot be undone here.
    #[error("`{object}` is compressed with {filter}, expected none, gzip, lzf, lz4, szip or zstd")]
    Filter {
        /// The compressed object.
        object: String,
        /// The compression, by name where it is known.
        filter: String,
    },

    /// A line of a text that is not what it has to be.
    #[error("`{object}`, line {line}: expected {expected}, found {found}")]
    Line {
        /// The text: a file of a folder or of an archive.
        object: String,
        /// The line, from 1.
        line: u64,
        /// What it has to be.
        expected: String,
        /// What it is.
        found: String,
    },

    /// A file that belongs to another is not beside it.
    #[error("expected the {what} of `{matrix}` beside it, looked for {}", quoted(looked_for))]
    NotBeside {
        /// What the file would hold: `gene names` or `cell names`.
        what: &'static str,
        /// The file that is there.
        matrix: String,
        /// The names that were looked for.
        looked_for: Vec<String>,
    },

    /// A folder or an archive without a matrix.
    #[error(
        "expected a `matrix.mtx` or `matrix.mtx.gz` with its genes and barcodes, found {}",
        quoted(found)
    )]
    NoMatrixFile {
        /// What there is, sorted.
        found: Vec<String>,
    },

    /// The data of several genomes, or of several samples, are there, and none was chosen.
    #[error("there are {} matrices or genomes, {}; choose one with `--genome`", present.len(), quoted(present))]
    Several {
        /// What can be chosen.
        present: Vec<String>,
    },

    /// The genome asked for is not there.
    #[error("there is no genome `{wanted}`, there is {}", quoted(present))]
    NoGenome {
        /// The genome asked for.
        wanted: String,
        /// The genomes there are.
        present: Vec<String>,
    },

    /// Several modalities, none of which is known to be gene expression, and none was chosen.
    #[error(
        "there are the modalities {}, and none is called `rna`; choose one with `--modality`",
        quoted(present)
    )]
    SeveralModalities {
        /// What can be chosen.
        present: Vec<String>,
    },

    /// The modality asked for is not there.
    #[error("there is no modality `{wanted}`, there is {}", quoted(present))]
    NoModality {
        /// The modality asked for.
        wanted: String,
        /// The modalities there are.
        present: Vec<String>,
    },

    /// Pickled Python objects that are not read.
    #[error("`{object}` is pickled Python that is not read")]
    Pickle {
        /// The array of objects, or the whole file.
        object: String,
        /// Why not.
        #[source]
        source: PickleError,
    },

    /// A table of text is not one.
    #[error("{0}")]
    Text(Box<TextError>),

    /// It is not clear where the genes are.
    #[error(transparent)]
    Orientation(#[from] OrientationError),

    /// The bytes of an object do not follow the HDF5 format, are damaged, or declare more than the file can hold.
    #[error("`{object}` is damaged")]
    Damaged {
        /// The object.
        object: String,
        /// What its reader says.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
}

impl From<TextError> for ReadErrorKind {
    fn from(error: TextError) -> Self {
        Self::Text(Box::new(error))
    }
}

/// A value that is infinite or not a number, where it stands, and which matrices could be read instead.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error(
    "matrix `{matrix}`, cell {cell} (`{cell_name}`), gene `{gene}`: expected a finite value, found {found}"
)]
pub struct InvalidValue {
    /// The matrix.
    pub matrix: MatrixPath,
    /// The cell, from 0.
    pub cell: u64,
    /// The cell's name in `obs`.
    pub cell_name: String,
    /// The gene's name.
    pub gene: String,
    /// The value found.
    pub found: f32,
    /// Every other matrix of the file: scaled values in `X` often have the counts beside them.
    pub other_matrices: Vec<MatrixPath>,
}

/// `a`, `b` and `c`, each in backticks; "nothing" where there is none. At most the first forty.
pub(crate) fn quoted<T: std::fmt::Display>(names: &[T]) -> String {
    const MOST: usize = 40;
    let mut shown: Vec<String> = names.iter().take(MOST).map(|name| format!("`{name}`")).collect();
    if names.len() > MOST {
        shown.push(format!("{} more", names.len() - MOST));
    }
    match shown.pop() {
        None => "nothing".to_owned(),
        Some(only) if shown.is_empty() => only,
        Some(last) => format!("{} and {last}", shown.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_listed_as_a_sentence() {
        assert_eq!(quoted::<&str>(&[]), "nothing");
        assert_eq!(quoted(&["a"]), "`a`");
        assert_eq!(quoted(&["a", "b", "c"]), "`a`, `b` and `c`");
        let many: Vec<usize> = (0..50).collect();
        assert!(quoted(&many).ends_with("`39` and 10 more"));
    }
}
