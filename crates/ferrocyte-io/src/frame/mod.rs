//! Annotations of cells or genes, whatever file they come from.

mod categorical;
mod column;
mod concat;
mod missing;
mod names;

pub use categorical::Categorical;
pub use column::Column;
pub use concat::Part;
pub(crate) use missing::MISSING_WORDS;
pub use missing::says_missing;
pub use names::Names;
pub(crate) use names::NamesBuilder;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::read_error::{ReadError, ReadErrorKind};

/// The annotations of cells (`obs`) or of genes (`var`, `raw/var`): a name per row, and columns that are read
/// when they are asked for.
#[derive(Clone)]
pub struct Frame {
    file: PathBuf,
    path: String,
    meaning: &'static str,
    index: Names,
    columns: Vec<String>,
    source: Arc<dyn Columns>,
}

/// Where the columns of a [`Frame`] come from.
pub(crate) trait Columns: Send + Sync {
    /// The column of this name, which is one of those the frame was made with.
    fn read(&self, name: &str) -> Result<Column, ReadError>;
}

impl Frame {
    /// Puts a frame together. `path` is its name inside the file (`obs`), `meaning` says what a row is: `one per
    /// cell`.
    pub(crate) fn new(
        file: &Path,
        path: &str,
        meaning: &'static str,
        index: impl Into<Names>,
        columns: Vec<String>,
        source: Arc<dyn Columns>,
    ) -> Self {
        Self { file: file.to_owned(), path: path.to_owned(), meaning, index: index.into(), columns, source }
    }

    /// A frame whose columns are in memory.
    pub(crate) fn in_memory(
        file: &Path,
        path: &str,
        meaning: &'static str,
        index: Vec<String>,
        columns: Vec<(String, Column)>,
    ) -> Self {
        let names = columns.iter().map(|(name, _)| name.clone()).collect();
        Self::new(file, path, meaning, index, names, Arc::new(InMemory(columns)))
    }

    /// Number of rows.
    pub fn len(&self) -> usize {
        self.index.len()
    }

    /// Whether there are no rows.
    pub fn is_empty(&self) -> bool {
        self.index.is_empty()
    }

    /// Names of the columns, in the order of the file.
    pub fn names(&self) -> &[String] {
        &self.columns
    }

    /// Names of the rows, cells or genes, all of them in memory; [`row_names`](Self::row_names) has them without that.
    ///
    /// # Panics
    /// As [`Names::as_slice`].
    pub fn index(&self) -> &[String] {
        self.index.as_slice()
    }

    /// Names of the rows, cells or genes, wherever they lie.
    pub fn row_names(&self) -> &Names {
        &self.index
    }

    /// Reads a column.
    ///
    /// # Errors
    /// When there is none of that name (the error names those there are), when it does not have one value per
    /// row, or holds something that is neither text nor numbers.
    pub fn column(&self, name: &str) -> Result<Column, ReadError> {
        if !self.columns.iter().any(|column| column == name) {
            return Err(ReadError::new(
                &self.file,
                ReadErrorKind::NoColumn {
                    frame: self.path.clone(),
                    wanted: name.to_owned(),
                    present: self.columns.clone(),
                },
            ));
        }
        let column = self.source.read(name)?;
        if column.len() != self.len() {
            return Err(ReadError::new(
                &self.file,
                ReadErrorKind::Length {
                    array: format!("{}/{name}", self.path),
                    expected: self.len() as u64,
                    meaning: self.meaning,
                    found: column.len() as u64,
                },
            ));
        }
        Ok(column)
    }
}

impl std::fmt::Debug for Frame {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Frame")
            .field("path", &self.path)
            .field("rows", &self.len())
            .field("columns", &self.columns)
            .finish_non_exhaustive()
    }
}

struct InMemory(Vec<(String, Column)>);

impl Columns for InMemory {
    fn read(&self, name: &str) -> Result<Column, ReadError> {
        let column = self.0.iter().find(|(known, _)| known == name).map(|(_, column)| column.clone());
        // The frame asks only for names that it was made with.
        Ok(column.unwrap_or_else(|| Column::Strings(Vec::new())))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_in_memory_are_checked_like_those_of_a_file() {
        let columns = vec![
            ("age".to_owned(), Column::Integers(vec![Some(1), None])),
            ("short".to_owned(), Column::Integers(vec![Some(1)])),
        ];
        let index = vec!["a".to_owned(), "b".to_owned()];
        let frame = Frame::in_memory(Path::new("x.csv"), "obs", "one per cell", index, columns);
        assert_eq!(frame.column("age").unwrap().to_names(), [Some("1".to_owned()), None]);
        let causes = |name: &str| frame.column(name).unwrap_err().kind.to_string();
        assert_eq!(causes("sex"), "`obs` has no column `sex`, it has `age` and `short`");
        assert_eq!(causes("short"), "`obs/short`: expected 2 values (one per cell), found 1");
    }
}
