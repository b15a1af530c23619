//! Bytes that are kept for later without taking memory.

use std::io;

use crate::temporary_file::TemporaryFile;

/// Bytes kept in memory before any go to the disk.
const IN_MEMORY: usize = 1 << 20;

/// Bytes that only grow at their end: the first in memory, more of them in a file without a name in the folder for
/// temporary files.
///
/// The operating system takes the file away when the program ends, in whatever way.
#[derive(Debug)]
pub struct Spill {
    /// What was not written yet.
    last: Vec<u8>,
    most: usize,
    file: Option<TemporaryFile>,
    /// Bytes in the file.
    written: u64,
}

impl Default for Spill {
    fn default() -> Self {
        Self::keeping(IN_MEMORY)
    }
}

impl Spill {
    /// Keeps at most so many bytes in memory.
    pub fn keeping(bytes: usize) -> Self {
        Self { last: Vec::new(), most: bytes, file: None, written: 0 }
    }

    /// Number of bytes.
    pub fn len(&self) -> u64 {
        self.written + self.last.len() as u64
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Adds bytes at the end.
    ///
    /// # Errors
    /// When the folder for temporary files cannot take them; the error names it.
    pub fn push(&mut self, bytes: &[u8]) -> io::Result<()> {
        if self.last.len().saturating_add(bytes.len()) > self.most && !self.last.is_empty() {
            self.flush().map_err(|error| of_temporary(&error))?;
        }
        self.last.extend_from_slice(bytes);
        Ok(())
    }

    fn flush(&mut self) -> io::Result<()> {
        let file = match self.file.take() {
            Some(file) => file,
            None => TemporaryFile::create(&std::env::temp_dir())?,
        };
        self.file.insert(file).write_at(&self.last, self.written)?;
        self.written += self.last.len() as u64;
        self.last.clear();
        Ok(())
    }

    /// Fills a buffer with the bytes from `start` on, which must be there.
    ///
    /// # Errors
    /// When they cannot be read back, or there are not so many.
    pub fn read(&self, start: u64, buffer: &mut [u8]) -> io::Result<()> {
        let on_disk = usize::try_from(self.written.saturating_sub(start)).unwrap_or(usize::MAX);
        let (on_disk, in_memory) = buffer.split_at_mut(on_disk.min(buffer.len()));
        if let (Some(file), false) = (&self.file, on_disk.is_empty()) {
            file.read_at(on_disk, start).map_err(|error| of_temporary(&error))?;
        }
        let from = usize::try_from(start.saturating_sub(self.written)).unwrap_or(usize::MAX);
        let kept = self.last.get(from..).and_then(|rest| rest.get(..in_memory.len()));
        in_memory.copy_from_slice(kept.ok_or(io::ErrorKind::UnexpectedEof)?);
        Ok(())
    }

    /// Forgets all bytes.
    pub fn clear(&mut self) {
        // The old bytes are written over; what is left of them goes with the file.
        self.last.clear();
        self.written = 0;
    }
}

/// Whose fault it is: not that of the file that is read or written.
fn of_temporary(error: &io::Error) -> io::Error {
    let folder = std::env::temp_dir();
    io::Error::new(error.kind(), format!("a temporary file in `{}`: {error}", folder.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_come_back_wherever_they_lie() {
        let bytes: Vec<u8> = (0..1000_u32).map(|i| (i % 251) as u8).collect();
        for most in [0, 1, 7, 100, 5000] {
            let mut spill = Spill::keeping(most);
            for _ in 0..2 {
                spill.clear();
                for (i, part) in bytes.chunks(13).enumerate() {
                    spill.push(part).unwrap();
                    let mut first = [9];
                    spill.read(0, &mut first).unwrap(); // reading moves no end
                    assert_eq!(first, [0], "after part {i}");
                }
                assert_eq!(spill.len(), 1000);
                for range in [0..1000, 3..4, 400..990, 999..1000, 1000..1000] {
                    let mut found = vec![0; range.len()];
                    spill.read(range.start as u64, &mut found).unwrap();
                    assert_eq!(found, bytes[range], "{most} bytes in memory");
                }
            }
            assert!(spill.read(999, &mut [0; 2]).is_err());
        }
    }
}
