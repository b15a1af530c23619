//! Puts a zarr store together of parts that can be damaged one by one: a file each, as it is before it is packed.
//!
//! A part is a line `PACKINGS KEY`, then the content of the file of that key. Packings have `+` between them and are
//! applied from left to right; [`packed`] tells which there are. What is none of them changes nothing.

use std::io::Write as _;
use std::path::Path;
use std::{fs, io};

use flate2::Compression;
use flate2::write::{DeflateEncoder, ZlibEncoder};

use crate::assemble::{BETWEEN, gzip};

/// Files that a store is made of at most: each costs time.
const MOST_FILES: usize = 300;

/// Packings of a file at most.
const MOST_PACKINGS: usize = 4;

/// A file of a store.
pub struct Member {
    /// Where it is, names with `/` between them: nothing else leads anywhere.
    pub key: String,
    /// What is in it.
    pub content: Vec<u8>,
}

/// The files of an input, the first of each key.
pub fn members(input: &[u8]) -> Vec<Member> {
    let mut members: Vec<Member> = Vec::new();
    for part in split(input).take(MOST_FILES) {
        let end = part.iter().position(|&byte| byte == b'\n').unwrap_or(part.len());
        let head = String::from_utf8_lossy(&part[..end]);
        let Some((packings, key)) = head.split_once(' ') else { continue };
        let is_there = |member: &Member| member.key == key;
        if is_plain(key) && !members.iter().any(is_there) {
            let content = packed(packings, part.get(end + 1..).unwrap_or_default());
            members.push(Member { key: key.to_owned(), content });
        }
    }
    members
}

fn split(input: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut rest = Some(input);
    std::iter::from_fn(move || {
        let part = rest?;
        let cut = part.windows(BETWEEN.len()).position(|window| window == BETWEEN);
        rest = cut.map(|cut| &part[cut + BETWEEN.len()..]);
        Some(cut.map_or(part, |cut| &part[..cut]))
    })
}

/// Whether a file of this key is inside the folder that it is written to.
fn is_plain(key: &str) -> bool {
    let is_name = |name: &str| {
        let is_allowed = |c: char| c.is_ascii_graphic() && c != '\\' || c == ' ';
        !name.is_empty() && name.len() < 100 && name != "." && name != ".." && name.chars().all(is_allowed)
    };
    key.split('/').count() < 12 && key.split('/').all(is_name)
}

/// Packs a content.
fn packed(packings: &str, content: &[u8]) -> Vec<u8> {
    let mut content = content.to_vec();
    for packing in packings.split('+').take(MOST_PACKINGS) {
        content = match packing {
            "gzip" => gzip(&content),
            "zlib" => {
                let mut encoder = ZlibEncoder::new(Vec::new(), Compression::fast());
                encoder.write_all(&content).and_then(|()| encoder.finish()).expect("memory takes all bytes")
            }
            "lz4" => lz4_flex::block::compress_prepend_size(&content),
            "zstd" => zstd(&content),
            "blosc" => blosc(&content, 0),
            "blosc4" => blosc(&content, 4),
            "crc" => sealed(&content, 0),
            // The content of text: the lengths, which damage seldom leaves right.
            "texts" => texts(&content),
            other => match other.strip_prefix("index").and_then(|n| n.parse::<usize>().ok()) {
                // A shard whose index is its last bytes.
                Some(n) => sealed(&content, content.len().saturating_sub(n)),
                None => content,
            },
        };
    }
    content
}

/// One frame of blocks that are not compressed (RFC 8878, 3.1.1).
fn zstd(content: &[u8]) -> Vec<u8> {
    const MOST: usize = 1 << 17;
    let mut frame = vec![0x28, 0xb5, 0x2f, 0xfd, 0xa0];
    frame.extend((content.len() as u32).to_le_bytes());
    let n_blocks = content.len().div_ceil(MOST).max(1);
    for block in 0..n_blocks {
        let bytes = &content[block * MOST..content.len().min((block + 1) * MOST)];
        let header = (bytes.len() as u32) << 3 | u32::from(block + 1 == n_blocks);
        frame.extend(&header.to_le_bytes()[..3]);
        frame.extend(bytes);
    }
    frame
}

/// Blosc: one block of LZ4 in one stream, and said to be shuffled where `element` is more than 1.
fn blosc(content: &[u8], element: u8) -> Vec<u8> {
    let (one_stream, lz4, is_shuffled) = (1 << 4, 1 << 5, u8::from(element > 1));
    let stream = lz4_flex::block::compress(content);
    // A stream as long as the block would be taken for one that is not compressed.
    let stream = if stream.len() < content.len() { &*stream } else { content };
    let n_bytes = content.len() as u32;
    let mut chunk = vec![2, 1, one_stream | lz4 | is_shuffled, element.max(1)];
    for number in [n_bytes, n_bytes, 16 + 4 + 4 + stream.len() as u32, 20, stream.len() as u32] {
        chunk.extend(number.to_le_bytes());
    }
    chunk.extend(stream);
    chunk
}

/// Lines as zarr has strings: their number, then each with its length.
fn texts(content: &[u8]) -> Vec<u8> {
    let lines: Vec<&[u8]> = content.split(|&byte| byte == b'\n').collect();
    let mut bytes = (lines.len() as u32).to_le_bytes().to_vec();
    for line in lines {
        bytes.extend((line.len() as u32).to_le_bytes());
        bytes.extend(line);
    }
    bytes
}

/// The content, then the CRC-32C of its bytes from `start` on (RFC 3720, B.4).
fn sealed(content: &[u8], start: usize) -> Vec<u8> {
    let mut crc = !0_u32;
    for &byte in &content[start..] {
        crc ^= u32::from(byte);
        for _ in 0..8 {
            crc = if crc & 1 == 1 { (crc >> 1) ^ 0x82f6_3b78 } else { crc >> 1 };
        }
    }
    [content, &(!crc).to_le_bytes()].concat()
}

/// Writes a store into a folder, over the one of the input before.
///
/// # Errors
/// When the folder cannot be written.
pub fn write_folder(folder: &Path, members: &[Member]) -> io::Result<()> {
    if folder.is_dir() {
        fs::remove_dir_all(folder)?;
    }
    fs::create_dir_all(folder)?;
    for member in members {
        let path = folder.join(&member.key);
        if let Some(parent) = path.parent() {
            // One file may be where another wants a folder; then it is not there.
            if fs::create_dir_all(parent).is_err() {
                continue;
            }
        }
        if !path.is_dir() {
            fs::write(path, &member.content)?;
        }
    }
    Ok(())
}

/// A zip archive of a store, whose names begin with `prefix`.
pub fn zip(members: &[Member], prefix: &str, is_deflated: bool) -> Vec<u8> {
    let (mut archive, mut directory) = (Vec::new(), Vec::new());
    for Member { key, content } in members {
        let name = format!("{prefix}{key}");
        let mut crc = flate2::Crc::new();
        crc.update(content);
        let deflated = is_deflated.then(|| {
            let mut encoder = DeflateEncoder::new(Vec::new(), Compression::fast());
            encoder.write_all(content).and_then(|()| encoder.finish()).expect("memory takes all bytes")
        });
        let bytes = deflated.as_deref().unwrap_or(content);
        let method: u16 = if is_deflated { 8 } else { 0 };
        let mut about = [20_u16.to_le_bytes(), [0; 2], method.to_le_bytes(), [0; 2], [0x21, 0]].concat();
        for number in [crc.sum(), bytes.len() as u32, content.len() as u32] {
            about.extend(number.to_le_bytes());
        }
        about.extend((name.len() as u16).to_le_bytes());
        about.extend([0; 2]);
        let start = archive.len() as u32;
        archive.extend([b"PK\x03\x04".as_slice(), &about, name.as_bytes(), bytes].concat());
        let place = [[0; 10].as_slice(), &start.to_le_bytes()].concat();
        directory.extend([b"PK\x01\x02\x14\0".as_slice(), &about, &place, name.as_bytes()].concat());
    }
    let start = archive.len() as u32;
    let n = (members.len() as u16).to_le_bytes();
    archive.extend(&directory);
    archive.extend([b"PK\x05\x06\0\0\0\0".as_slice(), &n, &n].concat());
    archive.extend((directory.len() as u32).to_le_bytes());
    archive.extend(start.to_le_bytes());
    archive.extend([0; 2]);
    archive
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use ferrocyte_io::CellFile;
    use ferrocyte_io::zarr::Zarr;

    use super::*;

    /// What is not damaged is read: a target that only ever makes errors would find nothing.
    #[test]
    fn seeds_are_whole_stores() {
        let folder = tempfile();
        for entry in
            fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("seeds/zarr")).expect("it is there")
        {
            let path = entry.expect("it is there").path();
            let seed = fs::read(&path).expect("it is there");
            let members = members(&seed[1..]);
            write_folder(&folder.join("store"), &members).expect("it can be written");
            fs::write(folder.join("stored.zip"), zip(&members, "", false)).expect("it can be written");
            fs::write(folder.join("deflated.zip"), zip(&members, "in/", true)).expect("it can be written");
            for name in ["store", "stored.zip", "deflated.zip"] {
                let store = Zarr::open(folder.join(name));
                let store = store.unwrap_or_else(|error| panic!("{} {name}: {error:?}", path.display()));
                for column in store.obs().names() {
                    let found = store.obs().column(column);
                    assert!(found.is_ok(), "{} {name}: {column}: {found:?}", path.display());
                }
                for matrix in store.matrices().expect("they are read") {
                    let mut source = store.source(&matrix.path, 2).expect("it is read");
                    let mut n_cells = 0;
                    while let Some(block) = source.next_block().unwrap_or_else(|error| {
                        panic!("{} {name}: {:?}: {error:?}", path.display(), matrix.path)
                    }) {
                        n_cells += block.n_cells();
                    }
                    assert_eq!(n_cells, store.n_cells(), "{} {name}", path.display());
                }
            }
        }
        fs::remove_dir_all(folder).expect("it is there");
    }

    fn tempfile() -> std::path::PathBuf {
        let folder = std::env::temp_dir().join(format!("ferrocyte-fuzz-stores-{}", std::process::id()));
        fs::create_dir_all(&folder).expect("it can be made");
        folder
    }

    #[test]
    fn keys_stay_in_the_folder() {
        for key in ["", "/a", "../a", "a/../b", "a//b", "a/", "a\\b", "ä"] {
            assert!(!is_plain(key), "{key}");
        }
        assert!(is_plain("obs/cell type/.zarray"));
    }
}
