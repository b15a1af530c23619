//! Zip archives, as far as `NumPy` writes them: members that are stored or deflated.
//!
//! The directory at the end of the archive says where its members are; it alone is believed, and checked. Nothing
//! is written to disk, so names of members lead nowhere.

use std::borrow::Cow;
use std::io::Read;

use flate2::Crc;
use flate2::read::DeflateDecoder;

use super::{Outcome, unexpected};
use crate::memory_limit::{DEFLATE_EXPANSION, MemoryLimit};

/// The first bytes of an archive.
pub(super) const MAGIC: &[u8] = b"PK\x03\x04";

const DIRECTORY_END: &[u8] = b"PK\x05\x06";
const DIRECTORY_END_BYTES: usize = 22;
const DIRECTORY_ENTRY: &[u8] = b"PK\x01\x02";

/// Members there may be. NumPy writes one per array.
const MOST_MEMBERS: usize = 1000;

/// An archive whose directory was read.
pub(super) struct Zip<'a> {
    file: &'a [u8],
    members: Vec<Member>,
}

struct Member {
    name: String,
    method: u16,
    crc: u32,
    packed: u32,
    size: u32,
    header: u32,
}

impl<'a> Zip<'a> {
    /// Reads the directory.
    pub(super) fn open(file: &'a [u8]) -> Outcome<Self> {
        let wrong = |found: &str| unexpected("the zip archive", "a whole archive of at most 4 GB", found);
        // A comment of up to 65,535 bytes may follow the end of the directory.
        let tail = file.len().saturating_sub(DIRECTORY_END_BYTES + usize::from(u16::MAX));
        let end =
            file[tail..].windows(DIRECTORY_END_BYTES).rposition(|window| window.starts_with(DIRECTORY_END));
        let end = &file[tail + end.ok_or_else(|| wrong("one without a directory"))?..];
        let n_members = usize::from(u16_at(end, 10).unwrap_or(0));
        let start = u32_at(end, 16).unwrap_or(u32::MAX);
        let mut rest = file.get(start as usize..).ok_or_else(|| wrong("a directory that is not there"))?;
        if n_members > MOST_MEMBERS {
            return Err(unexpected(
                "the zip archive",
                format!("at most {MOST_MEMBERS} members"),
                n_members.to_string(),
            ));
        }
        let mut members = Vec::with_capacity(n_members);
        for _ in 0..n_members {
            let (member, after) = Member::split(rest).ok_or_else(|| wrong("a damaged directory"))?;
            members.push(member);
            rest = after;
        }
        let total: u64 = members.iter().map(|member| u64::from(member.size)).sum();
        MemoryLimit::of_file(file.len() as u64).check("the zip archive", total)?;
        Ok(Self { file, members })
    }

    /// Names of the members, in the order of the directory.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.members.iter().map(|member| member.name.as_str())
    }

    /// Unpacks a member and compares its checksum.
    pub(super) fn read(&self, name: &str) -> Outcome<Cow<'a, [u8]>> {
        let wrong = |expected: &str, found: &str| unexpected(name, expected, found);
        let member = self.members.iter().find(|member| member.name == name);
        let member = member.ok_or_else(|| wrong("a member of the archive", "nothing"))?;
        let packed = self.packed(member).ok_or_else(|| wrong("the bytes of a member", "fewer"))?;
        let bytes = match member.method {
            0 => Cow::Borrowed(packed),
            8 => {
                // What is declared is bounded by what is there.
                let most = (packed.len() as u64 + 1).saturating_mul(DEFLATE_EXPANSION);
                if u64::from(member.size) > most {
                    return Err(wrong(&format!("at most {most} bytes"), &member.size.to_string()));
                }
                let mut bytes = Vec::with_capacity(member.size as usize);
                let unpacked =
                    DeflateDecoder::new(packed).take(u64::from(member.size) + 1).read_to_end(&mut bytes);
                unpacked.map_err(|source| crate::ReadErrorKind::Damaged {
                    object: name.to_owned(),
                    source: source.into(),
                })?;
                Cow::Owned(bytes)
            }
            other => return Err(wrong("a member that is stored or deflated", &format!("method {other}"))),
        };
        if bytes.len() as u64 != u64::from(member.size) {
            return Err(wrong(&format!("{} bytes", member.size), &bytes.len().to_string()));
        }
        let mut crc = Crc::new();
        crc.update(&bytes);
        if crc.sum() == member.crc {
            Ok(bytes)
        } else {
            Err(wrong("bytes of the checksum in the directory", "others"))
        }
    }

    fn packed(&self, member: &Member) -> Option<&'a [u8]> {
        let header = self.file.get(member.header as usize..)?;
        let (name, extra) = (u16_at(header, 26)?, u16_at(header, 28)?);
        let start = 30 + usize::from(name) + usize::from(extra);
        header.starts_with(MAGIC).then_some(())?;
        header.get(start..)?.get(..member.packed as usize)
    }
}

impl Member {
    /// Takes a member from the front of the directory. Sizes of 4 GB and more are kept elsewhere and not read.
    fn split(directory: &[u8]) -> Option<(Self, &[u8])> {
        directory.starts_with(DIRECTORY_ENTRY).then_some(())?;
        let length = |at| u16_at(directory, at).map(usize::from);
        let (name, extra, comment) = (length(28)?, length(30)?, length(32)?);
        let member = Self {
            name: String::from_utf8_lossy(directory.get(46..46 + name)?).into_owned(),
            method: u16_at(directory, 10)?,
            crc: u32_at(directory, 16)?,
            packed: u32_at(directory, 20)?,
            size: u32_at(directory, 24)?,
            header: u32_at(directory, 42)?,
        };
        let is_large = [member.packed, member.size, member.header].contains(&u32::MAX);
        (!is_large).then_some((member, directory.get(46 + name + extra + comment..)?))
    }
}

fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    bytes.get(at..)?.first_chunk().map(|bytes| u16::from_le_bytes(*bytes))
}

fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    bytes.get(at..)?.first_chunk().map(|bytes| u32::from_le_bytes(*bytes))
}
