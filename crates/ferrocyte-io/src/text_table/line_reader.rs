//! Lines of a text, many at a time.

use std::path::Path;

use super::input::Input;
use super::text_error::TextError;
use crate::read_error::ReadErrorKind;

/// Bytes that are read at a time: enough for all threads, little beside a block.
const BATCH: usize = 8 << 20;
/// What a small file costs.
const SMALLEST_READ: usize = 64 << 10;
/// A line of a million cells has 20 MB.
const LONGEST_LINE: usize = 256 << 20;

/// The lines of a text in order; lines without text are passed over.
pub(super) struct LineReader {
    input: Input,
    buffer: Vec<u8>,
    /// Where the text that was not given out starts.
    start: usize,
    at_end: bool,
    lines: u64,
}

/// Some lines.
pub(super) struct Batch<'a> {
    text: &'a [u8],
    lines: Vec<Line>,
}

/// Where a line stands.
#[derive(Debug, Clone, Copy)]
struct Line {
    number: u64,
    start: usize,
    end: usize,
}

impl<'a> Batch<'a> {
    /// Number and text of each line, in groups of about `bytes` bytes.
    pub(super) fn groups(&self, bytes: usize) -> Vec<impl Iterator<Item = (u64, &'a [u8])> + use<'a, '_>> {
        let average = self.text.len() / self.lines.len().max(1);
        let text = self.text;
        let group = (bytes / average.max(1)).max(1);
        let numbered = move |line: &Line| (line.number, &text[line.start..line.end]);
        self.lines.chunks(group).map(|lines| lines.iter().map(numbered)).collect()
    }

    pub(super) fn lines(&self) -> impl Iterator<Item = (u64, &'a [u8])> + use<'a, '_> {
        let text = self.text;
        self.lines.iter().map(move |line| (line.number, &text[line.start..line.end]))
    }
}

impl LineReader {
    pub(super) fn open(path: &Path) -> Result<Self, ReadErrorKind> {
        let mut reader =
            Self { input: Input::open(path)?, buffer: Vec::new(), start: 0, at_end: false, lines: 0 };
        reader.fill()?;
        if reader.buffer.starts_with("\u{feff}".as_bytes()) {
            reader.start = 3;
        }
        Ok(reader)
    }

    /// Up to `most` of the next lines; `None` at the end.
    pub(super) fn batch(&mut self, most: usize) -> Result<Option<Batch<'_>>, ReadErrorKind> {
        loop {
            let lines = self.whole_lines(most);
            if !lines.is_empty() {
                return Ok(Some(Batch { text: &self.buffer, lines }));
            }
            if self.at_end {
                return Ok(None);
            }
            if self.buffer.len() - self.start > LONGEST_LINE {
                return Err(TextError::LongLine { line: self.lines + 1, limit: LONGEST_LINE }.into());
            }
            self.fill()?;
        }
    }

    /// Takes the whole lines of the buffer.
    fn whole_lines(&mut self, most: usize) -> Vec<Line> {
        let mut lines = Vec::new();
        while lines.len() < most && self.start < self.buffer.len() {
            let rest = &self.buffer[self.start..];
            let length = match memchr::memchr(b'\n', rest) {
                Some(length) => length,
                None if self.at_end => rest.len(),
                None => break,
            };
            self.lines += 1;
            let text = &rest[..length];
            let text = text.strip_suffix(b"\r").unwrap_or(text);
            if !text.trim_ascii().is_empty() {
                lines.push(Line { number: self.lines, start: self.start, end: self.start + text.len() });
            }
            self.start = (self.start + length + 1).min(self.buffer.len());
        }
        lines
    }

    /// Puts the next bytes behind those that were not given out.
    fn fill(&mut self) -> Result<(), ReadErrorKind> {
        self.buffer.drain(..self.start);
        self.start = 0;
        let full = self.buffer.len() + BATCH;
        let mut filled = self.buffer.len();
        while filled < full {
            if filled == self.buffer.len() {
                // Twice as much each time: most files are small.
                self.buffer.resize((2 * filled).clamp(SMALLEST_READ, full), 0);
            }
            match self.input.read(&mut self.buffer[filled..])? {
                0 => {
                    self.at_end = true;
                    break;
                }
                read => filled += read,
            }
        }
        self.buffer.truncate(filled);
        Ok(())
    }
}
