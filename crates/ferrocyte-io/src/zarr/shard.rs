//! Files that hold many chunks, with an index of where each is.
//!
//! Format: <https://zarr-specs.readthedocs.io/en/latest/v3/codecs/sharding-indexed/index.html>

use super::codec::without_checksum;
use super::metadata::ShardMetadata;
use super::store::Store;
use super::{Outcome, damaged, unexpected};

/// A place in the index: where a chunk starts and how long it is.
const ENTRY_BYTES: u64 = 16;
const CHECKSUM_BYTES: u64 = 4;

/// A shard of more bytes than this that can only be read whole is refused.
const MOST_WHOLE: u64 = 1 << 31;

/// A shard whose index was read.
pub(super) struct Shard {
    key: String,
    /// Start and length of each chunk; both the largest number where there is none.
    index: Vec<(u64, u64)>,
    n_bytes: u64,
    /// All bytes, where the store cannot give a part of them.
    whole: Option<Vec<u8>>,
}

impl Shard {
    /// Reads the index of the shard at `key`, a file of `n_bytes` bytes.
    pub(super) fn open(store: &Store, key: &str, n_bytes: u64, metadata: &ShardMetadata) -> Outcome<Self> {
        let n_chunks = metadata.n_chunks.iter().try_fold(1_u64, |product, &n| product.checked_mul(n));
        let checksum = if metadata.index_has_checksum { CHECKSUM_BYTES } else { 0 };
        let index_bytes = n_chunks.and_then(|n| n.checked_mul(ENTRY_BYTES)?.checked_add(checksum));
        let too_long = || {
            let chunks = n_chunks.map_or("more than 2⁶⁴".to_owned(), |n| n.to_string());
            unexpected(key, format!("an index of {chunks} chunks"), "a shorter shard")
        };
        let mut shard = Self { key: key.to_owned(), index: Vec::new(), n_bytes, whole: None };
        let index_bytes = index_bytes.ok_or_else(too_long)?;
        let mut index = None;
        if index_bytes <= n_bytes {
            let start = if metadata.index_first { 0 } else { n_bytes - index_bytes };
            index = store.read_part(key, start, index_bytes)?;
        }
        if index.is_none() {
            // A deflated member of an archive: its size is not that of the shard.
            let whole = store.read(key, MOST_WHOLE)?.unwrap_or_default();
            shard.n_bytes = whole.len() as u64;
            let start = shard.n_bytes.checked_sub(index_bytes).ok_or_else(too_long)?;
            let start = if metadata.index_first { 0 } else { start };
            let found = whole.get(start as usize..).and_then(|rest| rest.get(..index_bytes as usize));
            index = Some(found.ok_or_else(too_long)?.to_vec());
            shard.whole = Some(whole);
        }
        let mut index = index.unwrap_or_default();
        if metadata.index_has_checksum {
            index = without_checksum(index).map_err(|error| damaged(key, error))?;
        }
        let numbers = index.as_chunks::<8>().0.as_chunks::<2>().0;
        let entry =
            |[start, length]: &[[u8; 8]; 2]| (u64::from_le_bytes(*start), u64::from_le_bytes(*length));
        shard.index = numbers.iter().map(entry).collect();
        Ok(shard)
    }

    /// The bytes of a chunk of at most `most`; `None` when it is not there.
    pub(super) fn chunk(&self, store: &Store, position: u64, most: u64) -> Outcome<Option<Vec<u8>>> {
        let entry = usize::try_from(position).ok().and_then(|position| self.index.get(position).copied());
        let (start, length) = match entry {
            Some((u64::MAX, u64::MAX)) => return Ok(None),
            Some(entry) => entry,
            None => return Err(unexpected(&self.key, format!("a chunk {position} in its index"), "none")),
        };
        let end = start.checked_add(length).filter(|&end| end <= self.n_bytes);
        if end.is_none() || length > most {
            let expected = format!("chunks of at most {most} bytes inside {}", self.n_bytes);
            return Err(unexpected(&self.key, expected, format!("{length} at {start}")));
        }
        match &self.whole {
            // Below the length of what is in memory, so they fit.
            Some(whole) => Ok(whole.get(start as usize..(start + length) as usize).map(<[u8]>::to_vec)),
            None => store.read_part(&self.key, start, length),
        }
    }

    /// Whether this is the shard at `key`.
    pub(super) fn is_at(&self, key: &str) -> bool {
        self.key == key
    }
}
