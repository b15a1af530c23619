//! What a file is by its first bytes, so that a wrong file is named and not merely refused.

/// The first eight bytes of HDF5.
const HDF5: &[u8] = b"\x89HDF\r\n\x1a\n";

/// Bytes to look at. HDF5 may start at 512, 1024, 2048, ... after a user block.
pub(crate) const LOOK_AT: usize = 4096 + HDF5.len();

/// What the first bytes of a file are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Signature {
    /// HDF5.
    Hdf5,
    /// Something else, in words.
    Other(&'static str),
}

impl Signature {
    /// Looks at the first [`LOOK_AT`] bytes, or all there are.
    pub(crate) fn of(head: &[u8]) -> Self {
        let at = |offset: usize| head.get(offset..).is_some_and(|rest| rest.starts_with(HDF5));
        if [0, 512, 1024, 2048, 4096].into_iter().any(at) {
            return Self::Hdf5;
        }
        let known = [
            (b"\x1f\x8b".as_slice(), "a gzip file"),
            (b"PK\x03\x04", "a zip archive"),
            (b"\x93NUMPY", "a NumPy array"),
            (b"PAR1", "a Parquet file"),
            (b"BZh", "a bzip2 file"),
            (b"\xfd7zXZ", "an xz file"),
            (b"\x28\xb5\x2f\xfd", "a zstd file"),
            (b"%%MatrixMarket", "a MatrixMarket text file"),
            (b"<!DOCTYPE", "an HTML page"),
            (b"<!doctype", "an HTML page"),
            (b"<html", "an HTML page"),
        ];
        if head.is_empty() {
            return Self::Other("an empty file");
        }
        if let Some((_, name)) = known.iter().find(|(magic, _)| head.starts_with(magic)) {
            return Self::Other(name);
        }
        Self::Other(if is_text(head) { "a text file" } else { "something else" })
    }
}

/// Whether these are the first bytes of a UTF-8 text; the last character may be cut.
fn is_text(head: &[u8]) -> bool {
    let valid = match std::str::from_utf8(head) {
        Ok(_) => true,
        Err(error) => error.error_len().is_none(),
    };
    valid && head.iter().all(|byte| !byte.is_ascii_control() || byte.is_ascii_whitespace())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wrong_files_are_named() {
        assert_eq!(Signature::of(b"\x89HDF\r\n\x1a\n..."), Signature::Hdf5);
        assert_eq!(Signature::of(&[vec![0; 512], HDF5.to_vec()].concat()), Signature::Hdf5);
        for (head, name) in [
            (b"".as_slice(), "an empty file"),
            (b"\x1f\x8b\x08", "a gzip file"),
            (b"PK\x03\x04", "a zip archive"),
            (b"gene\tcell\n1\t2\n", "a text file"),
            (b"<html><body>404", "an HTML page"),
            (b"\x89HDF\r\n", "something else"),
        ] {
            assert_eq!(Signature::of(head), Signature::Other(name));
        }
    }
}
