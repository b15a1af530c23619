//! One column of results: a value for every cell.

use std::collections::{BTreeMap, BTreeSet};

/// A value for every cell, in cell order; `obs` of an annotated copy and a table of labels take the same columns.
#[derive(Debug, Clone, PartialEq)]
pub enum ObsColumn {
    /// One of a few names per cell; what pandas calls a categorical.
    Categorical {
        /// The names, each once, in the order that plots and tables show them in.
        categories: Vec<String>,
        /// Position in `categories` per cell; `-1` is missing.
        codes: Vec<i32>,
    },
    /// 32-bit numbers; not-a-number is missing.
    F32(Vec<f32>),
    /// 64-bit numbers; not-a-number is missing.
    F64(Vec<f64>),
    /// Free text.
    Text(Vec<String>),
}

impl ObsColumn {
    /// A categorical of the names that occur, sorted; `None` is missing.
    pub fn from_names<Name: AsRef<str>>(names: &[Option<Name>]) -> Self {
        let occurring: BTreeSet<&str> = names.iter().flatten().map(AsRef::as_ref).collect();
        let code: BTreeMap<&str, i32> = occurring.iter().copied().zip(0..).collect();
        Self::Categorical {
            categories: occurring.iter().map(ToString::to_string).collect(),
            codes: names.iter().map(|name| name.as_ref().map_or(-1, |name| code[name.as_ref()])).collect(),
        }
    }

    /// Number of cells.
    pub fn len(&self) -> usize {
        match self {
            Self::Categorical { codes, .. } => codes.len(),
            Self::F32(values) => values.len(),
            Self::F64(values) => values.len(),
            Self::Text(values) => values.len(),
        }
    }

    /// Whether there are no cells.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Checks the column against itself and the number of cells.
    pub(super) fn check(&self, name: &str, n_cells: usize) -> Result<(), ObsColumnError> {
        let column = || name.to_owned();
        if self.len() != n_cells {
            return Err(ObsColumnError::Length { column: column(), expected: n_cells, found: self.len() });
        }
        let Self::Categorical { categories, codes } = self else { return Ok(()) };
        let mut sorted: Vec<&String> = categories.iter().collect();
        sorted.sort_unstable();
        if let Some(pair) = sorted.windows(2).find(|pair| pair[0] == pair[1]) {
            return Err(ObsColumnError::CategoryTwice { column: column(), category: pair[0].clone() });
        }
        let out_of_range =
            |code: i32| code < -1 || usize::try_from(code).is_ok_and(|c| c >= categories.len());
        match codes.iter().position(|&code| out_of_range(code)) {
            Some(cell) => Err(ObsColumnError::Code {
                column: column(),
                cell,
                code: codes[cell],
                categories: categories.len(),
            }),
            None => Ok(()),
        }
    }
}

/// Why values are not a column.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ObsColumnError {
    /// Not one value per cell.
    #[error("column `{column}`: expected {expected} values (one per cell), found {found}")]
    Length {
        /// The column.
        column: String,
        /// Number of cells.
        expected: usize,
        /// Number of values.
        found: usize,
    },
    /// A category stands twice.
    #[error("column `{column}`: category `{category}` stands twice")]
    CategoryTwice {
        /// The column.
        column: String,
        /// The category.
        category: String,
    },
    /// A code without a category.
    #[error("column `{column}`, cell {cell}: code {code} where there are {categories} categories")]
    Code {
        /// The column.
        column: String,
        /// The cell, counted from 0.
        cell: usize,
        /// The code.
        code: i32,
        /// Number of categories.
        categories: usize,
    },
    /// A name that no column can have.
    #[error("`{column}` cannot be the name of a column: {reason}")]
    Name {
        /// The name.
        column: String,
        /// Why.
        reason: &'static str,
    },
    /// Two columns of the same name.
    #[error("column `{column}` stands twice")]
    Twice {
        /// The column.
        column: String,
    },
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_become_sorted_categories() {
        let column = ObsColumn::from_names(&[Some("T"), None, Some("B"), Some("T")]);
        let expected =
            ObsColumn::Categorical { categories: vec!["B".into(), "T".into()], codes: vec![1, -1, 0, 1] };
        assert_eq!(column, expected);
        assert_eq!(column.check("c", 4), Ok(()));
    }

    #[test]
    fn columns_that_are_none_are_refused_with_the_place() {
        let categorical = |categories: &[&str], codes: &[i32]| ObsColumn::Categorical {
            categories: categories.iter().map(ToString::to_string).collect(),
            codes: codes.to_vec(),
        };
        let message = |column: ObsColumn| column.check("c", 2).unwrap_err().to_string();
        assert_eq!(
            message(ObsColumn::F32(vec![1.0])),
            "column `c`: expected 2 values (one per cell), found 1"
        );
        assert_eq!(message(categorical(&["a", "a"], &[0, 1])), "column `c`: category `a` stands twice");
        assert_eq!(
            message(categorical(&["a"], &[0, 1])),
            "column `c`, cell 1: code 1 where there are 1 categories"
        );
        assert_eq!(
            message(categorical(&[], &[-1, -2])),
            "column `c`, cell 1: code -2 where there are 0 categories"
        );
        assert_eq!(categorical(&[], &[-1, -1]).check("c", 2), Ok(()));
    }
}
