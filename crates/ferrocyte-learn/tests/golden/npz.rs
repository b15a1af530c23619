//! Reads the arrays of a `.npz` that NumPy wrote: golden inputs only, so it trusts what it reads.
#![allow(dead_code)] // each test takes a part

use std::collections::BTreeMap;
use std::fs;
use std::io::Read;
use std::path::Path;

use flate2::read::DeflateDecoder;

fn number(bytes: &[u8], at: usize, width: usize) -> usize {
    bytes[at..at + width].iter().rev().fold(0, |number, &byte| number << 8 | usize::from(byte))
}

/// The bytes of each member, by the name of its array. Sizes are read from the central directory, since NumPy
/// leaves them out of the local headers.
pub(crate) fn read_npz(path: &Path) -> BTreeMap<String, Npy> {
    let zip = fs::read(path).unwrap();
    let end = zip.windows(4).rposition(|four| four == b"PK\x05\x06").unwrap();
    let mut at = number(&zip, end + 16, 4);
    let mut arrays = BTreeMap::new();
    for _ in 0..number(&zip, end + 10, 2) {
        let (method, packed, local) =
            (number(&zip, at + 10, 2), number(&zip, at + 20, 4), number(&zip, at + 42, 4));
        let name_length = number(&zip, at + 28, 2);
        let name = String::from_utf8(zip[at + 46..at + 46 + name_length].to_vec()).unwrap();
        let start = local + 30 + number(&zip, local + 26, 2) + number(&zip, local + 28, 2);
        let member = &zip[start..start + packed];
        let mut bytes = Vec::new();
        match method {
            0 => bytes.extend_from_slice(member),
            8 => drop(DeflateDecoder::new(member).read_to_end(&mut bytes).unwrap()),
            other => panic!("`{name}`: compression method {other}"),
        }
        arrays.insert(name.trim_end_matches(".npy").to_owned(), Npy(bytes));
        at += 46 + name_length + number(&zip, at + 30, 2) + number(&zip, at + 32, 2);
    }
    arrays
}

/// One array, row by row.
pub(crate) struct Npy(Vec<u8>);

impl Npy {
    /// The header and the values.
    fn parts(&self) -> (String, &[u8]) {
        assert_eq!((&self.0[..6], self.0[6]), (b"\x93NUMPY".as_slice(), 1));
        let (header, data) = self.0[10..].split_at(number(&self.0, 8, 2));
        let header = String::from_utf8_lossy(header).into_owned();
        assert!(header.contains("'fortran_order': False"), "{header}");
        (header, data)
    }

    pub(crate) fn to_f64(&self) -> Vec<f64> {
        let (header, data) = self.parts();
        if header.contains("'<f4'") {
            return data
                .as_chunks::<4>()
                .0
                .iter()
                .map(|&bytes| f64::from(f32::from_le_bytes(bytes)))
                .collect();
        }
        assert!(header.contains("'<f8'"), "{header}");
        data.as_chunks::<8>().0.iter().map(|&bytes| f64::from_le_bytes(bytes)).collect()
    }

    pub(crate) fn to_usize(&self) -> Vec<usize> {
        let (header, data) = self.parts();
        assert!(header.contains("'<i8'"), "{header}");
        data.as_chunks::<8>().0.iter().map(|&bytes| i64::from_le_bytes(bytes).try_into().unwrap()).collect()
    }
}
