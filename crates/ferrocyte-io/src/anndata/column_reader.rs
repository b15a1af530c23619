//! Columns as the files hold them, in every encoding that anndata has used.

use super::tree::{Node, Object, Tree};
use crate::frame::{Categorical, Column};
use crate::h5ad::number::{FromStored, NumberType};
use crate::read_error::{ReadError, ReadErrorKind};

/// Reads a column from the object that holds it.
pub(super) fn read<F: Tree>(container: &F, object: &Node<F>, path: &str) -> Result<Column, ReadError> {
    let group = match object {
        Object::Dataset(stored) => return array(container, stored, path),
        Object::Group(group) => group,
    };
    let encoding = container.text_attribute(object, path, "encoding-type")?;
    let part = |name: &str| {
        let path = format!("{path}/{name}");
        container.child(group, name, &path).map(|object| (object, path))
    };
    match encoding.as_deref() {
        Some("categorical") => {
            let ((codes, codes_path), (categories, categories_path)) = (part("codes")?, part("categories")?);
            let codes = container.required(codes, &codes_path)?;
            let Some(categories) = categories else {
                return Err(container.unexpected(&categories_path, "the categories", "nothing"));
            };
            let column = categorical(container, &codes, &codes_path, &categories, &categories_path)?;
            with_order(container, column, object, path)
        }
        Some("nullable-integer" | "nullable-boolean" | "nullable-string-array") => {
            let ((values, values_path), (mask, mask_path)) = (part("values")?, part("mask")?);
            let values = container.required(values, &values_path)?;
            let mask = container.required(mask, &mask_path)?;
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

/// Marks categories as ordered where the attribute `ordered` of the object says so.
pub(super) fn with_order<F: Tree>(
    container: &F,
    column: Column,
    object: &Node<F>,
    path: &str,
) -> Result<Column, ReadError> {
    Ok(match column {
        Column::Categorical(column) => {
            Column::Categorical(column.with_order(container.flag_attribute(object, path, "ordered")?))
        }
        other => other,
    })
}

/// Reads codes and the categories they point to.
pub(super) fn categorical<F: Tree>(
    container: &F,
    codes: &F::Array,
    codes_path: &str,
    categories: &Node<F>,
    categories_path: &str,
) -> Result<Column, ReadError> {
    container.length(codes, codes_path)?;
    container.check_count(codes, codes_path)?;
    let codes = container.numbers::<i64>(codes, codes_path)?;
    let categories = match categories {
        Object::Dataset(names) => array(container, names, categories_path)?,
        Object::Group(_) => {
            // Before they are read: a file can nest them as deep as it likes.
            if container.text_attribute(categories, categories_path, "encoding-type")?.as_deref()
                == Some("categorical")
            {
                return Err(container.unexpected(categories_path, "names", "categories of categories"));
            }
            read(container, categories, categories_path)?
        }
    };
    from_codes(container, &codes, &categories, codes_path)
}

/// Puts codes and categories together.
pub(super) fn from_codes<F: Tree>(
    container: &F,
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
pub(super) fn array<F: Tree>(container: &F, array: &F::Array, path: &str) -> Result<Column, ReadError> {
    container.length(array, path)?;
    values(container, array, path)
}

/// Reads all values of an array, whatever its dimensions, in the order of the file.
pub(crate) fn values<F: Tree>(container: &F, array: &F::Array, path: &str) -> Result<Column, ReadError> {
    container.check_count(array, path)?;
    if let Some(strings) = container.strings(array, path)? {
        return Ok(Column::Strings(strings.into_iter().map(Some).collect()));
    }
    if let Some(stored) = container.number_type(array) {
        return column_of_numbers(stored, &InFile { container, array, path });
    }
    Err(container.unexpected(path, "text, numbers or truth values", container.describe(array)))
}

/// Where the numbers of a column come from: as what they are read depends on how they are stored.
pub(crate) trait Numbers {
    fn read<T: FromStored>(&self) -> Result<Vec<T>, ReadError>;
}

/// Numbers in memory, as they are stored.
pub(crate) struct Elements<'a> {
    pub(crate) stored: NumberType,
    pub(crate) raw: &'a [u8],
}

impl Numbers for Elements<'_> {
    fn read<T: FromStored>(&self) -> Result<Vec<T>, ReadError> {
        Ok(self.stored.read(self.raw))
    }
}

struct InFile<'a, F: Tree> {
    container: &'a F,
    array: &'a F::Array,
    path: &'a str,
}

impl<F: Tree> Numbers for InFile<'_, F> {
    fn read<T: FromStored>(&self) -> Result<Vec<T>, ReadError> {
        self.container.numbers(self.array, self.path)
    }
}

/// Makes a column of stored numbers.
pub(crate) fn column_of_numbers(stored: NumberType, numbers: &impl Numbers) -> Result<Column, ReadError> {
    let too_large = |values: &[u64]| values.iter().any(|&value| i64::try_from(value).is_err());
    Ok(if stored.is_bool() {
        Column::Booleans(numbers.read::<u32>()?.into_iter().map(|value| Some(value != 0)).collect())
    } else if stored.is_float() || stored.is_u64() && too_large(&numbers.read::<u64>()?) {
        Column::Floats(numbers.read()?)
    } else {
        Column::Integers(numbers.read::<i64>()?.into_iter().map(Some).collect())
    })
}

/// Takes away the values that a mask marks as missing.
fn masked<F: Tree>(container: &F, column: Column, mask: &[u32], path: &str) -> Result<Column, ReadError> {
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
