//! Zip archives that are taken apart and put together again, with right checksums.

use std::fs;
use std::io::Read as _;
use std::path::Path;

use flate2::Crc;
use flate2::read::DeflateDecoder;

/// What a member starts with.
const START: &[u8] = b"PK\x03\x04";

/// Bytes of the headers before a name, at the member, in the directory and at its end.
const HEADER: usize = 30;
const ENTRY: usize = 46;
const END: usize = 22;

/// A member: its name and what is in it.
pub(crate) type Member = (String, Vec<u8>);

/// The members of a whole archive, in the order of its directory.
pub(crate) fn members(archive: &[u8]) -> Vec<Member> {
    let number = |at: usize, n: usize| {
        archive[at..at + n].iter().rev().fold(0, |sum, &byte| sum << 8 | usize::from(byte))
    };
    let text = |at: usize, n: usize| String::from_utf8(archive[at..at + n].to_vec()).unwrap();
    let end = archive.len() - END; // without a comment
    let mut entry = number(end + 16, 4);
    let mut members = Vec::new();
    for _ in 0..number(end + 10, 2) {
        let (method, packed, header) = (number(entry + 10, 2), number(entry + 20, 4), number(entry + 42, 4));
        let start = header + HEADER + number(header + 26, 2) + number(header + 28, 2);
        let mut content = archive[start..start + packed].to_vec();
        if method == 8 {
            let mut unpacked = Vec::new();
            DeflateDecoder::new(&*content).read_to_end(&mut unpacked).unwrap();
            content = unpacked;
        }
        let name = number(entry + 28, 2);
        members.push((text(entry + ENTRY, name), content));
        entry += ENTRY + name + number(entry + 30, 2) + number(entry + 32, 2);
    }
    members
}

/// An archive of members that are not compressed.
pub(crate) fn archive(members: &[Member]) -> Vec<u8> {
    let (mut archive, mut directory) = (Vec::new(), Vec::new());
    for (name, content) in members {
        let mut crc = Crc::new();
        crc.update(content);
        let size = u32::try_from(content.len()).unwrap().to_le_bytes();
        let length = u16::try_from(name.len()).unwrap().to_le_bytes();
        // Version 2.0, no flags, stored, the first of January 1980.
        let about = [20, 0, 0, 0, 0, 0, 0, 0, 0x21, 0];
        let about = [about.as_slice(), &crc.sum().to_le_bytes(), &size, &size, &length, &[0; 2]].concat();
        let start = u32::try_from(archive.len()).unwrap().to_le_bytes();
        directory
            .extend([b"PK\x01\x02\x14\0".as_slice(), &about, &[0; 10], &start, name.as_bytes()].concat());
        archive.extend([START, &about, name.as_bytes(), content].concat());
    }
    let (start, n) =
        (u32::try_from(archive.len()).unwrap(), u16::try_from(members.len()).unwrap().to_le_bytes());
    let size = u32::try_from(directory.len()).unwrap();
    archive.extend([directory.as_slice(), b"PK\x05\x06\0\0\0\0", &n, &n].concat());
    archive.extend([size.to_le_bytes(), start.to_le_bytes()].concat());
    archive.extend([0; 2]);
    archive
}

/// Writes the members of an archive into a folder.
pub(crate) fn unpack(archive: &Path, folder: &Path) {
    for (name, content) in members(&fs::read(archive).unwrap()) {
        if name.ends_with('/') {
            continue; // a folder
        }
        let path = folder.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }
}
