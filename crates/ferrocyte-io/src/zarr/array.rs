//! Reads rows of an array, chunk by chunk.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use rayon::prelude::*;

use super::metadata::{ArrayMetadata, Attributes, Element};
use super::shard::Shard;
use super::store::Store;
use super::{Outcome, damaged, dimensions, unexpected};

/// What chunks may decode to whatever their size: a column of ten million zeros packs into nothing.
const ALWAYS_ALLOWED: u64 = 256 << 20;

/// As [`ALWAYS_ALLOWED`], for one chunk: as many are decoded at a time as there are threads.
const ALWAYS_ALLOWED_IN_CHUNK: u64 = 64 << 20;

/// The furthest that gzip can expand a byte; blosc and zstd do as well or better only on what hardly changes.
const MOST_EXPANSION: u64 = 1032;

/// Bytes of chunks that are not there, per byte of the store: they cost nothing to claim.
const MOST_ABSENT: u64 = 16;

/// Chunks that an array may have, and more per file of it, or per place in the index of a shard: each costs time and
/// memory, even one that is absent.
const ALWAYS_ALLOWED_CHUNKS: u64 = 1 << 20;
const MOST_CHUNKS_PER_FILE: u64 = 4;
const INDEX_BYTES: u64 = 16;

/// Bytes of a chunk, packed and unpacked: the most that blosc can hold.
const MOST_CHUNK: u64 = 1 << 31;

/// Bytes that a string needs at least before it is packed.
const LEAST_TEXT_BYTES: u64 = 4;

/// An array of a store.
pub(super) struct Array {
    store: Arc<Store>,
    key: String,
    pub(super) metadata: ArrayMetadata,
    pub(super) attributes: Attributes,
    /// What stands below the array, with sizes. What is not in it is not looked for.
    files: OnceLock<BTreeMap<String, u64>>,
    is_checked: OnceLock<()>,
    /// All records, once they were read: every column is a part of each.
    records: OnceLock<Vec<u8>>,
    /// The shard that was read last: rows are read in order.
    last_shard: Mutex<Option<Arc<Shard>>>,
}

/// The part of a chunk that is in the rows asked for.
struct Part {
    /// The chunk, by its place in each dimension.
    place: [u64; 2],
    /// Rows and columns of the chunk that are wanted.
    rows: Range<usize>,
    columns: Range<usize>,
    /// Where they go.
    first_row: usize,
    first_column: usize,
}

impl Array {
    /// An array whose metadata was read.
    pub(super) fn new(store: Arc<Store>, key: &str, metadata: ArrayMetadata, attributes: Attributes) -> Self {
        Self {
            store,
            key: key.to_owned(),
            metadata,
            attributes,
            files: OnceLock::new(),
            is_checked: OnceLock::new(),
            records: OnceLock::new(),
            last_shard: Mutex::new(None),
        }
    }

    /// Refuses an array whose metadata promises more than its files can hold.
    pub(super) fn check_size(&self) -> Outcome<()> {
        if self.is_checked.get().is_none() {
            self.check_claims()?;
            self.is_checked.get_or_init(|| ());
        }
        Ok(())
    }

    fn check_claims(&self) -> Outcome<()> {
        let files = self.files()?;
        let n_bytes = files.values().fold(0, |sum: u64, n| sum.saturating_add(*n));
        let n_elements = self.metadata.n_elements();
        let element_bytes = self.element_bytes_in_memory();
        let claimed = n_elements.saturating_mul(element_bytes);
        let refuse = |expected: &str, found: String| Err(unexpected(&self.key, expected, found));
        let most = n_bytes.saturating_mul(MOST_EXPANSION).max(ALWAYS_ALLOWED);
        if claimed > most || element_bytes > ALWAYS_ALLOWED {
            let found = format!("{claimed} bytes in {n_bytes}");
            return refuse("no more values than its chunks can hold", found);
        }
        let n_chunks = self.metadata.grid().fold(1, u64::saturating_mul);
        let per_file = if self.metadata.shard.is_some() { n_bytes / INDEX_BYTES } else { files.len() as u64 };
        if n_chunks > ALWAYS_ALLOWED_CHUNKS.saturating_add(per_file.saturating_mul(MOST_CHUNKS_PER_FILE)) {
            return refuse("no more chunks than there is room for", n_chunks.to_string());
        }
        // The whole store is counted only where it matters.
        if claimed > ALWAYS_ALLOWED {
            let chunk_bytes = self.chunk_bytes()?.saturating_mul(match &self.metadata.shard {
                Some(shard) => shard.n_chunks.iter().fold(1, |product: u64, n| product.saturating_mul(*n)),
                None => 1,
            });
            let absent = claimed.saturating_sub(chunk_bytes.saturating_mul(files.len() as u64));
            let most = self.store.n_bytes()?.saturating_mul(MOST_ABSENT).max(ALWAYS_ALLOWED);
            if absent > most {
                return refuse("no more chunks that are left out", format!("{absent} bytes of them"));
            }
        }
        Ok(())
    }

    /// Rows of one or two dimensions: `per_element` values for each element, in order. `decode` makes them from the
    /// bytes of some elements, of so many; `fill` are those of an element that is not there.
    pub(super) fn rows<E: Clone + Send + Sync>(
        &self,
        rows: Range<u64>,
        fill: &[E],
        decode: impl Fn(Vec<u8>, usize) -> Outcome<Vec<E>> + Sync,
    ) -> Outcome<Vec<E>> {
        self.check_size()?;
        let (n_rows, width) = self.rows_and_width()?;
        if rows.start > rows.end || rows.end > n_rows {
            return Err(unexpected(&self.key, format!("rows up to {}", rows.end), n_rows.to_string()));
        }
        // Not more than the whole array, whose size was checked.
        let (n_rows, width) = ((rows.end - rows.start) as usize, width as usize);
        let parts = self.parts(&rows, width);
        let shards = self.shards(&parts)?;
        let decoded = parts.par_iter().map(|part| {
            let Some((bytes, n)) = self.chunk(part, &shards)? else { return Ok(None) };
            let Some(element_bytes) = self.metadata.element.n_bytes() else {
                return self.cut(part, decode(bytes, n)?, fill.len()).map(Some);
            };
            // Values may take many times their bytes, and a chunk may be much larger than what is wanted of it.
            let bytes = self.cut(part, bytes, element_bytes)?;
            decode(bytes, part.rows.len() * part.columns.len()).map(Some)
        });
        // First all of them: of several faults, always the first is told.
        let decoded: Vec<Outcome<Option<Vec<E>>>> = decoded.collect();
        let mut decoded: Vec<Option<Vec<E>>> = decoded.into_iter().collect::<Outcome<_>>()?;
        if let ([Some(_)], [part]) = (decoded.as_slice(), parts.as_slice())
            && part.rows.len() == n_rows
            && part.columns.len() == width
        {
            return Ok(decoded.pop().flatten().unwrap_or_default());
        }
        let per_row = width * fill.len();
        if width == self.chunk_shape().1 as usize {
            // One chunk after the other.
            let mut out = Vec::with_capacity(n_rows * per_row);
            for (part, values) in parts.iter().zip(decoded) {
                match values {
                    Some(mut values) => out.append(&mut values),
                    None => out.extend(fill.iter().cycle().take(part.rows.len() * per_row).cloned()),
                }
            }
            return Ok(out);
        }
        let mut out: Vec<E> = fill.iter().cycle().take(n_rows * per_row).cloned().collect();
        for (part, values) in parts.iter().zip(decoded) {
            let Some(values) = values else { continue };
            let n = part.columns.len() * fill.len();
            for (row, values) in values.chunks_exact(n.max(1)).enumerate() {
                let start = (part.first_row + row) * per_row + part.first_column * fill.len();
                if let Some(place) = out.get_mut(start..start + n) {
                    place.clone_from_slice(values);
                }
            }
        }
        Ok(out)
    }

    fn rows_and_width(&self) -> Outcome<(u64, u64)> {
        match *self.metadata.shape {
            [n_rows] => Ok((n_rows, 1)),
            [n_rows, width] => Ok((n_rows, width)),
            ref shape => Err(unexpected(&self.key, "an array of 1 or 2 dimensions", dimensions(shape.len()))),
        }
    }

    /// Rows and columns of a chunk.
    fn chunk_shape(&self) -> (u64, u64) {
        match *self.metadata.chunk {
            [rows, columns, ..] => (rows, columns),
            [rows] => (rows, 1),
            [] => (1, 1),
        }
    }

    /// The chunks of some rows, in order.
    fn parts(&self, rows: &Range<u64>, width: usize) -> Vec<Part> {
        let (chunk_rows, chunk_columns) = self.chunk_shape();
        let mut parts = Vec::new();
        if rows.is_empty() || width == 0 {
            return parts;
        }
        for row in rows.start / chunk_rows..=(rows.end - 1) / chunk_rows {
            for column in 0..(width as u64).div_ceil(chunk_columns) {
                // Inside the array, so none of these is beyond the numbers of this machine.
                let (first, left) = (row * chunk_rows, column * chunk_columns);
                let start = rows.start.max(first);
                let end = rows.end.min(first.saturating_add(chunk_rows));
                parts.push(Part {
                    place: [row, column],
                    rows: (start - first) as usize..(end - first) as usize,
                    columns: 0..(width as u64 - left).min(chunk_columns) as usize,
                    first_row: (start - rows.start) as usize,
                    first_column: left as usize,
                });
            }
        }
        parts
    }

    /// The wanted part of the values of a chunk.
    fn cut<E: Clone>(&self, part: &Part, values: Vec<E>, per_element: usize) -> Outcome<Vec<E>> {
        let (chunk_rows, chunk_columns) = self.chunk_shape();
        let (chunk_rows, chunk_columns) = (chunk_rows as usize, chunk_columns as usize);
        if values.len() != chunk_rows.saturating_mul(chunk_columns).saturating_mul(per_element) {
            return Err(unexpected(&self.key, "chunks of one size", "another"));
        }
        let is_reversed = self.metadata.is_reversed && self.metadata.shape.len() == 2;
        let all_columns = part.columns.len() == chunk_columns;
        if all_columns && !is_reversed {
            if part.rows == (0..chunk_rows) {
                return Ok(values);
            }
            let per_row = chunk_columns * per_element;
            let wanted = values.get(part.rows.start * per_row..part.rows.end * per_row);
            return Ok(wanted.unwrap_or_default().to_vec());
        }
        let mut out = Vec::with_capacity(part.rows.len() * part.columns.len() * per_element);
        for row in part.rows.clone() {
            for column in part.columns.clone() {
                let at = if is_reversed { column * chunk_rows + row } else { row * chunk_columns + column };
                out.extend_from_slice(&values[at * per_element..(at + 1) * per_element]);
            }
        }
        Ok(out)
    }

    /// Bytes that an element takes once it was read.
    fn element_bytes_in_memory(&self) -> u64 {
        let stored = self.metadata.element.n_bytes().unwrap_or(1).max(1);
        match self.metadata.element {
            // What is not there is a copy of the fill value each.
            Element::Text => (size_of::<String>() + self.metadata.fill.to_text().len()) as u64,
            Element::Bytes(_) | Element::Characters { .. } => stored.max(size_of::<String>()) as u64,
            _ => stored as u64,
        }
    }

    /// Bytes of the elements of a chunk; of text, the least that they can be.
    fn chunk_bytes(&self) -> Outcome<u64> {
        let element = self.metadata.element.n_bytes().unwrap_or(LEAST_TEXT_BYTES as usize);
        let bytes = self.metadata.chunk_elements().and_then(|n| n.checked_mul(element));
        let bytes = bytes.map(|bytes| bytes as u64).filter(|&bytes| bytes <= MOST_CHUNK);
        bytes.ok_or_else(|| {
            let found = format!("those of {:?} elements", self.metadata.chunk);
            unexpected(&self.key, "chunks of at most 2 GiB", found)
        })
    }

    /// The unpacked bytes of a chunk and the number of its elements; `None` when it is not there.
    fn chunk(&self, part: &Part, shards: &[Option<Arc<Shard>>]) -> Outcome<Option<(Vec<u8>, usize)>> {
        let expected = self.chunk_bytes()?;
        let n_elements = self.metadata.chunk_elements().unwrap_or(0);
        // Codecs may make a chunk that cannot be packed a little longer.
        let slack = expected / 8 + 4096;
        let is_text = self.metadata.element == Element::Text;
        let most_packed = if is_text { MOST_CHUNK } else { expected + slack };
        let (key, packed) = match &self.metadata.shard {
            None => {
                let name = self.metadata.keys.key(&part.place[..self.metadata.shape.len().min(2)]);
                if !self.files()?.contains_key(&name) {
                    return Ok(None);
                }
                let key = format!("{}/{name}", self.key);
                let packed = self.store.read(&key, most_packed)?;
                (key, packed)
            }
            Some(shard) => {
                let key = self.shard_key(part.place);
                let Some(open) = shards.iter().flatten().find(|shard| shard.is_at(&key)) else {
                    return Ok(None);
                };
                let columns = shard.n_chunks.get(1).copied().unwrap_or(1);
                let rows = shard.n_chunks.first().copied().unwrap_or(1);
                let position = (part.place[0] % rows) * columns + part.place[1] % columns;
                (key, open.chunk(&self.store, position, most_packed)?)
            }
        };
        let Some(packed) = packed else { return Ok(None) };
        let most = (packed.len() as u64).saturating_mul(MOST_EXPANSION).max(ALWAYS_ALLOWED_IN_CHUNK);
        let in_memory =
            if is_text { n_elements.saturating_mul(size_of::<String>()) as u64 } else { expected };
        if in_memory > most {
            let found = format!("{in_memory} bytes from {}", packed.len());
            return Err(unexpected(&key, format!("a chunk of at most {most} bytes"), found));
        }
        let limit = if is_text { most } else { expected + slack };
        let mut bytes = packed;
        for packing in &self.metadata.packing {
            bytes = packing
                .unpack(bytes, usize::try_from(limit).unwrap_or(usize::MAX))
                .map_err(|error| damaged(&key, error))?;
        }
        if !is_text && bytes.len() as u64 != expected {
            return Err(unexpected(&key, format!("a chunk of {expected} bytes"), bytes.len().to_string()));
        }
        Ok(Some((bytes, n_elements)))
    }

    /// What stands below the array.
    fn files(&self) -> Outcome<&BTreeMap<String, u64>> {
        if let Some(files) = self.files.get() {
            return Ok(files);
        }
        let files = self.store.files(&self.key)?;
        Ok(self.files.get_or_init(|| files))
    }

    /// The key of the shard of a chunk.
    fn shard_key(&self, place: [u64; 2]) -> String {
        let n_chunks = self.metadata.shard.iter().flat_map(|shard| shard.n_chunks.iter());
        let place: Vec<u64> = place.iter().zip(n_chunks).map(|(place, n)| place / n).collect();
        format!("{}/{}", self.key, self.metadata.keys.key(&place))
    }

    /// The shards of some chunks that are there, each read once.
    fn shards(&self, parts: &[Part]) -> Outcome<Vec<Option<Arc<Shard>>>> {
        let Some(metadata) = &self.metadata.shard else { return Ok(Vec::new()) };
        let mut keys: Vec<String> = parts.iter().map(|part| self.shard_key(part.place)).collect();
        keys.dedup();
        keys.sort_unstable();
        keys.dedup();
        let last = self.last_shard.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let mut shards = Vec::with_capacity(keys.len());
        for key in keys {
            let below = key.strip_prefix(&format!("{}/", self.key)).unwrap_or_default().to_owned();
            let shard = match (self.files()?.get(&below), &last) {
                (None, _) => None,
                (Some(_), Some(last)) if last.is_at(&key) => Some(Arc::clone(last)),
                (Some(&n_bytes), _) => Some(Arc::new(Shard::open(&self.store, &key, n_bytes, metadata)?)),
            };
            shards.push(shard);
        }
        let newest = shards.iter().flatten().last().cloned();
        *self.last_shard.lock().unwrap_or_else(PoisonError::into_inner) = newest;
        Ok(shards)
    }

    /// All strings of an array of one dimension; `None` when it holds something else.
    pub(super) fn texts(&self) -> Outcome<Option<Vec<String>>> {
        let n_rows = self.metadata.shape.first().copied().unwrap_or(0);
        match &self.metadata.element {
            Element::Text => {
                let decode = |bytes: Vec<u8>, n| {
                    super::codec::texts(&bytes, n).map_err(|error| damaged(&self.key, error))
                };
                self.rows(0..n_rows, &[self.metadata.fill.to_text()], decode).map(Some)
            }
            Element::Bytes(0) | Element::Characters { n: 0, .. } => {
                self.check_size()?;
                Ok(Some(vec![String::new(); n_rows as usize]))
            }
            element @ (Element::Bytes(_) | Element::Characters { .. }) => {
                let decode = |bytes: Vec<u8>, _| Ok(element.fixed_texts(&bytes).unwrap_or_default());
                self.rows(0..n_rows, &[String::new()], decode).map(Some)
            }
            _ => Ok(None),
        }
    }

    /// All records of an array of one dimension, as bytes; those of a chunk that is not there are zero.
    /// They are kept: a table may have thousands of columns.
    pub(super) fn records(&self, size: usize) -> Outcome<&[u8]> {
        if let Some(records) = self.records.get() {
            return Ok(records);
        }
        self.check_size()?; // of a record, too
        let n_rows = self.metadata.shape.first().copied().unwrap_or(0);
        let records = self.rows(0..n_rows, &vec![0; size], |bytes, _| Ok(bytes))?;
        Ok(self.records.get_or_init(|| records))
    }
}
