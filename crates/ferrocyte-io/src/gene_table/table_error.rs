//! Why a file is no table of gene names.

use std::path::PathBuf;

/// A table of gene names that cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("cannot read the table of gene names `{}`", path.display())]
pub struct GeneTableError {
    /// The file.
    pub path: PathBuf,
    /// What is wrong with it.
    #[source]
    pub kind: GeneTableErrorKind,
}

/// What is wrong with a table of gene names.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum GeneTableErrorKind {
    /// It cannot be read.
    #[error("I/O failed")]
    Io(#[from] std::io::Error),
    /// It is larger than any table of genes, or than a file of its size justifies.
    #[error("expected a table that takes at most {limit} bytes in memory, found a larger one")]
    TooLarge {
        /// The most that it may take.
        limit: u64,
    },
    /// It is not text.
    #[error("line {line}: expected text in UTF-8")]
    NotText {
        /// Number of the line, from 1.
        line: usize,
    },
    /// A line has one field.
    #[error(
        "line {line}: expected identifier, symbol and aliases (separated by `|`) with tabs between them, found one field"
    )]
    Fields {
        /// Number of the line, from 1.
        line: usize,
    },
    /// A gene has neither identifier nor symbol.
    #[error("line {line}: expected an identifier or a symbol, found neither")]
    NoName {
        /// Number of the line, from 1.
        line: usize,
    },
    /// It has no line that is a gene.
    #[error("expected a line for each gene, found no gene")]
    Empty,
}
