//! What the JSON of a store says of its nodes: version 2 has `.zarray`, `.zgroup` and `.zattrs`, version 3 has
//! `zarr.json`. Both become one [`ArrayMetadata`].
//!
//! Metadata that was consolidated repeats what the nodes say, and is not looked at.

mod element;
mod fill;
mod v2;
mod v3;

pub(super) use element::{Element, Field};
pub(super) use fill::Fill;

use serde_json::{Map, Value};

use super::codec::Packing;
use super::store::Store;
use super::{Outcome, damaged, unexpected};

/// Bytes of JSON that are read. The metadata of ten thousand arrays, consolidated, is about ten million.
const MOST_JSON_BYTES: u64 = 16 << 20;

/// Dimensions that an array may have here: what has more is no part of AnnData that is read.
const MOST_DIMENSIONS: usize = 8;

/// Codecs that an array may have: each goes through every byte, and none makes the rest smaller. Writers have three.
const MOST_CODECS: usize = 8;

/// Attributes of a group or an array.
pub(super) type Attributes = Map<String, Value>;

/// What stands at a place of a store.
pub(super) enum Node {
    Group(Attributes),
    Array(Box<ArrayMetadata>, Attributes),
}

/// Which version of zarr a store is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Version {
    V2,
    V3,
}

/// How an array is stored.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct ArrayMetadata {
    pub(super) shape: Vec<u64>,
    /// Elements of a chunk in each dimension, all at least 1. Chunks at the end are as large as the others.
    pub(super) chunk: Vec<u64>,
    /// Many chunks to a file, where there are.
    pub(super) shard: Option<ShardMetadata>,
    pub(super) keys: ChunkKeys,
    pub(super) element: Element,
    pub(super) fill: Fill,
    /// Whether the dimensions of a chunk are in reverse order.
    pub(super) is_reversed: bool,
    /// What was done to the bytes of a chunk, the last first.
    pub(super) packing: Vec<Packing>,
}

/// How chunks are put into shards.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct ShardMetadata {
    /// Chunks of a shard in each dimension, all at least 1.
    pub(super) n_chunks: Vec<u64>,
    /// Whether the index is at the start and not at the end.
    pub(super) index_first: bool,
    pub(super) index_has_checksum: bool,
}

/// The name of the file of a chunk: an optional `c`, then its place in each dimension.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct ChunkKeys {
    pub(super) with_c: bool,
    pub(super) separator: char,
}

impl ChunkKeys {
    /// The key of a chunk or shard below its array.
    pub(super) fn key(self, place: &[u64]) -> String {
        let mut parts: Vec<String> = place.iter().map(u64::to_string).collect();
        if self.with_c {
            parts.insert(0, "c".to_owned());
        }
        parts.join(&self.separator.to_string())
    }
}

impl ArrayMetadata {
    /// Elements of a chunk.
    pub(super) fn chunk_elements(&self) -> Option<usize> {
        let product = self.chunk.iter().try_fold(1_u64, |product, &n| product.checked_mul(n))?;
        usize::try_from(product).ok()
    }

    /// Elements of the array; the largest number when there are more.
    pub(super) fn n_elements(&self) -> u64 {
        self.shape.iter().fold(1, |product, &n| product.saturating_mul(n))
    }

    /// Chunks in each dimension.
    pub(super) fn grid(&self) -> impl Iterator<Item = u64> {
        self.shape.iter().zip(&self.chunk).map(|(n, chunk)| n.div_ceil(*chunk))
    }
}

/// Which version a store is: by the file at its root.
pub(super) fn version(store: &Store) -> Outcome<Version> {
    let is_3 = store.read("zarr.json", MOST_JSON_BYTES)?.is_some();
    Ok(if is_3 { Version::V3 } else { Version::V2 })
}

/// What stands at `key`, if anything does; the root has no name.
pub(super) fn node(store: &Store, version: Version, key: &str) -> Outcome<Option<Node>> {
    match version {
        Version::V2 => v2::node(store, key),
        Version::V3 => v3::node(store, key),
    }
}

/// The JSON of a file of a node, if there is one.
fn json<T: serde::de::DeserializeOwned>(store: &Store, key: &str, file: &str) -> Outcome<Option<T>> {
    let key = if key.is_empty() { file.to_owned() } else { format!("{key}/{file}") };
    let Some(bytes) = store.read(&key, MOST_JSON_BYTES)? else { return Ok(None) };
    serde_json::from_slice(&bytes).map(Some).map_err(|error| damaged(&key, error))
}

/// Checks what both versions say of the shape of an array and of its chunks, and returns the latter.
fn check_shape(key: &str, shape: &[u64], mut chunk: Vec<u64>) -> Outcome<Vec<u64>> {
    if shape.len() > MOST_DIMENSIONS {
        let found = super::dimensions(shape.len());
        return Err(unexpected(key, format!("at most {MOST_DIMENSIONS} dimensions"), found));
    }
    if shape.len() != chunk.len() {
        let expected = format!("chunks of {}", super::dimensions(shape.len()));
        return Err(unexpected(key, expected, chunk.len().to_string()));
    }
    // An array without elements may have chunks of none.
    for (chunk, _) in chunk.iter_mut().zip(shape).filter(|(_, n)| **n == 0) {
        *chunk = (*chunk).max(1);
    }
    if chunk.contains(&0) {
        return Err(unexpected(key, "chunks of at least one element", "chunks of none"));
    }
    Ok(chunk)
}

/// Refuses more codecs than anybody needs.
fn check_codecs(key: &str, n: usize) -> Outcome<()> {
    if n <= MOST_CODECS {
        return Ok(());
    }
    Err(unexpected(key, format!("at most {MOST_CODECS} codecs"), n.to_string()))
}

/// A compression or filter that is not read.
fn unknown_codec(key: &str, name: &str) -> super::ReadErrorKind {
    let expected = "chunks with blosc, gzip, lz4, zlib, zstd or no compression";
    unexpected(key, expected, format!("`{}`", name.escape_debug()))
}
