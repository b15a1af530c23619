//! What HDF5 and zarr have in common.

use std::path::Path;

use crate::write::cell_writer::Written;
use crate::write::write_error::{WriteError, WriteErrorKind};

/// An attribute of a group or an array.
#[derive(Debug, Clone, Copy)]
pub(in crate::write) enum Attribute<'a> {
    Text(&'a str),
    Texts(&'a [&'a str]),
    Integers(&'a [i64]),
    Bool(bool),
}

/// Name and value of the attributes of one object.
pub(in crate::write) type Attributes<'a> = &'a [(&'a str, Attribute<'a>)];

/// The type of the elements of an array, little-endian.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::write) enum Element {
    Bool,
    I8,
    I16,
    I32,
    I64,
    F32,
    F64,
}

impl Element {
    /// Bytes of one element.
    pub(in crate::write) fn size(self) -> usize {
        match self {
            Self::Bool | Self::I8 => 1,
            Self::I16 => 2,
            Self::I32 | Self::F32 => 4,
            Self::I64 | Self::F64 => 8,
        }
    }
}

/// Where groups, arrays and texts are put, all or nothing; objects are named by their path, as in `X/data`.
pub(in crate::write) trait Store: Sized {
    /// An array that grows.
    type Growing;

    /// Elements in a chunk of an array that grows.
    const CHUNK: usize;

    /// Begins beside the target.
    fn create(target: &Path) -> Result<Self, WriteError>;

    /// Makes a group; the empty path is the root.
    fn group(&mut self, path: &str, attributes: Attributes<'_>) -> Result<(), WriteErrorKind>;

    /// Writes a whole array of one dimension.
    fn array(&mut self, path: &str, element: Element, bytes: &[u8]) -> Result<(), WriteErrorKind>;

    /// Writes a whole array of texts.
    fn texts(&mut self, path: &str, texts: &[&str]) -> Result<(), WriteErrorKind>;

    /// Writes one text.
    fn text(&mut self, path: &str, text: &str) -> Result<(), WriteErrorKind>;

    /// Begins an array whose length is not known yet.
    fn grow(&mut self, path: &str, element: Element) -> Result<Self::Growing, WriteErrorKind>;

    /// Adds elements.
    fn push(&mut self, array: &mut Self::Growing, bytes: &[u8]) -> Result<(), WriteErrorKind>;

    /// Ends an array.
    fn end(&mut self, array: Self::Growing) -> Result<(), WriteErrorKind>;

    /// Checks what was written, brings it to the disk and gives it the target's name.
    fn commit(self, written: &Written) -> Result<(), WriteError>;

    /// An error with the target's name.
    fn error(&self, kind: WriteErrorKind) -> WriteError;
}
