//! The checksum of a model file, which is part of the file.

use crate::hash::sha256_of;

/// What the digits are while the checksum is computed.
pub(super) const ZEROS: &str = "0000000000000000000000000000000000000000000000000000000000000000";

/// The text before the digits. It cannot stand in a header twice: within a JSON string its quotes are escaped,
/// and the entry of an array is an object.
const BEFORE: &[u8] = br#""sha256":""#;

/// Where in the file the digits are.
pub(super) fn position(content: &[u8]) -> Option<std::ops::Range<usize>> {
    let start = content.windows(BEFORE.len()).position(|window| window == BEFORE)? + BEFORE.len();
    let end = start.checked_add(ZEROS.len())?;
    (content.get(end) == Some(&b'"')).then_some(start..end)
}

/// SHA-256 of the file with the digits at `position` taken as zeros.
pub(super) fn of(content: &[u8], position: std::ops::Range<usize>) -> String {
    sha256_of(&[&content[..position.start], ZEROS.as_bytes(), &content[position.end..]])
}
