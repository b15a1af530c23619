//! An open table of text.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use ferrocyte_core::BlockSource;

use super::annotation;
use super::data_rows::DataRows;
use super::parse_row::Layout;
use super::scan::Scan;
use super::source::{Rows, TextSource};
use super::text_error::TextError;
use super::turned::Turned;
use crate::cell_file::CellFile;
use crate::format::Format;
use crate::frame::{Column, Frame};
use crate::matrix::{MatrixInfo, Storage};
use crate::matrix_path::MatrixPath;
use crate::memory_limit::MemoryLimit;
use crate::orientation::{Orientation, orient};
use crate::read_error::{ReadError, ReadErrorKind};

/// An open table of text, plain or gzip.
///
/// ```no_run
/// use ferrocyte_io::CellFile;
/// use ferrocyte_io::text_table::TextTable;
///
/// let table = TextTable::open("counts.csv.gz", None)?;
/// println!("{} cells, first {}", table.n_cells(), table.obs().index()[0]);
/// # Ok::<(), ferrocyte_io::ReadError>(())
/// ```
#[derive(Debug)]
pub struct TextTable {
    path: PathBuf,
    layout: Arc<Layout>,
    orientation: Orientation,
    n_rows: usize,
    limit: MemoryLimit,
    obs: Frame,
    var: Frame,
    notes: Vec<String>,
}

impl TextTable {
    /// Opens a table and reads the names of its rows and columns. Where its genes are is found out from the names
    /// when `genes` is `None`.
    ///
    /// # Errors
    /// When it cannot be read, is not divided into several columns, has rows of different lengths, repeats the name
    /// of a cell, or does not say where its genes are. Numbers are checked as they are read.
    pub fn open(path: impl AsRef<Path>, genes: Option<Orientation>) -> Result<Self, ReadError> {
        let path = path.as_ref();
        Self::read(path, genes).map_err(|kind| ReadError::new(path, kind))
    }

    fn read(path: &Path, genes: Option<Orientation>) -> Result<Self, ReadErrorKind> {
        let limit = MemoryLimit::of_path(path)?;
        let Scan { mut layout, row_names, mut texts } = Scan::of(path, limit)?;
        let n_rows = row_names.len();
        layout.skipped = texts.iter().map(|column| column.field).collect();
        if texts.iter().filter(|column| column.is_text).count() == layout.columns.len() {
            return Err(TextError::NoNumbers.into());
        }
        let orientation = match genes {
            Some(orientation) => orientation,
            None => orient(&row_names, &layout.data_columns())?,
        };
        if orientation == Orientation::GenesInRows {
            // Columns are cells then, whatever their names; only those of text say something of a gene.
            texts.retain(|column| column.is_text);
            layout.skipped = texts.iter().map(|column| column.field).collect();
        }
        let columns = layout.data_columns();
        if columns.is_empty() {
            return Err(TextError::NoNumbers.into());
        }
        let mut annotations: Vec<(String, Column)> = Vec::new();
        for column in texts {
            annotations.push((layout.columns[column.field - 1].clone(), annotation::column(column.values)));
        }
        let names: Vec<String> = annotations.iter().map(|(name, _)| format!("`{name}`")).collect();
        let mut notes = Vec::new();
        let (cells, of_cells, genes, of_genes, whose) = match orientation {
            Orientation::GenesInColumns => (row_names, annotations, columns, Vec::new(), "cells"),
            Orientation::GenesInRows => {
                notes.push("genes are in rows; the table was turned".to_owned());
                (columns, Vec::new(), row_names, annotations, "genes")
            }
        };
        if !names.is_empty() {
            notes.push(format!("taken as annotations of the {whose}: {}", names.join(", ")));
        }
        if u32::try_from(genes.len()).is_err() {
            return Err(TextError::TooMany { what: "genes" }.into());
        }
        check_cells(&cells)?;
        Ok(Self {
            path: path.to_owned(),
            layout: Arc::new(layout),
            orientation,
            n_rows,
            limit,
            obs: Frame::in_memory(path, "obs", "one per cell", cells, of_cells),
            var: Frame::in_memory(path, "var", "one per gene", genes, of_genes),
            notes,
        })
    }

    /// Which way round the table is.
    pub fn orientation(&self) -> Orientation {
        self.orientation
    }
}

fn check_cells(cells: &[String]) -> Result<(), TextError> {
    let mut seen = HashMap::with_capacity(cells.len());
    for (cell, name) in cells.iter().enumerate() {
        if let Some(first) = seen.insert(name.as_str(), cell) {
            return Err(TextError::DuplicateCell { name: name.clone(), first: first + 1, second: cell + 1 });
        }
    }
    Ok(())
}

impl CellFile for TextTable {
    fn format(&self) -> Format {
        Format::TextTable
    }

    fn path(&self) -> &Path {
        &self.path
    }

    fn obs(&self) -> &Frame {
        &self.obs
    }

    fn genes_of(&self, matrix: &MatrixPath) -> Result<Frame, ReadError> {
        self.matrix(matrix).map(|_| self.var.clone())
    }

    fn matrices(&self) -> Result<Vec<MatrixInfo>, ReadError> {
        Ok(vec![MatrixInfo {
            path: MatrixPath::X,
            n_cells: self.obs.len() as u64,
            n_genes: self.var.len() as u64,
            storage: Storage::Dense,
            dtype: "text".to_owned(),
            n_non_zeros: None,
        }])
    }

    /// The cells in blocks. A table with genes in rows is read whole here: 8 bytes for each value that is not zero.
    fn source(&self, matrix: &MatrixPath, block_cells: usize) -> Result<Box<dyn BlockSource>, ReadError> {
        self.matrix(matrix)?;
        let rows = DataRows::new(self.path.clone(), Arc::clone(&self.layout), self.n_rows, self.limit);
        let rows = match self.orientation {
            Orientation::GenesInColumns => Rows::AsTheyStand(rows),
            Orientation::GenesInRows => {
                Rows::Turned(Turned::read(rows).map_err(|kind| ReadError::new(&self.path, kind))?)
            }
        };
        let genes = self.var.index().to_vec();
        Ok(Box::new(TextSource::new(self.path.clone(), self.obs.len(), genes, block_cells, rows)))
    }

    fn notes(&self) -> Vec<String> {
        self.notes.clone()
    }
}
