//! Metadata of zarr version 3: <https://zarr-specs.readthedocs.io/en/latest/v3/core/index.html>

use serde::Deserialize;
use serde_json::Value;

use super::{
    ArrayMetadata, Attributes, ChunkKeys, Element, Fill, Node, ShardMetadata, check_codecs, check_shape,
    json, unknown_codec, v2,
};
use crate::zarr::codec::Packing;
use crate::zarr::store::Store;
use crate::zarr::{Outcome, damaged, unexpected};

/// What a node has; `shape` and what follows is of arrays. Everything else, such as the consolidated metadata of
/// other nodes, is passed over.
#[derive(Deserialize)]
struct Json {
    zarr_format: u64,
    node_type: String,
    #[serde(default)]
    attributes: Attributes,
    shape: Option<Vec<u64>>,
    data_type: Option<Value>,
    chunk_grid: Option<Extension>,
    chunk_key_encoding: Option<Extension>,
    fill_value: Option<Value>,
    codecs: Option<Vec<Extension>>,
    storage_transformers: Option<Vec<Value>>,
}

/// Something that the specification lets grow: a name with settings.
#[derive(Deserialize)]
#[serde(untagged)]
enum Extension {
    Name(String),
    Configured {
        name: String,
        #[serde(default)]
        configuration: Value,
    },
}

impl Extension {
    fn name(&self) -> &str {
        match self {
            Self::Name(name) | Self::Configured { name, .. } => name,
        }
    }

    /// A setting, or `null`.
    fn setting(&self, name: &str) -> &Value {
        match self {
            Self::Name(_) => &Value::Null,
            Self::Configured { configuration, .. } => &configuration[name],
        }
    }
}

/// What stands at `key`, if anything does.
pub(super) fn node(store: &Store, key: &str) -> Outcome<Option<Node>> {
    let Some(json) = json::<Json>(store, key, "zarr.json")? else { return Ok(None) };
    if json.zarr_format != 3 {
        return Err(unexpected(key, "zarr of version 3", format!("version {}", json.zarr_format)));
    }
    match json.node_type.as_str() {
        "group" => Ok(Some(Node::Group(json.attributes))),
        "array" => json.array(key).map(Some),
        other => Err(unexpected(key, "a group or an array", format!("`{}`", other.escape_debug()))),
    }
}

/// The codecs of a chunk, in words of this crate.
struct Codecs {
    is_reversed: bool,
    big_endian: bool,
    /// Chunks in a shard, with their own codecs.
    shard: Option<(Vec<u64>, ShardMetadata, Box<Codecs>)>,
    packing: Vec<Packing>,
}

impl Json {
    fn array(self, key: &str) -> Outcome<Node> {
        let missing = |what: &str| unexpected(key, format!("an array with `{what}`"), "none");
        let shape = self.shape.ok_or_else(|| missing("shape"))?;
        let data_type = self.data_type.ok_or_else(|| missing("data_type"))?;
        let grid = self.chunk_grid.ok_or_else(|| missing("chunk_grid"))?;
        let codecs = self.codecs.ok_or_else(|| missing("codecs"))?;
        if grid.name() != "regular" {
            return Err(unexpected(key, "chunks of one size", format!("`{}`", grid.name().escape_debug())));
        }
        if self.storage_transformers.is_some_and(|transformers| !transformers.is_empty()) {
            return Err(unexpected(key, "no storage transformers", "some"));
        }
        let outer = numbers(grid.setting("chunk_shape")).ok_or_else(|| missing("chunk_shape"))?;
        let outer = check_shape(key, &shape, outer)?;
        let keys = chunk_keys(key, self.chunk_key_encoding.as_ref())?;
        let codecs = Codecs::of(key, &codecs, outer.len(), true)?;
        let (chunk, shard, codecs) = match codecs.shard {
            None => (outer, None, codecs),
            Some((chunk, mut shard, inner)) => {
                let chunk = check_shape(key, &shape, chunk)?;
                let whole = outer.iter().zip(&chunk).all(|(outer, chunk)| outer.is_multiple_of(*chunk));
                if !whole {
                    return Err(unexpected(key, "shards of whole chunks", "others"));
                }
                shard.n_chunks = outer.iter().zip(&chunk).map(|(outer, chunk)| outer / chunk).collect();
                (chunk, Some(shard), *inner)
            }
        };
        let element = Element::of_v3(&data_type, codecs.big_endian);
        let fill = Fill::of(&self.fill_value.unwrap_or_default(), &element)
            .ok_or_else(|| unexpected(key, "a fill value of the type of the array", "another"))?;
        let (is_reversed, packing) = (codecs.is_reversed, codecs.packing);
        let metadata = ArrayMetadata { shape, chunk, shard, keys, element, fill, is_reversed, packing };
        Ok(Node::Array(Box::new(metadata), self.attributes))
    }
}

fn chunk_keys(key: &str, encoding: Option<&Extension>) -> Outcome<ChunkKeys> {
    let name = encoding.map_or("default", Extension::name);
    let (with_c, usual) = match name {
        "default" => (true, '/'),
        "v2" => (false, '.'),
        other => {
            return Err(unexpected(
                key,
                "chunk keys `default` or `v2`",
                format!("`{}`", other.escape_debug()),
            ));
        }
    };
    let separator = match encoding.map(|encoding| encoding.setting("separator")) {
        None | Some(Value::Null) => usual,
        Some(separator) => match separator.as_str() {
            Some("/") => '/',
            Some(".") => '.',
            _ => return Err(unexpected(key, "`.` or `/` between dimensions", "something else")),
        },
    };
    Ok(ChunkKeys { with_c, separator })
}

impl Codecs {
    /// Reads codecs in the order in which they were applied: elements to elements, elements to bytes, bytes to bytes.
    fn of(key: &str, codecs: &[Extension], n_dimensions: usize, may_shard: bool) -> Outcome<Self> {
        check_codecs(key, codecs.len())?;
        let mut found = Self { is_reversed: false, big_endian: false, shard: None, packing: Vec::new() };
        let mut in_bytes = false;
        for codec in codecs {
            let unknown = || unknown_codec(key, codec.name());
            match (codec.name(), in_bytes) {
                ("transpose", false) => {
                    let reversal = is_reversal(codec.setting("order"), n_dimensions);
                    found.is_reversed ^= reversal.ok_or_else(|| {
                        unexpected(key, "dimensions in order or in reverse", "another order")
                    })?;
                }
                ("bytes", false) => {
                    found.big_endian = codec.setting("endian").as_str() == Some("big");
                    in_bytes = true;
                }
                ("vlen-utf8" | "vlen-bytes", false) => in_bytes = true,
                ("sharding_indexed", false) if may_shard && !found.is_reversed => {
                    found.shard = Some(Self::shard(key, codec, n_dimensions)?);
                    in_bytes = true;
                }
                ("crc32c" | "numcodecs.crc32c", true) => found.packing.push(Packing::Crc32c),
                (name, true) => {
                    let element_size = codec.setting("elementsize").as_u64();
                    let element_size = element_size.and_then(|size| usize::try_from(size).ok());
                    let id = name.strip_prefix("numcodecs.").unwrap_or(name);
                    found.packing.push(v2::packing(id, element_size).ok_or_else(unknown)?);
                }
                _ => return Err(unknown()),
            }
        }
        if !in_bytes {
            return Err(unexpected(key, "a codec that makes bytes of elements", "none"));
        }
        if found.shard.is_some() && !found.packing.is_empty() {
            return Err(unexpected(key, "shards that are not compressed as a whole", "compressed ones"));
        }
        found.packing.reverse();
        Ok(found)
    }

    fn shard(
        key: &str,
        codec: &Extension,
        n_dimensions: usize,
    ) -> Outcome<(Vec<u64>, ShardMetadata, Box<Self>)> {
        let list = |name: &str| -> Outcome<Vec<Extension>> {
            // Through a reference, which serde reads from a value it does not take.
            Vec::<Extension>::deserialize(codec.setting(name)).map_err(|error| damaged(key, error))
        };
        let chunk = numbers(codec.setting("chunk_shape"))
            .ok_or_else(|| unexpected(key, "the shape of the chunks of a shard", "none"))?;
        let inner = Self::of(key, &list("codecs")?, n_dimensions, false)?;
        let index = Self::of(key, &list("index_codecs")?, n_dimensions, false)?;
        let index_has_checksum = match index.packing.as_slice() {
            [] => false,
            [Packing::Crc32c] => true,
            _ => {
                return Err(unexpected(key, "an index of shards that is not compressed", "a compressed one"));
            }
        };
        if index.big_endian || index.is_reversed {
            return Err(unexpected(key, "an index of shards in little-endian order", "another"));
        }
        let index_first = match codec.setting("index_location") {
            Value::Null => false,
            location => match location.as_str() {
                Some("end") => false,
                Some("start") => true,
                _ => {
                    return Err(unexpected(
                        key,
                        "an index at the `start` or `end` of shards",
                        "another place",
                    ));
                }
            },
        };
        let shard = ShardMetadata { n_chunks: Vec::new(), index_first, index_has_checksum };
        Ok((chunk, shard, Box::new(inner)))
    }
}

/// Whether an order of dimensions is the reverse one; `None` when it is neither that nor as they are.
fn is_reversal(order: &Value, n_dimensions: usize) -> Option<bool> {
    match order.as_str() {
        Some("C") => return Some(false),
        Some("F") => return Some(true),
        _ => {}
    }
    let order = numbers(order)?;
    let dimensions = || 0..n_dimensions as u64;
    match order {
        order if order.iter().copied().eq(dimensions()) => Some(false),
        order if order.iter().copied().eq(dimensions().rev()) => Some(true),
        _ => None,
    }
}

fn numbers(list: &Value) -> Option<Vec<u64>> {
    list.as_array()?.iter().map(Value::as_u64).collect()
}
