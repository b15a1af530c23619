//! Columns as the files hold them, in every encoding that anndata has used.

use std::sync::Arc;

use hdf5_reader::{Dataset, Datatype};

use super::container::{Container, Object};
use super::number::{self, NumberType, describe};
use super::text::{self, TextType};
use crate::frame::{Categorical, Column};
use crate::read_error::{ReadError, ReadErrorKind};

/// Reads a column from the object that holds it.
pub(crate) fn read(container: &Container, object: &Object, path: &str) -> Result<Column, ReadError> {
    let group = match object {
        Object::Dataset(dataset) => return array(container, dataset, path),
        Object::Group(group) => group,
    };
    let encoding = text::attribute(&container.attributes(object, path)?, "encoding-type");
    let part = |name: &str| {
        let path = format!("{path}/{name}");
        container.child(group, name, &path).map(|object| (object, path))
    };
    match encoding.as_deref() {
        Some("categorical") => {
            let ((codes, codes_path), (categories, categories_path)) = (part("codes")?, part("categories")?);
            let codes = required(container, codes, &codes_path)?;
            let Some(categories) = categories else {
                return Err(container.unexpected(&categories_path, "the categories", "nothing"));
            };
            categorical(container, &codes, &codes_path, &categories, &categories_path)
        }
        Some("nullable-integer" | "nullable-boolean" | "nullable-string-array") => {
            let ((values, values_path), (mask, mask_path)) = (part("values")?, part("mask")?);
            let values = required(container, values, &values_path)?;
            let mask = required(container, mask, &mask_path)?;
            let column = array(container, &values, &values_path)?;
            container.length(&mask, &mask_path)?;
            container.check_count(&mask, &mask_path)?;
            let mask = container.numbers::<u32>(&mask, &mask_path)?;
            masked(container, column, &mask, &mask_path)
        }
        found => Err(container.unexpected(
            path,
            "a column of text, numbers, truth values or categories",
            found.map_or_else(|| "a group without `encoding-type`".to_owned(), |name| format!("`{name}`")),
        )),
    }
}

/// Reads codes and the categories they point to.
pub(crate) fn categorical(
    container: &Container,
    codes: &Dataset,
    codes_path: &str,
    categories: &Object,
    categories_path: &str,
) -> Result<Column, ReadError> {
    container.length(codes, codes_path)?;
    container.check_count(codes, codes_path)?;
    let codes = container.numbers::<i64>(codes, codes_path)?;
    let categories = match categories {
        Object::Dataset(dataset) => array(container, dataset, categories_path)?,
        Object::Group(_) => match read(container, categories, categories_path)? {
            Column::Categorical(_) => {
                return Err(container.unexpected(categories_path, "names", "categories of categories"));
            }
            plain => plain,
        },
    };
    from_codes(container, &codes, &categories, codes_path)
}

/// Puts codes and categories together.
pub(crate) fn from_codes(
    container: &Container,
    codes: &[i64],
    categories: &Column,
    codes_path: &str,
) -> Result<Column, ReadError> {
    let names = categories.to_names().into_iter().map(Option::unwrap_or_default).collect::<Vec<_>>();
    let n = names.len();
    let column = Categorical::new(codes, names).map_err(|row| {
        let found = format!("{} in row {row}", codes[row]);
        container.unexpected(codes_path, format!("codes below {n}, the number of categories"), found)
    })?;
    match column.too_long() {
        None => Ok(Column::Categorical(column)),
        Some(n_bytes) => Err(container.unexpected(
            codes_path,
            "categories with names",
            format!("texts that are {n_bytes} bytes long over all rows"),
        )),
    }
}

/// Reads an array of one dimension.
pub(crate) fn array(container: &Container, dataset: &Dataset, path: &str) -> Result<Column, ReadError> {
    container.length(dataset, path)?;
    values(container, dataset, path)
}

/// Reads all values of an array, whatever its dimensions, in the order of the file.
pub(crate) fn values(container: &Container, dataset: &Dataset, path: &str) -> Result<Column, ReadError> {
    container.check_count(dataset, path)?;
    if let Some(strings) = text::read(container, dataset, path)? {
        return Ok(Column::Strings(strings.into_iter().map(Some).collect()));
    }
    let raw = container.call(path, || dataset.read_raw_bytes())?;
    numbers(&raw, dataset.dtype()).ok_or_else(|| not_a_column(container, dataset.dtype(), path))
}

/// Decodes raw elements of a stored type; `n` is their number.
pub(crate) fn elements(
    container: &Container,
    dataset: &Dataset,
    datatype: &Datatype,
    raw: &[u8],
    n: usize,
    path: &str,
) -> Result<Column, ReadError> {
    if let Some(text) = TextType::of(datatype) {
        let strings = text.decode(raw, n, dataset, container, path)?;
        return Ok(Column::Strings(strings.into_iter().map(Some).collect()));
    }
    numbers(raw, datatype).ok_or_else(|| not_a_column(container, datatype, path))
}

fn numbers(raw: &[u8], datatype: &Datatype) -> Option<Column> {
    let stored = NumberType::of(datatype)?;
    let too_large = |values: &[u64]| values.iter().any(|&value| i64::try_from(value).is_err());
    Some(if stored.is_bool() {
        let values = number::decode::<u32>(raw, datatype)?;
        Column::Booleans(values.into_iter().map(|value| Some(value != 0)).collect())
    } else if stored.is_float() || stored.is_u64() && too_large(&number::decode(raw, datatype)?) {
        Column::Floats(number::decode(raw, datatype)?)
    } else {
        Column::Integers(number::decode::<i64>(raw, datatype)?.into_iter().map(Some).collect())
    })
}

/// Takes away the values that a mask marks as missing.
fn masked(container: &Container, column: Column, mask: &[u32], path: &str) -> Result<Column, ReadError> {
    fn hide<T>(values: &mut [Option<T>], mask: &[u32]) {
        for (value, _) in values.iter_mut().zip(mask).filter(|(_, missing)| **missing != 0) {
            *value = None;
        }
    }
    let mut column = column;
    if column.len() != mask.len() {
        return Err(container.error(ReadErrorKind::Length {
            array: path.to_owned(),
            expected: column.len() as u64,
            meaning: "one per value",
            found: mask.len() as u64,
        }));
    }
    match &mut column {
        Column::Strings(values) => hide(values, mask),
        Column::Integers(values) => hide(values, mask),
        Column::Booleans(values) => hide(values, mask),
        Column::Floats(values) => {
            for (value, _) in values.iter_mut().zip(mask).filter(|(_, missing)| **missing != 0) {
                *value = f64::NAN;
            }
        }
        Column::Categorical(_) => {} // `array` makes none
    }
    Ok(column)
}

fn required(container: &Container, object: Option<Object>, path: &str) -> Result<Arc<Dataset>, ReadError> {
    match object {
        Some(Object::Dataset(dataset)) => Ok(dataset),
        Some(Object::Group(_)) => Err(container.unexpected(path, "an array", "a group")),
        None => Err(container.unexpected(path, "an array", "nothing")),
    }
}

fn not_a_column(container: &Container, datatype: &Datatype, path: &str) -> ReadError {
    container.unexpected(path, "text, numbers or truth values", describe(datatype))
}
