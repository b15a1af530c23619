//! An HDF5 file as a tree of groups and arrays.

use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

use hdf5_reader::group::Group;
use hdf5_reader::{Attribute, Dataset, SliceInfo, SliceInfoElem};

use super::container::{Container, Object};
use super::number::{FromStored, Number, NumberType, describe, into_plain};
use super::table::Table;
use super::text;
use crate::anndata::Tree;
use crate::frame::Column;
use crate::read_error::{ReadError, ReadErrorKind};

impl Tree for Container {
    type Group = Group;
    type Array = Arc<Dataset>;

    fn path(&self) -> &Path {
        self.path()
    }

    fn not_anndata(&self) -> ReadError {
        match self.root().and_then(|root| self.names(&root, "/")) {
            Ok(found) => self.error(ReadErrorKind::NotAnnData { found }),
            Err(error) => error,
        }
    }

    fn find(&self, path: &str) -> Result<Option<Object>, ReadError> {
        self.find(path)
    }

    fn child(&self, group: &Group, name: &str, path: &str) -> Result<Option<Object>, ReadError> {
        self.child(group, name, path)
    }

    fn names(&self, group: &Group, path: &str) -> Result<Vec<String>, ReadError> {
        self.names(group, path)
    }

    fn has_attribute(&self, object: &Object, path: &str, name: &str) -> Result<bool, ReadError> {
        Ok(self.attributes(object, path)?.iter().any(|attribute| attribute.name == name))
    }

    fn text_attribute(&self, object: &Object, path: &str, name: &str) -> Result<Option<String>, ReadError> {
        Ok(text::attribute(&self.attributes(object, path)?, name))
    }

    fn texts_attribute(
        &self,
        object: &Object,
        path: &str,
        name: &str,
    ) -> Result<Option<Vec<String>>, ReadError> {
        Ok(text::attribute_list(&self.attributes(object, path)?, name))
    }

    fn numbers_attribute(
        &self,
        object: &Object,
        path: &str,
        name: &str,
    ) -> Result<Option<Vec<u64>>, ReadError> {
        let attributes = self.attributes(object, path)?;
        let read = |attribute: &Attribute| self.call(path, || attribute.read_1d::<Number<u64>>());
        let numbers = attributes.iter().find(|attribute| attribute.name == name).map(read).transpose()?;
        Ok(numbers.map(into_plain))
    }

    fn flag_attribute(&self, object: &Object, path: &str, name: &str) -> Result<bool, ReadError> {
        let says_yes = |attribute: &Attribute| {
            attribute.name == name && attribute.raw_data.iter().any(|&byte| byte != 0)
        };
        Ok(self.attributes(object, path)?.iter().any(says_yes))
    }

    fn shape<'a>(&self, array: &'a Arc<Dataset>) -> &'a [u64] {
        array.shape()
    }

    fn chunk_rows(&self, array: &Arc<Dataset>) -> u64 {
        array.chunks().and_then(|chunk| chunk.first().copied()).map_or(1, u64::from).max(1)
    }

    fn number_type(&self, array: &Arc<Dataset>) -> Option<NumberType> {
        NumberType::of(array.dtype())
    }

    fn describe(&self, array: &Arc<Dataset>) -> String {
        describe(array.dtype())
    }

    fn check_size(&self, array: &Arc<Dataset>, path: &str) -> Result<(), ReadError> {
        self.check_size(array, path)
    }

    fn check_count(&self, array: &Arc<Dataset>, path: &str) -> Result<(), ReadError> {
        self.check_count(array, path)
    }

    fn check_kept(&self, object: &str, bytes: usize) -> Result<(), ReadError> {
        self.check_kept(object, bytes)
    }

    fn numbers<T: FromStored>(&self, array: &Arc<Dataset>, path: &str) -> Result<Vec<T>, ReadError> {
        self.numbers(array, path)
    }

    fn rows<T: FromStored>(
        &self,
        array: &Arc<Dataset>,
        path: &str,
        rows: Range<u64>,
    ) -> Result<Vec<T>, ReadError> {
        let slice = |start, end| SliceInfoElem::Slice { start, end, step: 1 };
        let mut selections = vec![slice(rows.start, rows.end)];
        selections.extend(array.shape().iter().skip(1).map(|&length| slice(0, length)));
        let selection = SliceInfo { selections };
        let read = || array.read_slice_parallel::<Number<T>>(&selection);
        let (numbers, _) = self.call(path, read)?.into_raw_vec_and_offset();
        Ok(into_plain(numbers))
    }

    fn strings(&self, array: &Arc<Dataset>, path: &str) -> Result<Option<Vec<String>>, ReadError> {
        text::read(self, array, path)
    }

    fn each_string(
        &self,
        array: &Arc<Dataset>,
        path: &str,
        see: &mut dyn FnMut(String) -> std::io::Result<()>,
    ) -> Result<bool, ReadError> {
        text::each(self, array, path, see)
    }

    fn fields(&self, array: &Arc<Dataset>, path: &str) -> Result<Vec<String>, ReadError> {
        Ok(Table::new(self, array, path)?.names())
    }

    fn field(&self, array: &Arc<Dataset>, name: &str, path: &str) -> Result<Column, ReadError> {
        Table::new(self, array, path)?.values(self, name, path)
    }
}
