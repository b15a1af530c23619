//! Reads the golden files as plainly as possible; panics are fine here.

use std::io::Read as _;
use std::path::PathBuf;

/// The folder of real data, or `None` (said aloud) where there is none.
pub(crate) fn data_folder() -> Option<PathBuf> {
    let folder = std::env::var_os("FERROCYTE_DATA").map(PathBuf::from);
    if folder.is_none() {
        eprintln!("skipped: FERROCYTE_DATA is not set");
    }
    folder
}

/// The text of a `.gz` file.
pub(crate) fn gunzip(path: PathBuf) -> String {
    let mut text = String::new();
    flate2::read::GzDecoder::new(std::fs::File::open(path).unwrap()).read_to_string(&mut text).unwrap();
    text
}

/// The numbers of an array of `f32` or `f64` in an `.npz` file, row by row.
pub(crate) fn npz(file: &[u8], name: &str) -> Vec<f64> {
    let npy = unzip(file, &format!("{name}.npy"));
    let header = usize::from(u16::from_le_bytes([npy[8], npy[9]]));
    let (text, data) = (std::str::from_utf8(&npy[10..10 + header]).unwrap(), &npy[10 + header..]);
    assert!(text.contains("'fortran_order': False"), "{text}");
    if text.contains("'<f4'") {
        data.as_chunks::<4>().0.iter().map(|bytes| f64::from(f32::from_le_bytes(*bytes))).collect()
    } else {
        assert!(text.contains("'<f8'"), "{text}");
        data.as_chunks::<8>().0.iter().map(|bytes| f64::from_le_bytes(*bytes)).collect()
    }
}

/// A member of a zip archive, by way of the directory at its end.
fn unzip(file: &[u8], name: &str) -> Vec<u8> {
    let u16_at = |at: usize| usize::from(u16::from_le_bytes([file[at], file[at + 1]]));
    let u32_at = |at: usize| u16_at(at) | (u16_at(at + 2) << 16);
    let end = file.windows(4).rposition(|four| four == b"PK\x05\x06").unwrap();
    let mut entry = u32_at(end + 16);
    for _ in 0..u16_at(end + 10) {
        let name_len = u16_at(entry + 28);
        if &file[entry + 46..entry + 46 + name_len] == name.as_bytes() {
            let (method, packed, local) = (u16_at(entry + 10), u32_at(entry + 20), u32_at(entry + 42));
            let start = local + 30 + u16_at(local + 26) + u16_at(local + 28);
            let data = &file[start..start + packed];
            let mut bytes = Vec::new();
            match method {
                0 => bytes.extend_from_slice(data),
                8 => drop(flate2::read::DeflateDecoder::new(data).read_to_end(&mut bytes).unwrap()),
                other => panic!("method {other}"),
            }
            return bytes;
        }
        entry += 46 + name_len + u16_at(entry + 30) + u16_at(entry + 32);
    }
    panic!("no `{name}` in the archive");
}
