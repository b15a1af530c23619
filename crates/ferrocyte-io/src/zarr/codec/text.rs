//! Strings of any length in a chunk: their number, then the length and the bytes of each.

use super::{CodecError, broken};

/// Decodes the strings of a chunk that has `n` of them. Bytes that are not UTF-8 are replaced, as a name is better
/// than none.
pub(in crate::zarr) fn texts(bytes: &[u8], n: usize) -> Result<Vec<String>, CodecError> {
    let cut_short = || broken("strings", "the data is cut short");
    let (found, mut rest) = number(bytes).ok_or_else(cut_short)?;
    if found != n {
        return Err(broken("strings", format!("expected {n} in the chunk, found {found}")));
    }
    // Every string has four bytes at least, so `n` is bounded before it allocates.
    if rest.len() / 4 < n {
        return Err(cut_short());
    }
    let mut texts = Vec::with_capacity(n);
    for _ in 0..n {
        let (length, after) = number(rest).ok_or_else(cut_short)?;
        let (text, after) = after.split_at_checked(length).ok_or_else(cut_short)?;
        texts.push(String::from_utf8_lossy(text).into_owned());
        rest = after;
    }
    Ok(texts)
}

fn number(bytes: &[u8]) -> Option<(usize, &[u8])> {
    let (number, rest) = bytes.split_first_chunk()?;
    Some((u32::from_le_bytes(*number) as usize, rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strings_are_read_and_never_more_than_there_are() {
        let bytes = b"\x03\0\0\0\x01\0\0\0a\0\0\0\0\x02\0\0\0\xc3\xa4";
        assert_eq!(texts(bytes, 3).unwrap(), ["a", "", "ä"]);
        for end in 0..bytes.len() {
            assert!(texts(&bytes[..end], 3).is_err());
        }
        assert!(texts(bytes, 2).unwrap_err().to_string().contains("expected 2 in the chunk, found 3"));
        assert!(texts(b"\xff\xff\xff\xff\0\0\0\0", u32::MAX as usize).is_err());
        assert!(texts(b"\x01\0\0\0\xff\xff\xff\xffa", 1).is_err());
    }
}
