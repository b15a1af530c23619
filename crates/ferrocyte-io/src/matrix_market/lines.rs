//! Lines of a text that was not written by us.

use std::io::{self, BufRead, BufReader, Read};

use crate::memory_limit::MemoryLimit;

/// Bytes of the longest line that is read.
const LONGEST: u64 = 1 << 20;

/// What is wrong with a text, and where; lines count from 1.
#[derive(Debug, thiserror::Error)]
pub(crate) enum LineError {
    #[error("line {line}: expected {expected}, found {found}")]
    Unexpected { line: u64, expected: String, found: String },
    #[error("line {line}: expected at most {most} bytes in memory, found more")]
    TooLarge { line: u64, most: u64 },
    #[error(transparent)]
    Io(#[from] io::Error),
}

/// Hands out the lines of a text one by one, without their ends (`\n`, `\r\n`).
pub(crate) struct Lines<R> {
    reader: BufReader<R>,
    line: Vec<u8>,
    number: u64,
    /// Bytes that were kept of what the lines say, and how many may be.
    kept: u64,
    limit: MemoryLimit,
}

impl<R: Read> Lines<R> {
    /// Lines of which no more may be kept than of any file.
    #[cfg(test)]
    pub(crate) fn new(reader: R) -> Self {
        Self::with_limit(reader, MemoryLimit::of_file(0))
    }

    /// Lines of which `limit` may be kept.
    pub(crate) fn with_limit(reader: R, limit: MemoryLimit) -> Self {
        let reader = BufReader::with_capacity(1 << 17, reader);
        Self { reader, line: Vec::new(), number: 0, kept: 0, limit }
    }

    /// Says that so many more bytes are kept.
    pub(crate) fn keep(&mut self, bytes: u64) -> Result<(), LineError> {
        self.kept = self.kept.saturating_add(bytes);
        if self.kept <= self.limit.most() {
            return Ok(());
        }
        Err(LineError::TooLarge { line: self.number, most: self.limit.most() })
    }

    /// The next line, with its number.
    pub(crate) fn next(&mut self) -> Result<Option<(u64, &[u8])>, LineError> {
        self.line.clear();
        self.number += 1;
        let n = self.reader.by_ref().take(LONGEST).read_until(b'\n', &mut self.line)?;
        if n == 0 {
            return Ok(None);
        }
        if n as u64 == LONGEST {
            return Err(self.unexpected("a line", format!("one of more than {LONGEST} bytes")));
        }
        let line = self.line.strip_suffix(b"\n").unwrap_or(&self.line);
        Ok(Some((self.number, line.strip_suffix(b"\r").unwrap_or(line))))
    }

    /// An error of the line that was read last.
    pub(crate) fn unexpected(&self, expected: impl Into<String>, found: impl Into<String>) -> LineError {
        LineError::Unexpected { line: self.number, expected: expected.into(), found: found.into() }
    }
}

/// A piece of a text as messages show it, at most 40 characters of it.
pub(crate) fn shown(bytes: &[u8]) -> String {
    const MOST: usize = 40;
    if bytes.is_empty() {
        return "nothing".to_owned();
    }
    let text = String::from_utf8_lossy(&bytes[..bytes.len().min(4 * MOST)]);
    let cut: String = text.chars().take(MOST).flat_map(char::escape_debug).collect();
    format!("`{cut}{}`", if text.chars().count() > MOST { "…" } else { "" })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_numbered_and_bounded() {
        let mut lines = Lines::new(b"a\r\n\nb".as_slice());
        assert_eq!(lines.next().unwrap(), Some((1, b"a".as_slice())));
        assert_eq!(lines.next().unwrap(), Some((2, b"".as_slice())));
        assert_eq!(lines.next().unwrap(), Some((3, b"b".as_slice())));
        assert_eq!(lines.next().unwrap(), None);
        let error = Lines::new(io::repeat(b'a')).next().unwrap_err().to_string();
        assert_eq!(error, "line 1: expected a line, found one of more than 1048576 bytes");
    }

    #[test]
    fn what_is_kept_is_bounded() {
        let mut lines = Lines::new(b"a\nb\n".as_slice());
        lines.next().unwrap();
        assert!(lines.keep(128 << 20).is_ok());
        lines.next().unwrap();
        let error = lines.keep(1).unwrap_err().to_string();
        assert_eq!(error, "line 2: expected at most 134217728 bytes in memory, found more");
    }

    #[test]
    fn what_is_shown_is_short_and_printable() {
        assert_eq!(shown(b""), "nothing");
        assert_eq!(shown(b"a\x1b"), "`a\\u{1b}`");
        assert_eq!(shown(&[b'a'; 100]).chars().count(), 43);
    }
}
