//! Reads zarr stores of AnnData, versions 2 and 3 of zarr, as folders and as zip archives.
//!
//! A store is a tree of small files: metadata as JSON, and one file per chunk of an array (or per shard of many
//! chunks). Metadata is never believed: what an array may decode to is bounded by the bytes that its chunks have
//! (`array`), a chunk by its own, and nothing outside the store is opened (`store`).

#[cfg(feature = "zarr")]
mod array;
#[cfg(feature = "zarr")]
mod codec;
#[cfg(feature = "zarr")]
mod file;
#[cfg(feature = "zarr")]
mod metadata;
#[cfg(feature = "zarr")]
mod shard;
mod signature;
#[cfg_attr(not(feature = "zarr"), allow(dead_code, reason = "only the directory of an archive is looked at"))]
mod store;
#[cfg(feature = "zarr")]
mod tree;

#[cfg(feature = "zarr")]
pub use file::Zarr;
pub(crate) use signature::{is_store_in_folder, is_store_in_zip};

#[cfg(feature = "zarr")]
use crate::anndata::dimensions;
use crate::read_error::ReadErrorKind;

type Outcome<T> = Result<T, ReadErrorKind>;

fn unexpected(object: &str, expected: impl Into<String>, found: impl Into<String>) -> ReadErrorKind {
    ReadErrorKind::Unexpected { object: object.to_owned(), expected: expected.into(), found: found.into() }
}

fn damaged(object: &str, what: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> ReadErrorKind {
    ReadErrorKind::Damaged { object: object.to_owned(), source: what.into() }
}
