//! Ontologies in the OBO format (1.2, 1.4), as far as names and `is_a` go:
//! <https://owlcollab.github.io/oboformat/doc/GO.format.obo-1_4.html>.

mod obo_error;
mod parse;

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufReader, Read};
use std::path::Path;

use crate::memory_limit::MemoryLimit;

pub use obo_error::{OboError, OboErrorKind};

/// Terms of an ontology, by identifier.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Ontology {
    terms: BTreeMap<String, Term>,
    /// Identifiers that other terms had before.
    alternatives: BTreeMap<String, String>,
    /// Lower-case names, and synonyms that no name is, of terms in use; `None` where two terms have it.
    names: BTreeMap<String, Option<String>>,
}

/// A term of an ontology.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Term {
    /// Its name; its identifier where it has none.
    pub name: String,
    /// Exact synonyms.
    pub synonyms: Vec<String>,
    /// Identifiers of what it is a kind of, each once, sorted. The file may lack them.
    pub parents: Vec<String>,
    /// Whether it is not to be used any more.
    pub is_obsolete: bool,
    /// What is to be used instead.
    pub replaced_by: Option<String>,
}

impl Ontology {
    /// A term.
    pub fn term(&self, id: &str) -> Option<&Term> {
        self.terms.get(id)
    }

    /// Number of terms.
    pub fn len(&self) -> usize {
        self.terms.len()
    }

    /// Whether there are no terms.
    pub fn is_empty(&self) -> bool {
        self.terms.is_empty()
    }

    /// The identifier in use of what is meant: an identifier, one of former times, or a name or exact synonym, whatever its
    /// capitals. `None` where there is no such term, or two are called so.
    pub fn find(&self, words: &str) -> Option<&str> {
        const STEPS: usize = 8; // a replacement may itself be replaced
        let words = words.trim();
        let by_name = || self.names.get(&words.to_lowercase()).and_then(Option::as_ref);
        let known = |id: &str| self.terms.get_key_value(id).map(|(id, _)| id);
        let mut id = known(words).or_else(|| self.alternatives.get(words)).or_else(by_name)?;
        for _ in 0..STEPS {
            let (found, term) = self.terms.get_key_value(id)?;
            match &term.replaced_by {
                Some(next) if term.is_obsolete => id = next,
                _ => return Some(found),
            }
        }
        None
    }
}

/// Reads an ontology in the OBO format, plain or gzipped.
///
/// # Errors
/// When the file cannot be read, is no OBO file, or holds what no ontology of its size does.
pub fn read_obo(path: &Path) -> Result<Ontology, OboError> {
    let at = |kind: OboErrorKind| OboError { path: path.to_owned(), kind };
    let read = || -> Result<Ontology, OboErrorKind> {
        let limit = MemoryLimit::of_path(path)?;
        let mut start = [0; 2];
        let n = File::open(path)?.read(&mut start)?;
        let file = File::open(path)?;
        if start[..n] == [0x1f, 0x8b] {
            parse::parse(BufReader::new(flate2::read::MultiGzDecoder::new(file)), limit.most())
        } else {
            parse::parse(BufReader::new(file), limit.most())
        }
    };
    read().map_err(at)
}

#[cfg(test)]
mod tests;
