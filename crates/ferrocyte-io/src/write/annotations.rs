//! What is to be written of cells or of genes.

use std::collections::HashSet;

use super::obs_column::ObsColumn;
use crate::frame::{Categorical, Column, Frame};
use crate::read_error::ReadError;

/// The names of cells or genes and the columns beside them, to be written.
#[derive(Debug, Clone, Default)]
pub struct Annotations {
    /// One per cell or gene; they may repeat.
    pub names: Vec<String>,
    /// Name and values of each column, from left to right; one value per name.
    pub columns: Vec<(String, Column)>,
}

/// Why annotations cannot be written.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum AnnotationsError {
    /// Not one value per row.
    #[error("column `{column}`: expected {expected} values, found {found}")]
    Length {
        /// The column.
        column: String,
        /// Number of cells or genes.
        expected: usize,
        /// Number of values.
        found: usize,
    },
    /// Two columns of the same name.
    #[error("column `{column}` stands twice")]
    Twice {
        /// The column.
        column: String,
    },
    /// A name that the format cannot hold.
    #[error("`{name}` cannot be written: {reason}")]
    Name {
        /// The name of a column, cell or gene.
        name: String,
        /// Why not.
        reason: &'static str,
    },
}

impl Annotations {
    /// Reads names and all columns of cells or genes.
    ///
    /// # Errors
    /// When a column cannot be read.
    pub fn of(frame: &Frame) -> Result<Self, ReadError> {
        let read = |name: &String| Ok((name.clone(), frame.column(name)?));
        let columns = frame.names().iter().map(read).collect::<Result<_, ReadError>>()?;
        Ok(Self { names: frame.index().to_vec(), columns })
    }

    /// Gives columns names that every format can hold: a `/`, which separates groups, becomes `_`; a name that is
    /// empty, means something else or stands twice gets a number. Says what was renamed, old name first.
    #[must_use]
    pub fn with_writable_names(mut self) -> (Self, Vec<(String, String)>) {
        let mut taken: HashSet<String> = HashSet::new(); // looked up, never iterated
        let mut renamed = Vec::new();
        for (name, _) in &mut self.columns {
            let plain = writable(name);
            let numbered = |n: usize| if n == 1 { plain.clone() } else { format!("{plain}_{n}") };
            let chosen =
                (1..=taken.len() + 1).map(numbered).find(|name| !taken.contains(name)).unwrap_or_default();
            taken.insert(chosen.clone());
            if chosen != *name {
                renamed.push((std::mem::replace(name, chosen.clone()), chosen));
            }
        }
        (self, renamed)
    }

    /// Checks lengths and names.
    pub(super) fn check(&self) -> Result<(), AnnotationsError> {
        let mut seen = HashSet::new();
        for (name, column) in &self.columns {
            if column.len() != self.names.len() {
                let (expected, found) = (self.names.len(), column.len());
                return Err(AnnotationsError::Length { column: name.clone(), expected, found });
            }
            if writable(name) != *name {
                let reason = "it is empty, has another meaning, or holds a character that separates names";
                return Err(AnnotationsError::Name { name: name.clone(), reason });
            }
            if !seen.insert(name) {
                return Err(AnnotationsError::Twice { column: name.clone() });
            }
        }
        Ok(())
    }
}

/// The nearest name that a group of HDF5 and a folder of zarr can both hold.
fn writable(name: &str) -> String {
    let name: String = name.chars().map(|c| if matches!(c, '/' | '\\' | '\0') { '_' } else { c }).collect();
    match name.as_str() {
        "" => "column".to_owned(),
        "_index" | "__categories" => format!("{name}_"),
        // `.zarray` and its like are zarr's own.
        other if other.starts_with('.') => format!("_{other}"),
        _ => name,
    }
}

impl From<ObsColumn> for Column {
    fn from(column: ObsColumn) -> Self {
        match column {
            ObsColumn::Categorical { categories, codes } => {
                let n = categories.len();
                let is_known = |code: i32| usize::try_from(code).is_ok_and(|code| code < n);
                let known = |&code: &i32| if is_known(code) { i64::from(code) } else { -1 };
                let codes: Vec<i64> = codes.iter().map(known).collect();
                Self::Categorical(Categorical::from_known(&codes, categories))
            }
            ObsColumn::F32(values) => Self::Floats(values.into_iter().map(f64::from).collect()),
            ObsColumn::F64(values) => Self::Floats(values),
            ObsColumn::Text(values) => Self::Strings(values.into_iter().map(Some).collect()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn annotations(names: &[&str]) -> Annotations {
        let column = Column::Integers(vec![Some(1)]);
        let columns = names.iter().map(|&name| (name.to_owned(), column.clone())).collect();
        Annotations { names: vec!["cell".to_owned()], columns }
    }

    #[test]
    fn names_that_no_format_holds_are_replaced_and_told() {
        let (written, renamed) =
            annotations(&["n/a", "n_a", "", "_index", ".zattrs", "x", "x"]).with_writable_names();
        let names: Vec<&str> = written.columns.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, ["n_a", "n_a_2", "column", "_index_", "_.zattrs", "x", "x_2"]);
        assert_eq!(renamed[0], ("n/a".to_owned(), "n_a".to_owned()));
        assert_eq!(renamed.len(), 6);
        assert_eq!(written.check(), Ok(()));
    }

    #[test]
    fn what_does_not_fit_is_refused() {
        assert_eq!(annotations(&["x", "x"]).check(), Err(AnnotationsError::Twice { column: "x".into() }));
        assert!(matches!(annotations(&["a/b"]).check(), Err(AnnotationsError::Name { .. })));
        let mut short = annotations(&["x"]);
        short.names.clear();
        assert_eq!(short.check().unwrap_err().to_string(), "column `x`: expected 0 values, found 1");
    }
}
