//! What a file has to offer that holds AnnData.

use std::ops::Range;
use std::path::Path;

use crate::h5ad::number::{FromStored, NumberType};
use crate::read_error::{ReadError, ReadErrorKind};

/// What stands at a path inside a file.
#[derive(Debug, Clone)]
pub(crate) enum Object<G, A> {
    Group(G),
    Dataset(A),
}

/// What stands at a path inside a [`Tree`].
pub(crate) type Node<F> = Object<<F as Tree>::Group, <F as Tree>::Array>;

/// An open file of groups and arrays, each with attributes. `path` is always the name of an object for messages.
///
/// Implementations check every size that the file claims before they allocate; nothing here does.
pub(crate) trait Tree: Clone + Send + Sync + 'static {
    /// A group that was found.
    type Group: Clone + Send + Sync + 'static;
    /// An array that was found.
    type Array: Clone + Send + Sync + 'static;

    /// The file or folder.
    fn path(&self) -> &Path;

    /// An error that says what the file holds instead of AnnData.
    fn not_anndata(&self) -> ReadError;

    /// What stands at `path` (`obs/cell_type/codes`), if anything does.
    fn find(&self, path: &str) -> Result<Option<Node<Self>>, ReadError>;

    /// The child of a group, if there is one of that name.
    fn child(&self, group: &Self::Group, name: &str, path: &str) -> Result<Option<Node<Self>>, ReadError>;

    /// Names of what a group holds, sorted.
    fn names(&self, group: &Self::Group, path: &str) -> Result<Vec<String>, ReadError>;

    /// Whether there is an attribute of that name.
    fn has_attribute(&self, object: &Node<Self>, path: &str, name: &str) -> Result<bool, ReadError>;

    /// The text of an attribute, when there is one of that name and it is one string.
    fn text_attribute(
        &self,
        object: &Node<Self>,
        path: &str,
        name: &str,
    ) -> Result<Option<String>, ReadError>;

    /// The strings of an attribute, when there is one of that name that holds strings or nothing.
    fn texts_attribute(
        &self,
        object: &Node<Self>,
        path: &str,
        name: &str,
    ) -> Result<Option<Vec<String>>, ReadError>;

    /// The numbers of an attribute, when there is one of that name.
    fn numbers_attribute(
        &self,
        object: &Node<Self>,
        path: &str,
        name: &str,
    ) -> Result<Option<Vec<u64>>, ReadError>;

    /// Whether there is an attribute of that name that says yes.
    fn flag_attribute(&self, object: &Node<Self>, path: &str, name: &str) -> Result<bool, ReadError>;

    /// Length of an array in each dimension.
    fn shape<'a>(&self, array: &'a Self::Array) -> &'a [u64];

    /// Rows of a chunk: reads that end at a multiple of it decode no chunk twice. At least 1.
    fn chunk_rows(&self, array: &Self::Array) -> u64;

    /// The stored type, when it is a number.
    fn number_type(&self, array: &Self::Array) -> Option<NumberType>;

    /// What the stored type is, in words.
    fn describe(&self, array: &Self::Array) -> String;

    /// Refuses an array whose header promises more than the file can hold. Arrays that are read in parts need
    /// this: a promise of zeros costs no bytes, and would be read for ever.
    fn check_size(&self, array: &Self::Array, path: &str) -> Result<(), ReadError>;

    /// Refuses an array of more rows, names or categories than there can honestly be in the file: each takes dozens of
    /// bytes in memory.
    fn check_count(&self, array: &Self::Array, path: &str) -> Result<(), ReadError>;

    /// Refuses to keep more bytes of `object` in memory than the file can honestly hold.
    fn check_kept(&self, object: &str, bytes: usize) -> Result<(), ReadError>;

    /// All numbers of an array.
    fn numbers<T: FromStored>(&self, array: &Self::Array, path: &str) -> Result<Vec<T>, ReadError>;

    /// The numbers of some rows of an array of one or two dimensions.
    fn rows<T: FromStored>(
        &self,
        array: &Self::Array,
        path: &str,
        rows: Range<u64>,
    ) -> Result<Vec<T>, ReadError>;

    /// All strings of an array; `None` when it holds something else.
    fn strings(&self, array: &Self::Array, path: &str) -> Result<Option<Vec<String>>, ReadError>;

    /// Passes all strings of an array of one dimension, in order; `false` when it holds something else.
    fn each_string(
        &self,
        array: &Self::Array,
        path: &str,
        see: &mut dyn FnMut(String) -> std::io::Result<()>,
    ) -> Result<bool, ReadError> {
        let Some(strings) = self.strings(array, path)? else { return Ok(false) };
        let seen = strings.into_iter().try_for_each(see);
        seen.map(|()| true).map_err(|error| self.error(ReadErrorKind::Io(error)))
    }

    /// Names of the fields of an array of records, at least one.
    fn fields(&self, array: &Self::Array, path: &str) -> Result<Vec<String>, ReadError>;

    /// The values of one field of an array of records, which it has.
    fn field(&self, array: &Self::Array, name: &str, path: &str) -> Result<crate::frame::Column, ReadError>;

    /// An error of this file.
    fn error(&self, kind: ReadErrorKind) -> ReadError {
        ReadError::new(self.path(), kind)
    }

    /// An object that is not what it has to be.
    fn unexpected(&self, object: &str, expected: impl Into<String>, found: impl Into<String>) -> ReadError {
        self.error(ReadErrorKind::Unexpected {
            object: object.to_owned(),
            expected: expected.into(),
            found: found.into(),
        })
    }

    /// The array that must stand at `path`.
    fn array(&self, path: &str) -> Result<Self::Array, ReadError> {
        self.required(self.find(path)?, path)
    }

    /// An object that must be an array.
    fn required(&self, object: Option<Node<Self>>, path: &str) -> Result<Self::Array, ReadError> {
        match object {
            Some(Object::Dataset(array)) => Ok(array),
            Some(Object::Group(_)) => Err(self.unexpected(path, "an array", "a group")),
            None => Err(self.unexpected(path, "an array", "nothing")),
        }
    }

    /// The length of an array of one dimension.
    fn length(&self, array: &Self::Array, path: &str) -> Result<u64, ReadError> {
        match self.shape(array) {
            [length] => Ok(*length),
            shape => Err(self.unexpected(path, "an array of one dimension", dimensions(shape.len()))),
        }
    }
}

/// `0 dimensions`, `1 dimension`, ...
pub(crate) fn dimensions(n: usize) -> String {
    format!("{n} dimension{}", if n == 1 { "" } else { "s" })
}
