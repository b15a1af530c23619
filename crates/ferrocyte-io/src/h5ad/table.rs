//! Arrays of records, as anndata before 0.7 wrote `obs` and `var`.

use std::sync::Arc;

use hdf5_reader::messages::datatype::CompoundField;
use hdf5_reader::{Dataset, Datatype};

use super::container::Container;
use super::number::{NumberType, describe};
use super::text::TextType;
use crate::anndata::{Elements, column_of_numbers};
use crate::frame::Column;
use crate::read_error::ReadError;

/// An array of records.
pub(super) struct Table<'a> {
    dataset: &'a Arc<Dataset>,
    fields: &'a [CompoundField],
    record_size: usize,
}

impl<'a> Table<'a> {
    /// Takes an array of records with at least one field.
    pub(super) fn new(
        container: &Container,
        dataset: &'a Arc<Dataset>,
        path: &str,
    ) -> Result<Self, ReadError> {
        match dataset.dtype() {
            Datatype::Compound { size, fields } if !fields.is_empty() => {
                container.check_count(dataset, path)?;
                Ok(Self { dataset, fields, record_size: *size as usize })
            }
            other => Err(container.unexpected(path, "a table", describe(other))),
        }
    }

    /// Names of the fields.
    pub(super) fn names(&self) -> Vec<String> {
        self.fields.iter().map(|field| field.name.clone()).collect()
    }

    /// The values of a field.
    pub(super) fn values(&self, container: &Container, name: &str, path: &str) -> Result<Column, ReadError> {
        let missing = || container.unexpected(path, "a column", "nothing");
        let field = self.fields.iter().find(|field| field.name == name).ok_or_else(missing)?;
        let (text, number) = (TextType::of(&field.datatype), NumberType::of(&field.datatype));
        let size = match (text, number) {
            (Some(text), _) => text.element_size(self.dataset),
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
        let n_rows = usize::try_from(container.length(self.dataset, path)?).unwrap_or(usize::MAX);
        let raw = container.records(self.dataset, path)?;
        let records = raw.chunks_exact(self.record_size.max(1));
        let elements: Vec<u8> = records.flat_map(|record| &record[start..end]).copied().collect();
        if let Some(text) = text {
            let strings = text.decode(&elements, n_rows, self.dataset, container, path)?;
            return Ok(Column::Strings(strings.into_iter().map(Some).collect()));
        }
        let stored =
            number.ok_or_else(|| container.unexpected(path, "text or numbers", describe(&field.datatype)))?;
        column_of_numbers(stored, &Elements { stored, raw: &elements })
    }
}
