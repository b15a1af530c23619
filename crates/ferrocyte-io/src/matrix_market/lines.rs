//! Lines of a text that was not written by us.

use std::io::{self, BufRead, BufReader, Read};

use super::decoded::Decoded;

/// Bytes of the longest line that is read.
const LONGEST: u64 = 1 << 20;

/// What is wrong with a text, and where; lines count from 1.
#[derive(Debug, thiserror::Error)]
pub(crate) enum LineError {
    #[error("line {line}: expected {expected}, found {found}")]
    Unexpected { line: u64, expected: String, found: String },
    #[error(transparent)]
    Io(#[from] io::Error),
}

/// Hands out the lines of a text one by one, without their ends (`\n`, `\r\n`).
pub(crate) struct Lines<R> {
    reader: BufReader<R>,
    line: Vec<u8>,
    number: u64,
    most_names: u64,
}

impl<'a> Lines<Decoded<'a>> {
    /// The lines of a file. A line that names something takes dozens of bytes in memory and may take none of gzip's,
    /// so there are no more of them than the file has bytes, once they are many.
    pub(crate) fn decoded(file: Decoded<'a>) -> Self {
        const ALWAYS_ALLOWED: u64 = 1 << 18;
        let most_names = file.n_bytes().saturating_add(ALWAYS_ALLOWED);
        Self { most_names, ..Self::new(file) }
    }
}

impl<R: Read> Lines<R> {
    pub(crate) fn new(reader: R) -> Self {
        let reader = BufReader::with_capacity(1 << 17, reader);
        Self { reader, line: Vec::new(), number: 0, most_names: u64::MAX }
    }

    /// How many lines may be names.
    pub(crate) fn most_names(&self) -> u64 {
        self.most_names
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
    fn what_is_shown_is_short_and_printable() {
        assert_eq!(shown(b""), "nothing");
        assert_eq!(shown(b"a\x1b"), "`a\\u{1b}`");
        assert_eq!(shown(&[b'a'; 100]).chars().count(), 43);
    }
}
