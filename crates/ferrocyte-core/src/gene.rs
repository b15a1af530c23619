//! Genes as a model and a query know them.

use std::collections::HashMap;

/// Column of a gene in a query. Not a [`ModelGene`]: only [`GeneMap`](crate::GeneMap) turns one into the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct QueryGene(pub u32);

/// Position of a gene in a model.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ModelGene(pub u32);

/// The genes of a model, in the model's order, each named once.
#[derive(Debug, Clone)]
pub struct Vocabulary {
    names: Vec<String>,
    position: HashMap<String, u32>, // looked up, never iterated
}

impl Vocabulary {
    /// Takes the names in order.
    ///
    /// # Errors
    /// When a name is empty or stands twice: a gene that cannot be told from another cannot be matched.
    pub fn new(names: Vec<String>) -> Result<Self, VocabularyError> {
        let mut position = HashMap::with_capacity(names.len());
        for (i, name) in names.iter().enumerate() {
            if name.is_empty() {
                return Err(VocabularyError::Empty { position: i });
            }
            if let Some(first) = position.insert(name.clone(), i as u32) {
                return Err(VocabularyError::Duplicate { name: name.clone(), first, second: i });
            }
        }
        Ok(Self { names, position })
    }

    /// Takes the names in order, the first of each: a name that stands again, or is empty, is left out.
    pub fn of_distinct<'a>(names: impl IntoIterator<Item = &'a str>) -> Self {
        let mut vocabulary = Self { names: Vec::new(), position: HashMap::new() };
        for name in names {
            if !name.is_empty() && !vocabulary.position.contains_key(name) {
                vocabulary.position.insert(name.to_owned(), vocabulary.names.len() as u32);
                vocabulary.names.push(name.to_owned());
            }
        }
        vocabulary
    }

    /// The gene of this name, which is added where it is new; `None` for an empty name.
    pub(crate) fn find_or_add(&mut self, name: &str) -> Option<ModelGene> {
        if name.is_empty() {
            return None;
        }
        if let Some(gene) = self.find(name) {
            return Some(gene);
        }
        let position = self.names.len() as u32;
        self.position.insert(name.to_owned(), position);
        self.names.push(name.to_owned());
        Some(ModelGene(position))
    }

    /// The names in order.
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// Number of genes.
    pub fn len(&self) -> usize {
        self.names.len()
    }

    /// Whether there are no genes.
    pub fn is_empty(&self) -> bool {
        self.names.is_empty()
    }

    /// The gene of this name.
    pub fn find(&self, name: &str) -> Option<ModelGene> {
        self.position.get(name).map(|&position| ModelGene(position))
    }
}

impl PartialEq for Vocabulary {
    fn eq(&self, other: &Self) -> bool {
        self.names == other.names
    }
}

/// Why a list of names is not a vocabulary.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum VocabularyError {
    /// A gene without a name.
    #[error("gene {position} has an empty name")]
    Empty {
        /// Its position.
        position: usize,
    },
    /// Two genes of one name.
    #[error("gene `{name}` stands at positions {first} and {second}; each gene must stand once")]
    Duplicate {
        /// The name.
        name: String,
        /// Its first position.
        first: u32,
        /// The position where it stands again.
        second: usize,
    },
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_found_by_identity() {
        let genes = Vocabulary::new(vec!["CD3D".into(), "MS4A1".into()]).unwrap();
        assert_eq!(genes.find("MS4A1"), Some(ModelGene(1)));
        assert_eq!(genes.find("ms4a1"), None);
    }

    #[test]
    fn a_gene_without_identity_is_refused() {
        assert!(matches!(
            Vocabulary::new(vec!["A".into(), "B".into(), "A".into()]),
            Err(VocabularyError::Duplicate { first: 0, second: 2, .. })
        ));
        assert!(matches!(Vocabulary::new(vec![String::new()]), Err(VocabularyError::Empty { position: 0 })));
        assert_eq!(Vocabulary::of_distinct(["A", "", "B", "A"]).names(), ["A", "B"]);
    }
}
