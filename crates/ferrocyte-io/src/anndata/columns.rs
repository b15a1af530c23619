//! The annotations of cells and genes.

use std::sync::Arc;

use super::column_reader;
use super::table;
use super::tree::{Node, Object, Tree};
use crate::frame::{Column, Columns, Frame, Names, NamesBuilder};
use crate::read_error::{ReadError, ReadErrorKind};

/// Group of the categories of anndata 0.7; not a column.
const OLD_CATEGORIES: &str = "__categories";

/// Columns that are read from the file when they are asked for.
struct TreeColumns<F: Tree> {
    container: F,
    path: String,
    /// A group of columns, or one array of records.
    rows: Node<F>,
}

/// Reads the names of rows and columns of `obs`, `var` or `raw/var`. `meaning` says what a row is: `one per cell`.
pub(crate) fn open_frame<F: Tree>(
    container: &F,
    path: &str,
    object: Node<F>,
    meaning: &'static str,
) -> Result<Frame, ReadError> {
    let (index, columns) = match &object {
        Object::Dataset(array) => {
            let (index, columns) = table::names(container, array, path)?;
            (names_of(index), columns)
        }
        Object::Group(_) => from_group(container, &object, path)?,
    };
    let source = TreeColumns { container: container.clone(), path: path.to_owned(), rows: object };
    Ok(Frame::new(container.path(), path, meaning, index, columns, Arc::new(source)))
}

/// The entries of a column as names; one that is missing is an empty name.
fn names_of(index: Column) -> Names {
    let names = match index {
        Column::Strings(names) => names,
        other => other.to_names(),
    };
    names.into_iter().map(Option::unwrap_or_default).collect::<Vec<_>>().into()
}

impl<F: Tree> Columns for TreeColumns<F> {
    fn read(&self, name: &str) -> Result<Column, ReadError> {
        match &self.rows {
            Object::Dataset(array) => table::column(&self.container, array, &self.path, name),
            Object::Group(group) => {
                let path = || format!("{}/{name}", self.path);
                let column = column_of_group(&self.container, group, &self.path, name)?;
                column.ok_or_else(|| self.container.unexpected(&path(), "a column", "nothing"))
            }
        }
    }
}

fn from_group<F: Tree>(
    container: &F,
    object: &Node<F>,
    path: &str,
) -> Result<(Names, Vec<String>), ReadError> {
    let index_name = container.text_attribute(object, path, "_index")?.unwrap_or_else(|| "_index".to_owned());
    let missing =
        || container.unexpected(&format!("{path}/{index_name}"), "the names of the rows", "nothing");
    let Object::Group(group) = object else { return Err(missing()) };
    let columns = if let Some(columns) = container.texts_attribute(object, path, "column-order")? {
        columns
    } else {
        let mut names = container.names(group, path)?;
        names.retain(|name| *name != index_name && name != OLD_CATEGORIES);
        names
    };
    if let Some(index) = texts_of_group(container, group, path, &index_name)? {
        return Ok((index, columns));
    }
    let index = column_of_group(container, group, path, &index_name)?.ok_or_else(missing)?;
    Ok((names_of(index), columns))
}

/// The names in an array of texts, as nearly every file has them, read one after the other.
fn texts_of_group<F: Tree>(
    container: &F,
    group: &F::Group,
    frame: &str,
    name: &str,
) -> Result<Option<Names>, ReadError> {
    let path = format!("{frame}/{name}");
    let Some(object) = container.child(group, name, &path)? else { return Ok(None) };
    let Object::Dataset(texts) = &object else { return Ok(None) };
    if container.has_attribute(&object, &path, "categories")? {
        return Ok(None);
    }
    container.length(texts, &path)?;
    container.check_count(texts, &path)?;
    let mut names = NamesBuilder::new();
    if !container.each_string(texts, &path, &mut |name| names.push(name))? {
        return Ok(None);
    }
    names.finish().map(Some).map_err(|error| container.error(ReadErrorKind::Io(error)))
}

fn column_of_group<F: Tree>(
    container: &F,
    group: &F::Group,
    frame: &str,
    name: &str,
) -> Result<Option<Column>, ReadError> {
    let path = format!("{frame}/{name}");
    let Some(object) = container.child(group, name, &path)? else { return Ok(None) };
    if let Object::Dataset(codes) = &object
        && container.has_attribute(&object, &path, "categories")?
    {
        // anndata 0.7: the attribute refers to the array of this name.
        let categories_path = format!("{frame}/{OLD_CATEGORIES}/{name}");
        let categories = container
            .find(&categories_path)?
            .ok_or_else(|| container.unexpected(&categories_path, "the categories", "nothing"))?;
        let column = column_reader::categorical(container, codes, &path, &categories, &categories_path)?;
        return column_reader::with_order(container, column, &categories, &categories_path).map(Some);
    }
    column_reader::read(container, &object, &path).map(Some)
}
