//! A store that is a zip archive, of any size: members are read one by one, stored or deflated.
//!
//! The directory at the end of the archive says where its members are; it alone is believed, and checked. Nothing
//! is written to disk, so names of members lead nowhere. Format: PKWARE, APPNOTE.TXT 6.3.10.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use flate2::Crc;
use flate2::read::DeflateDecoder;

use super::is_key;
use crate::zarr::signature::AT_ROOT;
use crate::zarr::{Outcome, damaged, unexpected};

const HEADER: &[u8] = b"PK\x03\x04";
const HEADER_BYTES: u64 = 30;
const ENTRY: &[u8] = b"PK\x01\x02";
const END: &[u8] = b"PK\x05\x06";
const END_BYTES: usize = 22;
const END_64: &[u8] = b"PK\x06\x06";
const END_64_BYTES: u64 = 56;
const LOCATOR_64: &[u8] = b"PK\x06\x07";
const LOCATOR_64_BYTES: usize = 20;

/// Deflate cannot expand a byte further than this (RFC 1951: 258 bytes from two bits).
const MOST_EXPANSION: u64 = 1032;

/// Bytes that are reserved for what a member is said to unpack to.
const MOST_RESERVED: u64 = 16 << 20;

/// A directory of ten million members.
const MOST_DIRECTORY_BYTES: u64 = 1 << 30;

/// An archive of a store.
pub(in crate::zarr) struct Archive {
    file: Mutex<File>,
    n_bytes: u64,
    /// By name, without the folder that the store may be in.
    members: BTreeMap<String, Member>,
}

#[derive(Clone, Copy)]
struct Member {
    method: u16,
    encrypted: bool,
    crc: u32,
    packed: u64,
    size: u64,
    header: u64,
}

impl Archive {
    /// Reads the directory; `None` when the archive holds no store, neither at its root nor in its only folder.
    pub(in crate::zarr) fn open(path: &Path) -> Outcome<Option<Self>> {
        let mut file = File::open(path)?;
        let n_bytes = file.metadata()?.len();
        let members = directory(&mut file, n_bytes)?;
        let Some(root) = root(&members) else { return Ok(None) };
        let inside = members.into_iter().filter_map(|(name, member)| {
            let name = name.strip_prefix(root.as_str())?.to_owned();
            is_key(&name).then_some((name, member))
        });
        Ok(Some(Self { file: Mutex::new(file), n_bytes, members: inside.collect() }))
    }

    /// Bytes of the archive.
    pub(super) fn n_bytes(&self) -> u64 {
        self.n_bytes
    }

    /// The content of a member of at most `most` bytes, if there is one of that name. Its checksum is compared.
    pub(super) fn read(&self, key: &str, most: u64) -> Outcome<Option<Vec<u8>>> {
        let Some(member) = self.members.get(key) else { return Ok(None) };
        if member.size > most {
            return Err(unexpected(key, format!("at most {most} bytes"), member.size.to_string()));
        }
        let packed = self.packed(key, member, 0, member.packed)?;
        let bytes = match member.method {
            0 => packed,
            8 => {
                if member.size > (member.packed + 1).saturating_mul(MOST_EXPANSION) {
                    let most = format!("what {} bytes can unpack to", member.packed);
                    return Err(unexpected(key, most, member.size.to_string()));
                }
                // What is claimed is not yet there.
                let mut bytes = Vec::with_capacity(member.size.min(MOST_RESERVED) as usize);
                let mut unpacked = DeflateDecoder::new(packed.as_slice()).take(member.size + 1);
                unpacked.read_to_end(&mut bytes).map_err(|error| damaged(key, error))?;
                bytes
            }
            other => {
                return Err(unexpected(
                    key,
                    "a member that is stored or deflated",
                    format!("method {other}"),
                ));
            }
        };
        if bytes.len() as u64 != member.size {
            return Err(unexpected(key, format!("{} bytes", member.size), bytes.len().to_string()));
        }
        let mut crc = Crc::new();
        crc.update(&bytes);
        if crc.sum() == member.crc {
            Ok(Some(bytes))
        } else {
            Err(damaged(key, "its checksum is another than the directory of the archive says"))
        }
    }

    /// Some bytes of a member; `None` when it is compressed.
    pub(super) fn read_part(&self, key: &str, start: u64, n_bytes: u64) -> Outcome<Option<Vec<u8>>> {
        match self.members.get(key) {
            Some(member) if member.method == 0 => self.packed(key, member, start, n_bytes).map(Some),
            _ => Ok(None),
        }
    }

    /// Names of the folders in a folder, sorted.
    pub(super) fn folders(&self, key: &str) -> Vec<String> {
        let mut names: Vec<String> = Vec::new();
        for (rest, _) in self.below(key) {
            if let Some((name, _)) = rest.split_once('/')
                && names.last().is_none_or(|last| last != name)
            {
                names.push(name.to_owned());
            }
        }
        names.sort_unstable();
        names.dedup();
        names
    }

    /// Packed sizes of all members below a folder, by their path in it.
    pub(super) fn files(&self, key: &str) -> BTreeMap<String, u64> {
        let sizes = self.below(key).map(|(name, member)| (name.to_owned(), member.packed.min(self.n_bytes)));
        sizes.collect()
    }

    fn below(&self, key: &str) -> impl Iterator<Item = (&str, &Member)> {
        let prefix = if key.is_empty() { String::new() } else { format!("{key}/") };
        let members = self.members.range(prefix.clone()..);
        members.map_while(move |(name, member)| Some((name.strip_prefix(prefix.as_str())?, member)))
    }

    /// Bytes of a member as they are in the archive.
    fn packed(&self, key: &str, member: &Member, start: u64, n_bytes: u64) -> Outcome<Vec<u8>> {
        let fewer = || unexpected(key, format!("{} bytes in the archive", member.packed), "fewer");
        if member.encrypted {
            return Err(unexpected(key, "a member that can be read without a password", "an encrypted one"));
        }
        if start.checked_add(n_bytes).is_none_or(|end| end > member.packed) {
            return Err(unexpected(key, format!("{n_bytes} bytes at {start}"), "fewer"));
        }
        // Another thread that panicked left no more than a place in the file, which is set anew.
        let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        let header = part(&mut file, member.header, HEADER_BYTES, self.n_bytes)?.ok_or_else(fewer)?;
        let (name, extra) = (u16_at(&header, 26).unwrap_or(0), u16_at(&header, 28).unwrap_or(0));
        if !header.starts_with(HEADER) {
            return Err(damaged(key, "it does not start where the directory of the archive says"));
        }
        let content = member.header + HEADER_BYTES + u64::from(name) + u64::from(extra);
        content
            .checked_add(start)
            .map_or(Ok(None), |at| part(&mut file, at, n_bytes, self.n_bytes))?
            .ok_or_else(fewer)
    }
}

/// Bytes of a file of `n_file` bytes; `None` when it ends before.
fn part(file: &mut File, start: u64, n_bytes: u64, n_file: u64) -> io::Result<Option<Vec<u8>>> {
    if start.checked_add(n_bytes).is_none_or(|end| end > n_file) {
        return Ok(None);
    }
    file.seek(SeekFrom::Start(start))?;
    let mut bytes = Vec::with_capacity(usize::try_from(n_bytes).unwrap_or(0));
    file.take(n_bytes).read_to_end(&mut bytes)?;
    Ok((bytes.len() as u64 == n_bytes).then_some(bytes))
}

/// The members by name; of several with one name the last, as every reader takes it.
fn directory(file: &mut File, n_bytes: u64) -> Outcome<BTreeMap<String, Member>> {
    let wrong = |found: &str| unexpected("the zip archive", "a whole archive", found);
    let (start, length) =
        place_of_directory(file, n_bytes)?.ok_or_else(|| wrong("one without a directory"))?;
    if length > MOST_DIRECTORY_BYTES {
        return Err(wrong("a directory of more than 1 GiB"));
    }
    let bytes = part(file, start, length, n_bytes)?.ok_or_else(|| wrong("a directory that is not there"))?;
    let mut members = BTreeMap::new();
    let mut rest = bytes.as_slice();
    while !rest.is_empty() {
        let (name, member, after) = Member::split(rest).ok_or_else(|| wrong("a damaged directory"))?;
        members.insert(name, member);
        rest = after;
    }
    // Members that share their bytes would make a little data count many times.
    let packed = members.values().fold(0, |sum: u64, member| sum.saturating_add(member.packed));
    if packed > n_bytes {
        return Err(wrong("one whose members overlap"));
    }
    Ok(members)
}

/// Start and length of the directory.
fn place_of_directory(file: &mut File, n_bytes: u64) -> Outcome<Option<(u64, u64)>> {
    // A comment of up to 65,535 bytes may follow the end of the directory.
    let looked_at = n_bytes.min((LOCATOR_64_BYTES + END_BYTES) as u64 + u64::from(u16::MAX));
    let Some(tail) = part(file, n_bytes - looked_at, looked_at, n_bytes)? else { return Ok(None) };
    let Some(at) = tail.windows(END_BYTES).rposition(|window| window.starts_with(END)) else {
        return Ok(None);
    };
    let (before, end) = tail.split_at(at);
    let locator = before.len().checked_sub(LOCATOR_64_BYTES).and_then(|at| before.get(at..));
    if let Some(locator) = locator.filter(|locator| locator.starts_with(LOCATOR_64)) {
        let Some(at) = u64_at(locator, 8) else { return Ok(None) };
        let end = part(file, at, END_64_BYTES, n_bytes)?.filter(|end| end.starts_with(END_64));
        return Ok(end.and_then(|end| Some((u64_at(&end, 48)?, u64_at(&end, 40)?))));
    }
    Ok(u32_at(end, 16).zip(u32_at(end, 12)).map(|(start, length)| (start.into(), length.into())))
}

/// The folder of the store with its `/`, or nothing when the store is the archive.
fn root(members: &BTreeMap<String, Member>) -> Option<String> {
    if AT_ROOT.iter().any(|name| members.contains_key(*name)) {
        return Some(String::new());
    }
    let mut roots = members.keys().filter_map(|name| {
        let (folder, name) = name.split_once('/')?;
        AT_ROOT.contains(&name).then_some(folder)
    });
    let root = roots.next()?;
    roots.all(|other| other == root).then(|| format!("{root}/"))
}

impl Member {
    /// Takes a member from the front of the directory.
    fn split(directory: &[u8]) -> Option<(String, Self, &[u8])> {
        directory.starts_with(ENTRY).then_some(())?;
        let length = |at| u16_at(directory, at).map(usize::from);
        let (name, extra, comment) = (length(28)?, length(30)?, length(32)?);
        let extra_bytes = directory.get(46 + name..46 + name + extra)?;
        let mut large = zip64(extra_bytes);
        // A number that does not fit is all ones, and stands in the extra field, in this order.
        let mut number = |at| match u32_at(directory, at)? {
            u32::MAX => {
                let number = u64_at(large, 0)?;
                large = large.get(8..)?;
                Some(number)
            }
            number => Some(number.into()),
        };
        let (size, packed, header) = (number(24)?, number(20)?, number(42)?);
        let member = Self {
            method: u16_at(directory, 10)?,
            encrypted: u16_at(directory, 8)? & 1 == 1,
            crc: u32_at(directory, 16)?,
            packed,
            size,
            header,
        };
        let name_bytes = directory.get(46..46 + name)?;
        let after = directory.get(46 + name + extra + comment..)?;
        Some((String::from_utf8_lossy(name_bytes).into_owned(), member, after))
    }
}

/// The extra field with sizes of 4 GiB and more, or nothing.
fn zip64(mut extra: &[u8]) -> &[u8] {
    while let (Some(id), Some(length)) = (u16_at(extra, 0), u16_at(extra, 2)) {
        let end = 4 + usize::from(length);
        if id == 1 {
            return extra.get(4..end).unwrap_or_default();
        }
        extra = extra.get(end..).unwrap_or_default();
    }
    &[]
}

fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    bytes.get(at..)?.first_chunk().map(|bytes| u16::from_le_bytes(*bytes))
}

fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    bytes.get(at..)?.first_chunk().map(|bytes| u32::from_le_bytes(*bytes))
}

fn u64_at(bytes: &[u8], at: usize) -> Option<u64> {
    bytes.get(at..)?.first_chunk().map(|bytes| u64::from_le_bytes(*bytes))
}
