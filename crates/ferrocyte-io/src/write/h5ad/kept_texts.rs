//! Texts that must be in the copy as they were.
//!
//! Texts of any length stand in heaps of the file, and what has them says where. The writer frees those of what it
//! replaces and packs their heaps anew. In a sound file nothing else changes by that; in a damaged one two things may
//! have the same text, or heaps contradict themselves.

use std::collections::{BTreeMap, HashSet};

use hdf5_reader::error::Error;
use hdf5_reader::messages::attribute::AttributeMessage;
use hdf5_reader::{Dataset, Hdf5File};
use sha2::{Digest, Sha256};

use super::Additions;
use super::annotate_error::AnnotateError;
use super::inventory::{Entry, is_inside, walk};
use crate::h5ad::text::TextType;
use crate::memory_limit::MemoryLimit;

/// What has texts: a path, and the name of an attribute or nothing for a data set.
type Owner = (String, Option<String>);

/// The texts that stay and stand in a heap with texts that go. Those in records are not looked at.
pub(super) struct KeptTexts {
    /// Addresses of the heaps. Asked only, never iterated.
    heaps: HashSet<u64>,
    digests: BTreeMap<Owner, [u8; 32]>,
    limit: MemoryLimit,
}

impl KeptTexts {
    /// Reads them before the edit.
    pub(super) fn of(
        file: &Hdf5File,
        additions: &Additions,
        limit: MemoryLimit,
    ) -> Result<Self, AnnotateError> {
        let ours: Vec<String> = additions.replaced_paths().collect();
        let goes = |(path, attribute): &Owner| {
            ours.iter().any(|ours| is_inside(path, ours))
                || (path == "obs" && attribute.as_deref() == Some("column-order"))
        };
        let mut heaps = HashSet::new();
        let gathered = each(file, limit, |owner, found, _| {
            if goes(&owner) {
                heaps.extend(found.iter().copied());
            }
        });
        gathered.map_err(AnnotateError::unreadable)?;
        let mut kept = Self { heaps, digests: BTreeMap::new(), limit };
        kept.digests = kept.digests_of(file)?;
        kept.digests.retain(|owner, _| !goes(owner));
        Ok(kept)
    }

    /// Whether they are what they were.
    pub(super) fn check(&self, file: &Hdf5File) -> Result<(), AnnotateError> {
        let found = self.digests_of(file)?;
        match self.digests.iter().find(|(owner, digest)| found.get(*owner) != Some(*digest)) {
            None => Ok(()),
            Some(((path, _), _)) => {
                Err(AnnotateError::Check { found: format!("a text of `{path}` is not what it was") })
            }
        }
    }

    /// What cannot be read has no text to lose.
    fn digests_of(&self, file: &Hdf5File) -> Result<BTreeMap<Owner, [u8; 32]>, AnnotateError> {
        let mut digests = BTreeMap::new();
        let walked = each(file, self.limit, |owner, heaps, read| {
            if heaps.iter().any(|heap| self.heaps.contains(heap))
                && let Ok(texts) = read()
            {
                let mut digest = Sha256::new();
                for text in texts {
                    digest.update((text.len() as u64).to_le_bytes());
                    digest.update(text);
                }
                digests.insert(owner, digest.finalize().into());
            }
        });
        walked.map_err(AnnotateError::unreadable)?;
        Ok(digests)
    }
}

type ReadTexts<'a> = &'a dyn Fn() -> Result<Vec<String>, Error>;

/// Passes everything that has texts, with the heaps they are in and how to read them.
fn each(
    file: &Hdf5File,
    limit: MemoryLimit,
    mut see: impl FnMut(Owner, &[u64], ReadTexts<'_>),
) -> Result<(), Error> {
    let of_address = usize::from(file.superblock().offset_size);
    let mut see_all = |path: &str, entry: Entry<'_>| {
        if let Entry::Dataset(data) = entry
            && let Some(raw) = references(data, limit)
            && is_small(&raw, of_address, limit)
        {
            see((path.to_owned(), None), &heaps(&raw, of_address), &|| data.read_strings());
        }
        let attributes = match entry {
            Entry::Group(group) => group.raw_attributes()?,
            Entry::Dataset(data) => data.raw_attributes()?,
        };
        for attribute in attributes {
            let AttributeMessage { name, datatype, raw_data, .. } = attribute.message();
            if TextType::of(datatype) == Some(TextType::Variable) && is_small(raw_data, of_address, limit) {
                let read = || match entry {
                    Entry::Group(group) => group.attribute(name)?.read_strings(),
                    Entry::Dataset(data) => data.attribute(name)?.read_strings(),
                };
                see((path.to_owned(), Some(name.clone())), &heaps(raw_data, of_address), &read);
            }
        }
        Ok(())
    };
    see_all("/", Entry::Group(&file.root_group()?))?;
    walk(file, see_all)
}

/// Where the texts of a data set are, if it has some and can be read.
fn references(data: &Dataset, limit: MemoryLimit) -> Option<Vec<u8>> {
    if TextType::of(data.dtype()) != Some(TextType::Variable) {
        return None;
    }
    let n = data.shape().iter().fold(1, |product: u64, &n| product.saturating_mul(n));
    let n_bytes = n.saturating_mul(data.vlen_reference_size() as u64);
    if n_bytes > limit.most() { None } else { data.read_raw_bytes().ok() }
}

/// Whether texts are no longer than a file of this size can honestly hold: many may be one and the same.
fn is_small(raw: &[u8], of_address: usize, limit: MemoryLimit) -> bool {
    let lengths = raw.chunks_exact(4 + of_address + 4).filter_map(|reference| reference.first_chunk());
    lengths.map(|&length| u64::from(u32::from_le_bytes(length))).sum::<u64>() <= limit.most()
}

/// The addresses of heaps, each once. A reference is the length of the text, the address of its heap and its number
/// there.
fn heaps(raw: &[u8], of_address: usize) -> Vec<u64> {
    let references = raw.chunks_exact(4 + of_address + 4);
    let addresses = references.filter_map(|reference| reference.get(4..4 + of_address));
    let number = |bytes: &[u8]| bytes.iter().rev().fold(0_u64, |number, &byte| number << 8 | u64::from(byte));
    let mut heaps: Vec<u64> = addresses.map(number).collect();
    heaps.dedup();
    heaps.sort_unstable();
    heaps.dedup();
    heaps
}
