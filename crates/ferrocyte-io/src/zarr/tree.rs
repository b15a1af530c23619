//! A zarr store as a tree of groups and arrays.

use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

use serde_json::Value;

use super::array::Array;
use super::metadata::{self, Attributes, Element, Field, Version};
use super::store::Store;
use super::unexpected;
use crate::anndata::{Elements, Node, Object, Tree, column_of_numbers};
use crate::frame::Column;
use crate::h5ad::number::{FromStored, NumberType};
use crate::memory_limit::{MemoryLimit, NAME_BYTES};
use crate::read_error::{ReadError, ReadErrorKind, quoted};

/// An open store.
#[derive(Clone)]
pub(super) struct ZarrTree {
    path: Arc<Path>,
    store: Arc<Store>,
    version: Version,
}

/// A group that was found.
#[derive(Debug, Clone)]
pub(super) struct Group {
    key: String,
    attributes: Arc<Attributes>,
}

impl ZarrTree {
    /// Opens a folder or an archive.
    pub(super) fn open(path: &Path) -> Result<Self, ReadError> {
        let wrong = |kind| ReadError::new(path, kind);
        let store = Store::open(path).map_err(wrong)?;
        let version = metadata::version(&store).map_err(wrong)?;
        Ok(Self { path: path.into(), store: Arc::new(store), version })
    }

    fn node(&self, key: &str) -> Result<Option<Node<Self>>, ReadError> {
        let node = metadata::node(&self.store, self.version, key).map_err(|kind| self.error(kind))?;
        Ok(node.map(|node| match node {
            metadata::Node::Group(attributes) => {
                Object::Group(Group { key: key.to_owned(), attributes: Arc::new(attributes) })
            }
            metadata::Node::Array(metadata, attributes) => {
                Object::Dataset(Arc::new(Array::new(Arc::clone(&self.store), key, *metadata, attributes)))
            }
        }))
    }

    fn read<T>(&self, outcome: Result<T, ReadErrorKind>) -> Result<T, ReadError> {
        outcome.map_err(|kind| self.error(kind))
    }
}

fn attribute<'a>(object: &'a Node<ZarrTree>, name: &str) -> Option<&'a Value> {
    match object {
        Object::Group(group) => group.attributes.get(name),
        Object::Dataset(array) => array.attributes.get(name),
    }
}

impl Tree for ZarrTree {
    type Group = Group;
    type Array = Arc<Array>;

    fn path(&self) -> &Path {
        &self.path
    }

    fn not_anndata(&self) -> ReadError {
        match self.store.folders("") {
            Ok(found) => self.unexpected("the zarr store", "AnnData with `obs` and `var`", quoted(&found)),
            Err(kind) => self.error(kind),
        }
    }

    fn find(&self, path: &str) -> Result<Option<Node<Self>>, ReadError> {
        self.node(path)
    }

    fn child(&self, group: &Group, name: &str, _path: &str) -> Result<Option<Node<Self>>, ReadError> {
        self.node(&format!("{}/{name}", group.key))
    }

    fn names(&self, group: &Group, _path: &str) -> Result<Vec<String>, ReadError> {
        self.read(self.store.folders(&group.key))
    }

    fn has_attribute(&self, object: &Node<Self>, _path: &str, name: &str) -> Result<bool, ReadError> {
        Ok(attribute(object, name).is_some())
    }

    fn text_attribute(
        &self,
        object: &Node<Self>,
        _path: &str,
        name: &str,
    ) -> Result<Option<String>, ReadError> {
        Ok(attribute(object, name).and_then(Value::as_str).map(str::to_owned))
    }

    fn texts_attribute(
        &self,
        object: &Node<Self>,
        _path: &str,
        name: &str,
    ) -> Result<Option<Vec<String>>, ReadError> {
        let texts = attribute(object, name).and_then(Value::as_array);
        Ok(texts.and_then(|texts| texts.iter().map(|text| text.as_str().map(str::to_owned)).collect()))
    }

    fn numbers_attribute(
        &self,
        object: &Node<Self>,
        _path: &str,
        name: &str,
    ) -> Result<Option<Vec<u64>>, ReadError> {
        let numbers = attribute(object, name).and_then(Value::as_array);
        Ok(numbers.and_then(|numbers| numbers.iter().map(Value::as_u64).collect()))
    }

    fn flag_attribute(&self, object: &Node<Self>, _path: &str, name: &str) -> Result<bool, ReadError> {
        Ok(attribute(object, name).and_then(Value::as_bool).unwrap_or(false))
    }

    fn shape<'a>(&self, array: &'a Arc<Array>) -> &'a [u64] {
        &array.metadata.shape
    }

    fn chunk_rows(&self, array: &Arc<Array>) -> u64 {
        array.metadata.chunk.first().copied().unwrap_or(1).max(1)
    }

    fn number_type(&self, array: &Arc<Array>) -> Option<NumberType> {
        match array.metadata.element {
            Element::Number(stored) => Some(stored),
            _ => None,
        }
    }

    fn describe(&self, array: &Arc<Array>) -> String {
        array.metadata.element.describe()
    }

    fn check_size(&self, array: &Arc<Array>, _path: &str) -> Result<(), ReadError> {
        self.read(array.check_size())
    }

    fn check_count(&self, array: &Arc<Array>, path: &str) -> Result<(), ReadError> {
        let n_bytes = array.metadata.n_elements().saturating_mul(NAME_BYTES);
        self.check_kept(path, usize::try_from(n_bytes).unwrap_or(usize::MAX))
    }

    fn check_kept(&self, object: &str, bytes: usize) -> Result<(), ReadError> {
        let limit = MemoryLimit::of_file(self.read(self.store.n_bytes())?);
        self.read(limit.check(object, bytes as u64))
    }

    fn numbers<T: FromStored>(&self, array: &Arc<Array>, path: &str) -> Result<Vec<T>, ReadError> {
        let n_rows = array.metadata.shape.first().copied().unwrap_or(0);
        self.rows(array, path, 0..n_rows)
    }

    fn rows<T: FromStored>(
        &self,
        array: &Arc<Array>,
        path: &str,
        rows: Range<u64>,
    ) -> Result<Vec<T>, ReadError> {
        let Some(stored) = self.number_type(array) else {
            return Err(self.unexpected(path, "numbers", self.describe(array)));
        };
        let fill = [array.metadata.fill.to_number::<T>()];
        self.read(array.rows(rows, &fill, |bytes, _| Ok(stored.read(&bytes))))
    }

    fn strings(&self, array: &Arc<Array>, _path: &str) -> Result<Option<Vec<String>>, ReadError> {
        self.read(array.texts())
    }

    fn fields(&self, array: &Arc<Array>, path: &str) -> Result<Vec<String>, ReadError> {
        match &array.metadata.element {
            Element::Records { fields, .. } => Ok(fields.iter().map(|field| field.name.clone()).collect()),
            other => Err(self.unexpected(path, "a table", other.describe())),
        }
    }

    fn field(&self, array: &Arc<Array>, name: &str, path: &str) -> Result<Column, ReadError> {
        let Element::Records { fields, size } = &array.metadata.element else {
            return Err(self.unexpected(path, "a table", array.metadata.element.describe()));
        };
        let field = fields.iter().find(|field| field.name == name);
        let Some(Field { element, start, .. }) = field else {
            return Err(self.unexpected(path, "a column", "nothing"));
        };
        let n_bytes = element.n_bytes().unwrap_or(0);
        self.read(array.check_size())?;
        self.check_count(array, path)?;
        let n_records = usize::try_from(array.metadata.n_elements()).unwrap_or(usize::MAX);
        self.check_kept(path, n_records.saturating_mul(*size))?;
        let raw = self.read(array.records(*size))?;
        let records = raw.chunks_exact((*size).max(1));
        let values = records.filter_map(|record| record.get(*start..start + n_bytes));
        let raw: Vec<u8> = values.flatten().copied().collect();
        if let Element::Number(stored) = element {
            return column_of_numbers(*stored, &Elements { stored: *stored, raw: &raw });
        }
        let texts = element
            .fixed_texts(&raw)
            .ok_or_else(|| self.error(unexpected(path, "text or numbers", element.describe())))?;
        Ok(Column::Strings(texts.into_iter().map(Some).collect()))
    }
}
