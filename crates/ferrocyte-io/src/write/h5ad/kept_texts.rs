//! Texts that must be in the copy as they were.
//!
//! Texts of any length stand in heaps of the file, and what has them says where. The writer frees those of what it
//! replaces and packs their heaps anew. In a sound file nothing else changes by that; in a damaged one two things may
//! have the same text, or heaps contradict themselves.

use std::collections::{BTreeMap, HashSet};
use std::path::{Path, PathBuf};

use hdf5_reader::error::Error;
use hdf5_reader::messages::attribute::AttributeMessage;
use hdf5_reader::{Dataset, Hdf5File, SliceInfo, SliceInfoElem};
use sha2::{Digest, Sha256};

use super::Additions;
use super::annotate_error::AnnotateError;
use super::inventory::{Entry, is_inside, walk};
use crate::h5ad::text::{Stored, TextType};
use crate::memory_limit::MemoryLimit;

/// What has texts: a path, and the name of an attribute or nothing for a data set.
type Owner = (String, Option<String>);

/// The texts that stay and stand in a heap with texts that go. Those in records are not looked at.
pub(super) struct KeptTexts {
    /// Addresses of the heaps. Asked only, never iterated.
    heaps: HashSet<u64>,
    digests: BTreeMap<Owner, [u8; 32]>,
    path: PathBuf,
    limit: MemoryLimit,
}

impl KeptTexts {
    /// Reads them before the edit; `file` is the one at `path`.
    pub(super) fn of(
        path: &Path,
        file: &Hdf5File,
        additions: &Additions<'_>,
        limit: MemoryLimit,
    ) -> Result<Self, AnnotateError> {
        let ours: Vec<String> = additions.replaced_paths().collect();
        let goes = |(path, attribute): &Owner| {
            ours.iter().any(|ours| is_inside(path, ours))
                || (path == "obs" && attribute.as_deref() == Some("column-order"))
        };
        let mut heaps = HashSet::new();
        let gathered = each(path, file, limit, |owner, found, _| {
            if goes(&owner) {
                heaps.extend(found.iter().copied());
            }
        });
        gathered.map_err(AnnotateError::unreadable)?;
        let mut kept = Self { heaps, digests: BTreeMap::new(), path: path.to_owned(), limit };
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
        let walked = each(&self.path, file, self.limit, |owner, heaps, read| {
            if heaps.iter().any(|heap| self.heaps.contains(heap))
                && let Ok(digest) = read()
            {
                digests.insert(owner, digest);
            }
        });
        walked.map_err(AnnotateError::unreadable)?;
        Ok(digests)
    }
}

type ReadTexts<'a> = &'a dyn Fn() -> Result<[u8; 32], Error>;

/// Passes everything that has texts, with the heaps they are in and how to make a digest of them.
fn each(
    file_path: &Path,
    file: &Hdf5File,
    limit: MemoryLimit,
    mut see: impl FnMut(Owner, &[u64], ReadTexts<'_>),
) -> Result<(), Error> {
    let of_address = usize::from(file.superblock().offset_size);
    let mut see_all = |path: &str, entry: Entry<'_>| {
        if let Entry::Dataset(data) = entry
            && let Some(heaps) = heaps_of(data, of_address, limit)
        {
            let afresh = || Hdf5File::open(file_path)?.dataset(path);
            see((path.to_owned(), None), &heaps, &|| digest_of_dataset(data, &afresh));
        }
        let attributes = match entry {
            Entry::Group(group) => group.raw_attributes()?,
            Entry::Dataset(data) => data.raw_attributes()?,
        };
        for attribute in attributes {
            let AttributeMessage { name, datatype, raw_data, .. } = attribute.message();
            if TextType::of(datatype) == Some(TextType::Variable) && is_small(raw_data, of_address, limit) {
                let read = || match entry {
                    Entry::Group(group) => Ok(digest_of(&group.attribute(name)?.read_strings()?)),
                    Entry::Dataset(data) => Ok(digest_of(&data.attribute(name)?.read_strings()?)),
                };
                see((path.to_owned(), Some(name.clone())), &heaps(raw_data, of_address), &read);
            }
        }
        Ok(())
    };
    see_all("/", Entry::Group(&file.root_group()?))?;
    walk(file, see_all)
}

/// The heaps with the texts of a data set, each once, if it has some and they can be read; a few references at a time.
fn heaps_of(data: &Dataset, of_address: usize, limit: MemoryLimit) -> Option<Vec<u64>> {
    if TextType::of(data.dtype()) != Some(TextType::Variable) {
        return None;
    }
    let (mut found, mut n_bytes, mut most) = (Vec::new(), 0_u64, MOST_HEAPS);
    let read = each_reference(data, limit, |raw| {
        n_bytes = n_bytes.saturating_add(length_of_texts(raw, of_address));
        found.extend(heaps(raw, of_address));
        if found.len() > most {
            found.sort_unstable();
            found.dedup();
            most = MOST_HEAPS.max(2 * found.len());
        }
        Ok(())
    });
    found.sort_unstable();
    found.dedup();
    (read.is_ok() && n_bytes <= limit.most()).then_some(found)
}

/// Heaps that are gathered before those that stand twice are left out.
const MOST_HEAPS: usize = 1 << 16;

/// Passes the references of a data set to its texts, a few at a time.
fn each_reference(
    data: &Dataset,
    limit: MemoryLimit,
    mut see: impl FnMut(&[u8]) -> Result<(), Error>,
) -> Result<(), Error> {
    let size = data.vlen_reference_size() as u64;
    let n = data.shape().iter().fold(1, |product: u64, &n| product.saturating_mul(n));
    if n.saturating_mul(size) > limit.most() {
        return Err(Error::InvalidData("more texts than the file can hold".into()));
    }
    let [n] = *data.shape() else { return see(&data.read_raw_bytes()?) };
    let chunk = data.chunks().and_then(|chunk| chunk.first().copied()).map_or(1, u64::from).max(1);
    let step = (AT_A_TIME / chunk).max(1).saturating_mul(chunk);
    let mut start = 0;
    while start < n {
        let end = start.saturating_add(step).min(n);
        let selections = vec![SliceInfoElem::Slice { start, end, step: 1 }];
        let references = data.read_slice::<Stored>(&SliceInfo { selections })?;
        see(&references.iter().flat_map(|reference| &reference.0).copied().collect::<Vec<u8>>())?;
        start = end;
    }
    Ok(())
}

/// References that are read at a time.
const AT_A_TIME: u64 = 1 << 14;

/// `afresh` opens the data set once more: a reader keeps every heap that it has seen, and a million texts fill many.
fn digest_of_dataset(data: &Dataset, afresh: &dyn Fn() -> Result<Dataset, Error>) -> Result<[u8; 32], Error> {
    let mut digest = Sha256::new();
    let size = data.vlen_reference_size().max(1);
    // How many there are was checked when their heaps were gathered.
    each_reference(data, MemoryLimit::of_file(u64::MAX), |raw| {
        let afresh = afresh()?;
        for reference in raw.chunks_exact(size) {
            add(&mut digest, &afresh.resolve_vlen_reference_bytes(reference, 1)?);
        }
        Ok(())
    })?;
    Ok(digest.finalize().into())
}

fn digest_of(texts: &[String]) -> [u8; 32] {
    let mut digest = Sha256::new();
    for text in texts {
        add(&mut digest, text.as_bytes());
    }
    digest.finalize().into()
}

fn add(digest: &mut Sha256, text: &[u8]) {
    digest.update((text.len() as u64).to_le_bytes());
    digest.update(text);
}

/// Whether texts are no longer than a file of this size can honestly hold: many may be one and the same.
fn is_small(raw: &[u8], of_address: usize, limit: MemoryLimit) -> bool {
    length_of_texts(raw, of_address) <= limit.most()
}

fn length_of_texts(raw: &[u8], of_address: usize) -> u64 {
    let lengths = raw.chunks_exact(4 + of_address + 4).filter_map(|reference| reference.first_chunk());
    lengths.map(|&length| u64::from(u32::from_le_bytes(length))).sum()
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
