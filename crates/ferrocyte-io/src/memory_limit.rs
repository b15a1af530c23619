//! How much of a file may be kept in memory: the one rule against small files that blow up.
//!
//! Compression says nothing of what a file honestly holds: a table of zeros shrinks to a thousandth. So no reader
//! limits how far a stream may expand while memory stays flat; what is *kept* (names, columns, values that have to be
//! turned, an array or a chunk that is decoded as one) may take [`MOST_PER_BYTE`] bytes for each byte of the file, and
//! [`ALWAYS_ALLOWED`] in any case. Matrices that were measured keep below 10.

use std::io;
use std::path::Path;

use crate::read_error::ReadErrorKind;

/// Bytes that may be kept whatever the size of the file.
const ALWAYS_ALLOWED: u64 = 128 << 20;

/// Bytes that may be kept for each byte of a larger file.
const MOST_PER_BYTE: u64 = 64;

/// The furthest that deflate can expand a byte (RFC 1951: 258 bytes from two bits). Not a limit on compression but a
/// fact: an array that promises more than this was never written.
pub(crate) const DEFLATE_EXPANSION: u64 = 1032;

/// What the memory of a name costs beside its bytes: where they are, how many, and the least that is allocated for them.
pub(crate) const NAME_BYTES: u64 = 2 * size_of::<String>() as u64;

/// How many bytes of one file may be kept in memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct MemoryLimit {
    most: u64,
}

impl MemoryLimit {
    /// The limit of a file of `n_bytes` bytes, compressed as it is.
    pub(crate) fn of_file(n_bytes: u64) -> Self {
        Self { most: n_bytes.saturating_mul(MOST_PER_BYTE).max(ALWAYS_ALLOWED) }
    }

    /// The limit of the file at `path`.
    pub(crate) fn of_path(path: &Path) -> io::Result<Self> {
        Ok(Self::of_file(std::fs::metadata(path)?.len()))
    }

    /// A limit that a test can reach.
    #[cfg(test)]
    pub(crate) fn exactly(most: u64) -> Self {
        Self { most }
    }

    /// Bytes that may be kept.
    pub(crate) fn most(self) -> u64 {
        self.most
    }

    /// As [`most`](Self::most), for sizes in memory.
    pub(crate) fn most_usize(self) -> usize {
        usize::try_from(self.most).unwrap_or(usize::MAX)
    }

    /// Refuses to keep `bytes` of `object`.
    pub(crate) fn check(self, object: &str, bytes: u64) -> Result<(), ReadErrorKind> {
        if bytes <= self.most {
            return Ok(());
        }
        Err(ReadErrorKind::TooLarge { object: object.to_owned(), most: self.most })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_files_have_room_and_large_ones_in_proportion() {
        assert_eq!(MemoryLimit::of_file(10).most(), 128 << 20);
        assert_eq!(MemoryLimit::of_file(1 << 30).most(), 64 << 30);
        assert_eq!(MemoryLimit::of_file(u64::MAX).most(), u64::MAX);
    }

    #[test]
    fn what_is_too_large_is_named() {
        let limit = MemoryLimit::of_file(0);
        assert!(limit.check("X", 128 << 20).is_ok());
        let error = limit.check("X", (128 << 20) + 1).unwrap_err();
        assert!(error.to_string().starts_with("`X`: expected at most 134217728 bytes in memory"), "{error}");
    }
}
