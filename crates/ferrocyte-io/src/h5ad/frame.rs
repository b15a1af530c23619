//! The annotations of cells or of genes.

use std::sync::Arc;

use hdf5_reader::Dataset;
use hdf5_reader::group::Group;

use super::column::Column;
use super::column_reader;
use super::container::{Container, Object};
use super::table::Table;
use super::text;
use crate::read_error::{ReadError, ReadErrorKind};

/// Group of the categories of anndata 0.7; not a column.
const OLD_CATEGORIES: &str = "__categories";

/// The annotations of cells (`obs`) or of genes (`var`, `raw/var`): a name per row, and columns that are read
/// when they are asked for.
#[derive(Clone)]
pub struct Frame {
    container: Container,
    path: String,
    meaning: &'static str,
    rows: Rows,
    index: Arc<[String]>,
    columns: Vec<String>,
}

/// How the columns are held.
#[derive(Clone)]
enum Rows {
    Group(Group),
    Table(Box<Table>),
}

impl Frame {
    /// Reads the names of rows and columns. `meaning` says what a row is: `one per cell`.
    pub(crate) fn open(
        container: &Container,
        path: &str,
        object: Object,
        meaning: &'static str,
    ) -> Result<Self, ReadError> {
        let (rows, index, columns) = match object {
            Object::Dataset(dataset) => from_table(container, dataset, path)?,
            Object::Group(group) => from_group(container, group, path)?,
        };
        // A name that is missing is an empty name.
        let index = index.to_names().into_iter().map(Option::unwrap_or_default).collect();
        Ok(Self { container: container.clone(), path: path.to_owned(), meaning, rows, index, columns })
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

    /// Names of the rows: cells or genes.
    pub fn index(&self) -> &[String] {
        &self.index
    }

    /// The names of the rows, to be kept.
    pub(crate) fn shared_index(&self) -> Arc<[String]> {
        Arc::clone(&self.index)
    }

    /// Reads a column.
    ///
    /// # Errors
    /// When there is none of that name (the error names those there are), when it does not have one value per
    /// row, or holds something that is neither text nor numbers.
    pub fn column(&self, name: &str) -> Result<Column, ReadError> {
        if !self.columns.iter().any(|column| column == name) {
            return Err(self.container.error(ReadErrorKind::NoColumn {
                frame: self.path.clone(),
                wanted: name.to_owned(),
                present: self.columns.clone(),
            }));
        }
        let path = format!("{}/{name}", self.path);
        let column = match &self.rows {
            Rows::Table(table) => table.column(&self.container, name)?,
            Rows::Group(group) => column_of_group(&self.container, group, &self.path, name)?,
        };
        let column = column.ok_or_else(|| self.container.unexpected(&path, "a column", "nothing"))?;
        if column.len() != self.len() {
            return Err(self.container.error(ReadErrorKind::Length {
                array: path,
                expected: self.len() as u64,
                meaning: self.meaning,
                found: column.len() as u64,
            }));
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

type Parts = (Rows, Column, Vec<String>);

fn from_table(container: &Container, dataset: Arc<Dataset>, path: &str) -> Result<Parts, ReadError> {
    let table = Table::new(container, dataset, path)?;
    let mut names = table.names().map(str::to_owned);
    let index = names.next().unwrap_or_default();
    let columns = names.collect();
    let index = table.column(container, &index)?;
    let index = index.ok_or_else(|| container.unexpected(path, "names", "nothing"))?;
    Ok((Rows::Table(Box::new(table)), index, columns))
}

fn from_group(container: &Container, group: Group, path: &str) -> Result<Parts, ReadError> {
    let attributes = container.attributes(&Object::Group(group.clone()), path)?;
    let index_name = text::attribute(&attributes, "_index").unwrap_or_else(|| "_index".to_owned());
    let columns = if let Some(columns) = text::attribute_list(&attributes, "column-order") {
        columns
    } else {
        let mut names = container.names(&group, path)?;
        names.retain(|name| *name != index_name && name != OLD_CATEGORIES);
        names
    };
    let index = column_of_group(container, &group, path, &index_name)?.ok_or_else(|| {
        container.unexpected(&format!("{path}/{index_name}"), "the names of the rows", "nothing")
    })?;
    Ok((Rows::Group(group), index, columns))
}

fn column_of_group(
    container: &Container,
    group: &Group,
    frame: &str,
    name: &str,
) -> Result<Option<Column>, ReadError> {
    let path = format!("{frame}/{name}");
    let Some(object) = container.child(group, name, &path)? else { return Ok(None) };
    if let Object::Dataset(codes) = &object
        && container.attributes(&object, &path)?.iter().any(|attribute| attribute.name == "categories")
    {
        // anndata 0.7: the attribute refers to the array of this name.
        let categories_path = format!("{frame}/{OLD_CATEGORIES}/{name}");
        let categories = container
            .find(&categories_path)?
            .ok_or_else(|| container.unexpected(&categories_path, "the categories", "nothing"))?;
        return column_reader::categorical(container, codes, &path, &categories, &categories_path).map(Some);
    }
    column_reader::read(container, &object, &path).map(Some)
}
