//! What the first bytes of a table of text are.

use std::io::Read;

use flate2::bufread::GzDecoder;

use crate::h5ad::signature::Signature;

/// Whether a file with these first bytes is text, plain or gzip, and no other known format.
pub(crate) fn is_text_table(head: &[u8]) -> bool {
    if !head.starts_with(&[0x1f, 0x8b]) {
        return is_text(head);
    }
    let mut text = Vec::new();
    // Cut where the first bytes end, so the end is an error.
    let _ = GzDecoder::new(head).take(4096).read_to_end(&mut text);
    is_text(&text)
}

fn is_text(head: &[u8]) -> bool {
    matches!(Signature::of(head), Signature::Other("a text file"))
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    #[test]
    fn text_is_told_from_other_formats() {
        let gzip = |text: &[u8]| {
            let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
            encoder.write_all(text).unwrap();
            encoder.finish().unwrap()
        };
        for (head, expected) in [
            (b"a,b\n1,2\n".as_slice(), true),
            (b"\xef\xbb\xbfa,b\n", true),
            (b"", false),
            (b"%%MatrixMarket matrix coordinate\n", false),
            (b"<html>", false),
            (b"\x89HDF\r\n\x1a\n", false),
            (b"a\0b", false),
        ] {
            assert_eq!(is_text_table(head), expected, "{head:?}");
            assert_eq!(is_text_table(&gzip(head)), expected, "{head:?}");
        }
    }
}
