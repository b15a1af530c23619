//! Wider names above labels: from columns of the reference, or from an ontology.

mod levels;
mod ontology;

use std::path::PathBuf;

use ferrocyte_core::{Choice, Hierarchy, Labels, Warning};
use ferrocyte_io::hash::sha256_file;
use ferrocyte_io::obo::read_obo;

use crate::choices::choice;
use crate::dataset::{DataError, file_name};

/// Where the wider names above labels are from.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct HierarchyOptions {
    /// Columns from the widest names to the labels, two or more; none where there are no such columns.
    pub levels: Vec<String>,
    /// An ontology in the OBO format.
    pub ontology: Option<PathBuf>,
    /// Column with the identifiers of the labels in the ontology; where there is none, labels are looked for by what they
    /// are called.
    pub ontology_ids: Option<String>,
}

/// Why wider names cannot be looked for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum HierarchyOptionsError {
    /// Two sources.
    #[error("wider names are from columns (levels) or from an ontology, not from both")]
    Both,
    /// Identifiers of nothing.
    #[error("a column of identifiers needs the ontology that they are of")]
    IdsAlone,
    /// Nothing wider.
    #[error("expected two or more levels, from the widest to the labels, found only `{found}`")]
    OneLevel {
        /// The level.
        found: String,
    },
    /// A column twice.
    #[error("the level `{level}` is named twice")]
    Twice {
        /// The column.
        level: String,
    },
    /// The narrowest level is something else than the labels.
    #[error("expected the labels, column `{label}`, as the last and narrowest level, found `{found}`")]
    LastLevel {
        /// The column of labels.
        label: String,
        /// The last level.
        found: String,
    },
}

impl HierarchyOptions {
    /// The column of labels: the one that was given, else the last level.
    pub(crate) fn label<'a>(
        &'a self,
        given: Option<&'a str>,
    ) -> Result<Option<&'a str>, HierarchyOptionsError> {
        match (self.levels.as_slice(), &self.ontology, &self.ontology_ids) {
            ([_, ..], Some(_), _) => return Err(HierarchyOptionsError::Both),
            (_, None, Some(_)) => return Err(HierarchyOptionsError::IdsAlone),
            ([only], ..) => return Err(HierarchyOptionsError::OneLevel { found: only.clone() }),
            _ => {}
        }
        if let Some((_, level)) =
            self.levels.iter().enumerate().find(|(at, level)| self.levels[..*at].contains(level))
        {
            return Err(HierarchyOptionsError::Twice { level: level.clone() });
        }
        match (given, self.levels.last()) {
            (Some(label), Some(last)) if label != last => {
                Err(HierarchyOptionsError::LastLevel { label: label.to_owned(), found: last.clone() })
            }
            (given, last) => Ok(given.or(last.map(String::as_str))),
        }
    }

    /// The columns that are needed beside that of the labels.
    pub(crate) fn columns(&self) -> Vec<&str> {
        let wider = self.levels.split_last().map(|(_, wider)| wider).unwrap_or_default();
        wider.iter().chain(&self.ontology_ids).map(String::as_str).collect()
    }
}

/// The wider names of the labels of a reference, from `columns`, the entries of [`HierarchyOptions::columns`] (empty where
/// they are missing). `None`, aloud, where there are none.
pub(crate) fn find(
    options: &HierarchyOptions,
    labels: &Labels,
    columns: &[Labels],
    choices: &mut Vec<Choice>,
    warnings: &mut Vec<Warning>,
) -> Result<Option<Hierarchy>, DataError> {
    let (value, found) = if let Some(path) = &options.ontology {
        let ontology = read_obo(path)?;
        let digest = sha256_file(path)?;
        let name = file_name(path);
        let source = format!("ontology {name}");
        let found = ontology::find(&ontology, source, labels, columns.first(), warnings);
        (format!("ontology {name}, {} terms, SHA-256 {}", ontology.len(), digest.hex), found)
    } else if options.levels.is_empty() {
        return Ok(None);
    } else {
        (
            format!("columns {}", options.levels.join(" > ")),
            levels::find(&options.levels, columns, labels, warnings),
        )
    };
    choices.push(choice(
        "wider names",
        value,
        true,
        "a cell that is sure of being a T cell, but not of which kind, then gets the wider name",
    ));
    Ok(found)
}
