//! Metadata of zarr version 2: <https://zarr-specs.readthedocs.io/en/latest/v2/v2.0.html>

use serde::Deserialize;
use serde_json::Value;

use super::{
    ArrayMetadata, Attributes, ChunkKeys, Element, Fill, Node, check_codecs, check_shape, json, unknown_codec,
};
use crate::zarr::codec::Packing;
use crate::zarr::store::Store;
use crate::zarr::{Outcome, unexpected};

#[derive(Deserialize)]
struct Array {
    zarr_format: u64,
    shape: Vec<u64>,
    chunks: Vec<u64>,
    dtype: Value,
    #[serde(default)]
    compressor: Option<Codec>,
    #[serde(default)]
    fill_value: Value,
    order: String,
    #[serde(default)]
    filters: Option<Vec<Codec>>,
    #[serde(default)]
    dimension_separator: Option<char>,
}

#[derive(Deserialize)]
struct Codec {
    id: String,
    elementsize: Option<usize>,
}

#[derive(Deserialize)]
struct Group {
    zarr_format: u64,
}

/// What stands at `key`, if anything does.
pub(super) fn node(store: &Store, key: &str) -> Outcome<Option<Node>> {
    let attributes = || json::<Attributes>(store, key, ".zattrs");
    if let Some(array) = json::<Array>(store, key, ".zarray")? {
        check_format(key, array.zarr_format)?;
        let metadata = array.check(key)?;
        return Ok(Some(Node::Array(Box::new(metadata), attributes()?.unwrap_or_default())));
    }
    let group = json::<Group>(store, key, ".zgroup")?;
    if let Some(group) = &group {
        check_format(key, group.zarr_format)?;
    }
    Ok(match (group, attributes()?) {
        (None, None) => None,
        (_, attributes) => Some(Node::Group(attributes.unwrap_or_default())),
    })
}

fn check_format(key: &str, found: u64) -> Outcome<()> {
    if found == 2 { Ok(()) } else { Err(unexpected(key, "zarr of version 2", format!("version {found}"))) }
}

impl Array {
    fn check(self, key: &str) -> Outcome<ArrayMetadata> {
        let chunk = check_shape(key, &self.shape, self.chunks)?;
        let is_reversed = match self.order.as_str() {
            "C" => false,
            "F" => true,
            other => return Err(unexpected(key, "order `C` or `F`", format!("`{}`", other.escape_debug()))),
        };
        let separator = self.dimension_separator.unwrap_or('.');
        if separator != '.' && separator != '/' {
            return Err(unexpected(key, "`.` or `/` between dimensions", format!("`{separator:?}`")));
        }
        let mut filters = self.filters.unwrap_or_default();
        check_codecs(key, filters.len())?;
        let mut element = Element::of_numpy(&self.dtype);
        // Objects are text when the first filter says so. Where nothing does, they are not read.
        if filters.first().is_some_and(|first| matches!(first.id.as_str(), "vlen-utf8" | "vlen-bytes")) {
            filters.remove(0);
            element = Element::Text;
        }
        let codecs = self.compressor.iter().chain(filters.iter().rev());
        let packing = codecs.map(|codec| codec.packing(key)).collect::<Outcome<_>>()?;
        let fill = Fill::of(&self.fill_value, &element)
            .ok_or_else(|| unexpected(key, "a fill value of the type of the array", "another"))?;
        Ok(ArrayMetadata {
            shape: self.shape,
            chunk,
            shard: None,
            keys: ChunkKeys { with_c: false, separator },
            element,
            fill,
            is_reversed,
            packing,
        })
    }
}

impl Codec {
    fn packing(&self, key: &str) -> Outcome<Packing> {
        packing(&self.id, self.elementsize).ok_or_else(|| unknown_codec(key, &self.id))
    }
}

/// The codecs of numcodecs, by their ids.
pub(super) fn packing(id: &str, element_size: Option<usize>) -> Option<Packing> {
    Some(match id {
        "blosc" => Packing::Blosc,
        "gzip" => Packing::Gzip,
        "lz4" => Packing::Lz4,
        "shuffle" => Packing::Shuffle(element_size.unwrap_or(4)),
        "zlib" => Packing::Zlib,
        "zstd" => Packing::Zstd,
        _ => return None,
    })
}
