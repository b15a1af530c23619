//! Texts of what is replaced that something else uses as well.
//!
//! Texts of any length stand in heaps of the file, and what has them says where. The writer frees those of what it
//! replaces. In a sound file each belongs to one thing; in a damaged one another would lose its text, or get a new one.

use std::collections::HashSet;

use hdf5_reader::error::Error;
use hdf5_reader::{Dataset, Hdf5File, RawAttribute};

use super::Additions;
use super::annotate_error::AnnotateError;
use super::inventory::{Entry, is_inside, walk};
use crate::h5ad::text::TextType;
use crate::memory_limit::MemoryLimit;

/// The address of a heap, and the number of a text in it.
type Place = (u64, u32);

/// Refuses a file in which a text of what the additions replace is also one of something that stays. Texts in records
/// are not looked at.
pub(super) fn check(file: &Hdf5File, additions: &Additions, limit: MemoryLimit) -> Result<(), AnnotateError> {
    let ours: Vec<String> = additions.replaced_paths().collect();
    let is_ours = |path: &str| ours.iter().any(|ours| is_inside(path, ours));
    // Asked only, never iterated.
    let mut replaced: HashSet<Place> = HashSet::new();
    let mut gather = |path: &str, attribute: Option<&str>, places: Vec<Place>| {
        if is_ours(path) || (path == "obs" && attribute == Some("column-order")) {
            replaced.extend(places);
        }
    };
    each(file, limit, &mut gather).map_err(AnnotateError::unreadable)?;
    let mut shared = None;
    let mut compare = |path: &str, attribute: Option<&str>, places: Vec<Place>| {
        let stays = !is_ours(path) && !(path == "obs" && attribute == Some("column-order"));
        if stays && shared.is_none() && places.iter().any(|place| replaced.contains(place)) {
            shared = Some(path.to_owned());
        }
    };
    if !replaced.is_empty() {
        each(file, limit, &mut compare).map_err(AnnotateError::unreadable)?;
    }
    shared.map_or(Ok(()), |kept| Err(AnnotateError::SharedText { kept }))
}

/// The places of the texts of every data set and every attribute.
fn each(
    file: &Hdf5File,
    limit: MemoryLimit,
    see: &mut impl FnMut(&str, Option<&str>, Vec<Place>),
) -> Result<(), Error> {
    let of_address = usize::from(file.superblock().offset_size);
    let mut see_object = |path: &str, attributes: Vec<RawAttribute>, raw: Option<Vec<u8>>| {
        if let Some(raw) = raw {
            see(path, None, places(&raw, of_address));
        }
        for attribute in attributes {
            let message = attribute.message();
            if TextType::of(&message.datatype) == Some(TextType::Variable) {
                see(path, Some(&message.name), places(&message.raw_data, of_address));
            }
        }
    };
    see_object("/", file.root_group()?.raw_attributes()?, None);
    walk(file, |path, entry| {
        match entry {
            Entry::Group(group) => see_object(path, group.raw_attributes()?, None),
            Entry::Dataset(data) => see_object(path, data.raw_attributes()?, references(data, limit)),
        }
        Ok(())
    })
}

/// Where the texts of a data set are; `None` when it has none, or cannot be read and so has none to lose.

fn references(data: &Dataset, limit: MemoryLimit) -> Option<Vec<u8>> {
    if TextType::of(data.dtype()) != Some(TextType::Variable) {
        return None;
    }
    let n = data.shape().iter().fold(1, |product: u64, &n| product.saturating_mul(n));
    let n_bytes = n.saturating_mul(data.vlen_reference_size() as u64);
    if n_bytes > limit.most() { None } else { data.read_raw_bytes().ok() }
}

/// A reference is the length of the text, the address of its heap and its number there.
fn places(raw: &[u8], of_address: usize) -> Vec<Place> {
    let number = |bytes: &[u8]| bytes.iter().rev().fold(0_u64, |number, &byte| number << 8 | u64::from(byte));
    let references = raw.chunks_exact(4 + of_address + 4);
    let places = references.map(|reference| {
        let (address, index) = reference[4..].split_at(of_address);
        (number(address), number(index) as u32)
    });
    // An empty text may be nowhere.
    places.filter(|&(address, _)| address != 0).collect()
}
