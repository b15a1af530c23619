//! Makes checksums right again, so that damage gets past them to the code behind.

use std::io::Read as _;

use flate2::Crc;
use flate2::read::DeflateDecoder;
use sha2::{Digest, Sha256};

/// Headers of a tar archive: each holds the sum of its bytes.
pub fn tar(archive: &mut [u8]) {
    const BLOCK: usize = 512;
    let mut start = 0;
    while let Some(header) = archive.get_mut(start..).and_then(|rest| rest.get_mut(..BLOCK)) {
        if header.iter().all(|&byte| byte == 0) {
            return;
        }
        header[148..156].fill(b' ');
        let sum: u32 = header.iter().map(|&byte| u32::from(byte)).sum();
        header[148..155].copy_from_slice(format!("{sum:06o}\0").as_bytes());
        let size = std::str::from_utf8(&header[124..135]).ok();
        let size = size.and_then(|digits| usize::from_str_radix(digits.trim_matches(['\0', ' ']), 8).ok());
        start += BLOCK + size.unwrap_or(0).next_multiple_of(BLOCK);
    }
}

/// Checksums of the members of a zip archive, in its directory.
pub fn zip(archive: &mut [u8]) {
    let u16_at =
        |archive: &[u8], at: usize| Some(usize::from(u16::from_le_bytes(*archive.get(at..)?.first_chunk()?)));
    let u32_at =
        |archive: &[u8], at: usize| Some(u32::from_le_bytes(*archive.get(at..)?.first_chunk()?) as usize);
    let Some(end) = archive.windows(4).rposition(|window| window == b"PK\x05\x06") else { return };
    let Some(mut entry) = u32_at(archive, end + 16) else { return };
    for _ in 0..u16_at(archive, end + 10).unwrap_or(0).min(1000) {
        let sum = || {
            let header = u32_at(archive, entry + 42)?;
            let start = header + 30 + u16_at(archive, header + 26)? + u16_at(archive, header + 28)?;
            let packed = archive.get(start..)?.get(..u32_at(archive, entry + 20)?)?;
            let mut crc = Crc::new();
            if u16_at(archive, entry + 10)? == 8 {
                let mut unpacked = Vec::new();
                DeflateDecoder::new(packed).take(1 << 24).read_to_end(&mut unpacked).ok()?;
                crc.update(&unpacked);
            } else {
                crc.update(packed);
            }
            Some(crc.sum())
        };
        if let (Some(sum), Some(field)) = (sum(), archive.get_mut(entry + 16..entry + 20)) {
            field.copy_from_slice(&sum.to_le_bytes());
        }
        let lengths = [28, 30, 32].map(|at| u16_at(archive, entry + at).unwrap_or(0));
        entry += 46 + lengths.iter().sum::<usize>();
    }
}

/// The SHA-256 of a model file, which stands in its header.
pub fn model(file: &mut [u8]) {
    const BEFORE: &[u8] = br#""sha256":""#;
    let Some(start) = file.windows(BEFORE.len()).position(|window| window == BEFORE) else { return };
    let start = start + BEFORE.len();
    let Some(digits) = file.get_mut(start..start + 64) else { return };
    digits.fill(b'0');
    let sum: String = Sha256::digest(&*file).iter().map(|byte| format!("{byte:02x}")).collect();
    file[start..start + 64].copy_from_slice(sum.as_bytes());
}

/// Headers of HDF5 with a checksum: the superblock of versions 2 and 3, and object headers of version 2.
pub fn hdf5(file: &mut [u8]) {
    let seal = |file: &mut [u8], start: usize, end: usize| {
        if let Some(sealed) = file.get(start..end) {
            let sum = lookup3(sealed).to_le_bytes();
            if let Some(field) = file.get_mut(end..end + 4) {
                field.copy_from_slice(&sum);
            }
        }
    };
    if matches!(file.get(8), Some(2 | 3)) {
        seal(file, 0, 44);
    }
    let mut start = 0;
    while let Some(found) =
        file.get(start..).and_then(|rest| rest.windows(4).position(|word| word == b"OHDR"))
    {
        start += found;
        let flags = file.get(start + 5).copied().unwrap_or(0);
        let optional = if flags & 0x20 != 0 { 16 } else { 0 } + if flags & 0x10 != 0 { 4 } else { 0 };
        let (at, width) = (start + 6 + optional, 1 << (flags & 3));
        if let Some(size) = file.get(at..at + width) {
            let size = size.iter().rev().fold(0_usize, |size, &byte| (size << 8) | usize::from(byte));
            if size < file.len() {
                seal(file, start, at + width + size);
            }
        }
        start += 4;
    }
}

/// The checksum of HDF5's metadata, by Bob Jenkins (<https://burtleburtle.net/bob/c/lookup3.c>).
fn lookup3(bytes: &[u8]) -> u32 {
    let start = 0xdead_beef_u32.wrapping_add(bytes.len() as u32);
    let (mut a, mut b, mut c) = (start, start, start);
    let word = |bytes: &[u8], at: usize| {
        let byte = |i| u32::from(bytes.get(at + i).copied().unwrap_or(0)) << (8 * i);
        (0..4).map(byte).sum::<u32>()
    };
    let mut rest = bytes;
    while rest.len() > 12 {
        a = a.wrapping_add(word(rest, 0));
        b = b.wrapping_add(word(rest, 4));
        c = c.wrapping_add(word(rest, 8));
        for rotation in [(4, 6, 8), (16, 19, 4)] {
            a = a.wrapping_sub(c) ^ c.rotate_left(rotation.0);
            c = c.wrapping_add(b);
            b = b.wrapping_sub(a) ^ a.rotate_left(rotation.1);
            a = a.wrapping_add(c);
            c = c.wrapping_sub(b) ^ b.rotate_left(rotation.2);
            b = b.wrapping_add(a);
        }
        rest = &rest[12..];
    }
    if rest.is_empty() {
        return c;
    }
    a = a.wrapping_add(word(rest, 0));
    b = b.wrapping_add(word(rest, 4));
    c = c.wrapping_add(word(rest, 8));
    c = (c ^ b).wrapping_sub(b.rotate_left(14));
    a = (a ^ c).wrapping_sub(c.rotate_left(11));
    b = (b ^ a).wrapping_sub(a.rotate_left(25));
    c = (c ^ b).wrapping_sub(b.rotate_left(16));
    a = (a ^ c).wrapping_sub(c.rotate_left(4));
    b = (b ^ a).wrapping_sub(a.rotate_left(14));
    (c ^ b).wrapping_sub(b.rotate_left(24))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_checksum_is_that_of_its_author() {
        assert_eq!(lookup3(b""), 0xdead_beef);
        assert_eq!(lookup3(b"Four score and seven years ago"), 0x1777_0551);
    }

    #[test]
    fn what_is_whole_stays_as_it_is() {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../crates/ferrocyte-io/tests");
        let same = |name: &str, repair: fn(&mut [u8])| {
            let whole = std::fs::read(folder.join(name)).expect("the fixture is there");
            let mut repaired = whole.clone();
            repair(&mut repaired);
            assert_eq!(repaired, whole, "{name}");
        };
        same("write_fixtures/latest.h5ad", hdf5);
        same("fixtures/storages.h5ad", hdf5);
        same("numpy_fixtures/scipy_csr.npz", zip);
        same("numpy_fixtures/arrays.npz", zip);
    }
}
