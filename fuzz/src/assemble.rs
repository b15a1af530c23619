//! Puts files together of parts that can be damaged one by one.

use std::io::Write as _;

use flate2::Compression;
use flate2::write::GzEncoder;

/// What stands between the parts of an input.
pub const BETWEEN: &[u8] = b"\n====\n";

/// The parts of an input; those that are not there are empty.
pub fn parts<const N: usize>(input: &[u8]) -> [&[u8]; N] {
    let mut rest = Some(input);
    std::array::from_fn(|_| {
        let part = rest.unwrap_or_default();
        let cut = part.windows(BETWEEN.len()).position(|window| window == BETWEEN);
        rest = cut.map(|cut| &part[cut + BETWEEN.len()..]);
        cut.map_or(part, |cut| &part[..cut])
    })
}

/// Compresses, fast rather than well.
pub fn gzip(content: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(content).expect("memory takes all bytes");
    encoder.finish().expect("memory takes all bytes")
}

/// A `.npy` file of one object, which is this pickle.
pub fn npy_of_object(pickle: &[u8]) -> Vec<u8> {
    let mut file =
        b"\x93NUMPY\x01\x00\x76\x00{'descr': '|O', 'fortran_order': False, 'shape': (), }".to_vec();
    file.resize(127, b' ');
    file.push(b'\n');
    file.extend(pickle);
    file
}

/// A model file of its header, the entries of its arrays (both JSON) and their bytes.
pub fn model([header, entries, data]: [&[u8]; 3]) -> Vec<u8> {
    let escaped = escape(&String::from_utf8_lossy(header));
    let entries = String::from_utf8_lossy(entries);
    let separator = if entries.trim().is_empty() { "" } else { "," };
    let zeros = "0".repeat(64);
    let mut json = format!(
        "{{\"__metadata__\":{{\"ferrocyte\":\"{escaped}\",\"sha256\":\"{zeros}\"}}{separator}{entries}}}"
    );
    while json.len() % 8 != 0 {
        json.push(' ');
    }
    [&(json.len() as u64).to_le_bytes(), json.as_bytes(), data].concat()
}

fn escape(text: &str) -> String {
    let mut escaped = String::new();
    for character in text.chars() {
        match character {
            '"' | '\\' => escaped.extend(['\\', character]),
            '\0'..='\x1f' => escaped += &format!("\\u{:04x}", u32::from(character)),
            _ => escaped.push(character),
        }
    }
    escaped
}
