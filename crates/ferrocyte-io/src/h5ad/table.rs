//! `obs` and `var` as anndata before 0.7 wrote them: one array of records, the names in the first field, and
//! the categories of a field `NAME` in `uns/NAME_categories`.

use std::sync::Arc;

use hdf5_reader::messages::datatype::CompoundField;
use hdf5_reader::{Dataset, Datatype};

use super::column_reader;
use super::container::{Container, Object};
use super::number::{NumberType, describe};
use super::text::TextType;
use crate::frame::Column;
use crate::read_error::ReadError;

/// An array of records.
#[derive(Clone)]
pub(crate) struct Table {
    dataset: Arc<Dataset>,
    fields: Vec<CompoundField>,
    record_size: usize,
    n_rows: usize,
    path: String,
}

impl Table {
    /// Takes an array of records with at least one field.
    pub(crate) fn new(container: &Container, dataset: Arc<Dataset>, path: &str) -> Result<Self, ReadError> {
        let (fields, record_size) = match dataset.dtype() {
            Datatype::Compound { size, fields } if !fields.is_empty() => (fields.clone(), *size as usize),
            other => return Err(container.unexpected(path, "a table", describe(other))),
        };
        container.check_count(&dataset, path)?;
        let n_rows = usize::try_from(container.length(&dataset, path)?).unwrap_or(usize::MAX);
        Ok(Self { dataset, fields, record_size, n_rows, path: path.to_owned() })
    }

    /// Names of the fields; the first is the index.
    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.fields.iter().map(|field| field.name.as_str())
    }

    /// Reads one field, with its categories where it has some.
    pub(crate) fn column(&self, container: &Container, name: &str) -> Result<Option<Column>, ReadError> {
        let Some(field) = self.fields.iter().find(|field| field.name == name) else { return Ok(None) };
        let path = format!("{}/{name}", self.path);
        let values = self.values(container, field, &path)?;
        let Column::Integers(codes) = &values else { return Ok(Some(values)) };
        let categories_path = format!("uns/{name}_categories");
        let Some(Object::Dataset(categories)) = container.find(&categories_path)? else {
            return Ok(Some(values));
        };
        let categories = column_reader::array(container, &categories, &categories_path)?;
        let codes: Vec<i64> = codes.iter().map(|code| code.unwrap_or(-1)).collect();
        column_reader::from_codes(container, &codes, &categories, &path).map(Some)
    }

    fn values(&self, container: &Container, field: &CompoundField, path: &str) -> Result<Column, ReadError> {
        let size = match (TextType::of(&field.datatype), NumberType::of(&field.datatype)) {
            (Some(text), _) => text.element_size(&self.dataset),
            (None, Some(number)) => number.n_bytes(),
            (None, None) => {
                return Err(container.unexpected(path, "text or numbers", describe(&field.datatype)));
            }
        };
        let start = field.byte_offset as usize;
        let end = start.saturating_add(size);
        if end > self.record_size {
            let found = format!("a field that ends at byte {end}");
            return Err(container.unexpected(path, format!("records of {} bytes", self.record_size), found));
        }
        let raw = container.call(path, || self.dataset.read_raw_bytes())?;
        let records = raw.chunks_exact(self.record_size.max(1));
        let elements: Vec<u8> = records.flat_map(|record| &record[start..end]).copied().collect();
        column_reader::elements(container, &self.dataset, &field.datatype, &elements, self.n_rows, path)
    }
}
