//! The annotations of cells and genes in an `.h5ad` file.

use std::sync::Arc;

use hdf5_reader::Dataset;
use hdf5_reader::group::Group;

use super::column_reader;
use super::container::{Container, Object};
use super::table::Table;
use super::text;
use crate::frame::{Column, Columns, Frame};
use crate::read_error::ReadError;

/// Group of the categories of anndata 0.7; not a column.
const OLD_CATEGORIES: &str = "__categories";

/// Columns that are read from the file when they are asked for.
struct H5adColumns {
    container: Container,
    path: String,
    rows: Rows,
}

/// How the columns are held.
enum Rows {
    Group(Group),
    Table(Box<Table>),
}

/// Reads the names of rows and columns of `obs`, `var` or `raw/var`. `meaning` says what a row is: `one per cell`.
pub(crate) fn open_frame(
    container: &Container,
    path: &str,
    object: Object,
    meaning: &'static str,
) -> Result<Frame, ReadError> {
    let (rows, index, columns) = match object {
        Object::Dataset(dataset) => from_table(container, dataset, path)?,
        Object::Group(group) => from_group(container, group, path)?,
    };
    // A name that is missing is an empty name.
    let index = index.to_names().into_iter().map(Option::unwrap_or_default).collect();
    let source = H5adColumns { container: container.clone(), path: path.to_owned(), rows };
    Ok(Frame::new(container.path(), path, meaning, index, columns, Arc::new(source)))
}

impl Columns for H5adColumns {
    fn read(&self, name: &str) -> Result<Column, ReadError> {
        let column = match &self.rows {
            Rows::Table(table) => table.column(&self.container, name)?,
            Rows::Group(group) => column_of_group(&self.container, group, &self.path, name)?,
        };
        let path = || format!("{}/{name}", self.path);
        column.ok_or_else(|| self.container.unexpected(&path(), "a column", "nothing"))
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
        let column = column_reader::categorical(container, codes, &path, &categories, &categories_path)?;
        let attributes = container.attributes(&categories, &categories_path)?;
        return Ok(Some(column_reader::with_order(column, &attributes)));
    }
    column_reader::read(container, &object, &path).map(Some)
}
