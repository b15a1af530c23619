//! `obs` and `var` as anndata before 0.7 wrote them: one array of records, the names in the first field, and
//! the categories of a field `NAME` in `uns/NAME_categories`.

use super::column_reader;
use super::tree::{Object, Tree};
use crate::frame::Column;
use crate::read_error::ReadError;

/// The names of the rows, and the names of the columns.
pub(super) fn names<F: Tree>(
    container: &F,
    array: &F::Array,
    path: &str,
) -> Result<(Column, Vec<String>), ReadError> {
    container.length(array, path)?;
    let mut names = container.fields(array, path)?.into_iter();
    let index = names.next().ok_or_else(|| container.unexpected(path, "names", "nothing"))?;
    Ok((column(container, array, path, &index)?, names.collect()))
}

/// Reads one field, with its categories where it has some.
pub(super) fn column<F: Tree>(
    container: &F,
    array: &F::Array,
    frame: &str,
    name: &str,
) -> Result<Column, ReadError> {
    let path = format!("{frame}/{name}");
    let values = container.field(array, name, &path)?;
    let Column::Integers(codes) = &values else { return Ok(values) };
    let categories_path = format!("uns/{name}_categories");
    let Some(Object::Dataset(categories)) = container.find(&categories_path)? else {
        return Ok(values);
    };
    let categories = column_reader::array(container, &categories, &categories_path)?;
    let codes: Vec<i64> = codes.iter().map(|code| code.unwrap_or(-1)).collect();
    column_reader::from_codes(container, &codes, &categories, &path)
}
