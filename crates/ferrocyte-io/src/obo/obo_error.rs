//! Why a file is no ontology.

use std::path::PathBuf;

/// An ontology that cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("cannot read the ontology `{}`", path.display())]
pub struct OboError {
    /// The file.
    pub path: PathBuf,
    /// What is wrong with it.
    #[source]
    pub kind: OboErrorKind,
}

/// What is wrong with an ontology.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OboErrorKind {
    /// It cannot be read.
    #[error("I/O failed")]
    Io(#[from] std::io::Error),
    /// It is something else.
    #[error(
        "expected an ontology in the OBO format with `[Term]` stanzas, found none{found}; cl.obo is one, cl.owl and cl.json are not"
    )]
    NoTerms {
        /// How it begins, where it begins with text.
        found: String,
    },
    /// It is not text.
    #[error("line {line}: expected text in UTF-8")]
    NotText {
        /// The line, from 1.
        line: u64,
    },
    /// A line that no ontology has.
    #[error("line {line}: expected a line of at most {most} bytes, found a longer one")]
    LongLine {
        /// The line, from 1.
        line: u64,
        /// The most that a line may have.
        most: usize,
    },
    /// A term that cannot be named.
    #[error("line {line}: expected an `id:` in each `[Term]`, found a term without")]
    NoId {
        /// The line where its stanza begins, from 1.
        line: u64,
    },
    /// A term that is there twice.
    #[error("line {line}: the term `{id}` is there twice")]
    Twice {
        /// The line where its second stanza begins, from 1.
        line: u64,
        /// Its identifier.
        id: String,
    },
    /// It is larger than a file of its size justifies.
    #[error("expected an ontology that takes at most {limit} bytes in memory, found a larger one")]
    TooLarge {
        /// The most that it may take.
        limit: u64,
    },
}
