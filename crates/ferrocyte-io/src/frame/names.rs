//! Names of cells or genes: few in memory, many on disk.

use std::fmt;
use std::io;
use std::ops::Range;
use std::sync::{Arc, OnceLock};

use crate::spill::Spill;

/// So many names are kept in memory.
const IN_MEMORY: usize = 1 << 16;

/// Names that are written, and read back, together.
const BLOCK: usize = 256;

/// The names of the rows of a frame, in their order. More than 65,536 that were read one after the other lie in a
/// temporary file, so that the memory of a million cells is that of a few.
#[derive(Clone)]
pub struct Names(Arc<Kept>);

enum Kept {
    InMemory(Vec<String>),
    OnDisk(OnDisk),
}

struct OnDisk {
    /// Blocks of names: their lengths as `u32`, then their bytes.
    blocks: Spill,
    /// Where each block starts, and where the last one ends.
    starts: Vec<u64>,
    len: usize,
    /// All of them, once somebody asked for a slice.
    all: OnceLock<Vec<String>>,
}

impl Names {
    /// Number of names.
    pub fn len(&self) -> usize {
        match &*self.0 {
            Kept::InMemory(names) => names.len(),
            Kept::OnDisk(names) => names.len,
        }
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// One name; `None` where there is none of that position.
    ///
    /// # Errors
    /// When it cannot be read back from the disk.
    pub fn get(&self, position: usize) -> io::Result<Option<String>> {
        if position >= self.len() {
            return Ok(None);
        }
        Ok(self.range(position..position + 1)?.pop())
    }

    /// The names at consecutive positions, as far as there are any.
    ///
    /// # Errors
    /// When they cannot be read back from the disk.
    pub fn range(&self, positions: Range<usize>) -> io::Result<Vec<String>> {
        let end = positions.end.min(self.len());
        let positions = positions.start.min(end)..end;
        match &*self.0 {
            Kept::InMemory(names) => Ok(names[positions].to_vec()),
            Kept::OnDisk(names) => names.range(positions),
        }
    }

    /// All names, which takes the memory of all of them.
    ///
    /// # Panics
    /// When the machine does not give back what it was given to keep: a broken disk below the folder for temporary files.
    pub fn as_slice(&self) -> &[String] {
        match &*self.0 {
            Kept::InMemory(names) => names,
            Kept::OnDisk(names) => names.all.get_or_init(|| match names.range(0..names.len) {
                Ok(all) => all,
                Err(error) => panic!("names cannot be read back from {error}"),
            }),
        }
    }
}

impl OnDisk {
    fn range(&self, positions: Range<usize>) -> io::Result<Vec<String>> {
        let mut names = Vec::with_capacity(positions.len());
        let mut next = positions.start;
        while next < positions.end {
            let block = next / BLOCK;
            let first = block * BLOCK;
            let n = BLOCK.min(self.len - first);
            let mut bytes = vec![0; (self.starts[block + 1] - self.starts[block]) as usize];
            self.blocks.read(self.starts[block], &mut bytes)?;
            let (lengths, mut text) = bytes.split_at(n * size_of::<u32>());
            for (position, &length) in (first..).zip(lengths.as_chunks().0) {
                let (name, rest) = text.split_at(u32::from_le_bytes(length) as usize);
                text = rest;
                if (next..positions.end).contains(&position) {
                    names.push(String::from_utf8_lossy(name).into_owned());
                }
            }
            next = first + n;
        }
        Ok(names)
    }
}

impl From<Vec<String>> for Names {
    fn from(names: Vec<String>) -> Self {
        Self(Arc::new(Kept::InMemory(names)))
    }
}

impl fmt::Debug for Names {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Names").field("len", &self.len()).finish_non_exhaustive()
    }
}

/// Gathers names one by one.
pub(crate) struct NamesBuilder {
    last: Vec<String>,
    /// So many stay in memory.
    few: usize,
    blocks: Spill,
    starts: Vec<u64>,
}

impl NamesBuilder {
    pub(crate) fn new() -> Self {
        Self::with_few(IN_MEMORY)
    }

    /// Keeps so many names in memory; more go to the disk.
    fn with_few(few: usize) -> Self {
        Self { last: Vec::new(), few: few.max(BLOCK), blocks: Spill::default(), starts: vec![0] }
    }

    /// Adds the next name.
    pub(crate) fn push(&mut self, name: String) -> io::Result<()> {
        self.last.push(name);
        if self.last.len() > self.few {
            self.write_blocks(false)?;
            // From now on each block goes to the disk when it is full.
            self.few = BLOCK - 1;
        }
        Ok(())
    }

    /// Writes what is full, or everything.
    fn write_blocks(&mut self, all: bool) -> io::Result<()> {
        let n = if all { self.last.len() } else { self.last.len() / BLOCK * BLOCK };
        let rest = self.last.split_off(n);
        for names in self.last.chunks(BLOCK) {
            let mut bytes = Vec::new();
            for name in names {
                let length = u32::try_from(name.len()).map_err(|_| io::ErrorKind::InvalidData)?;
                bytes.extend_from_slice(&length.to_le_bytes());
            }
            for name in names {
                bytes.extend_from_slice(name.as_bytes());
            }
            self.blocks.push(&bytes)?;
            self.starts.push(self.blocks.len());
        }
        self.last = rest;
        Ok(())
    }

    pub(crate) fn finish(mut self) -> io::Result<Names> {
        if self.starts.len() == 1 {
            return Ok(self.last.into());
        }
        let len = (self.starts.len() - 1) * BLOCK + self.last.len();
        self.write_blocks(true)?;
        let Self { blocks, starts, .. } = self;
        Ok(Names(Arc::new(Kept::OnDisk(OnDisk { blocks, starts, len, all: OnceLock::new() }))))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_on_disk_are_those_in_memory() {
        for n in [0, 1, 255, 256, 257, 511, 512, 700, 5000] {
            let names: Vec<String> = (0..n).map(|i| "é-".repeat(i % 5) + &i.to_string()).collect();
            let mut builder = NamesBuilder::with_few(300);
            for name in &names {
                builder.push(name.clone()).unwrap();
            }
            let found = builder.finish().unwrap();
            assert_eq!(matches!(*found.0, Kept::OnDisk(_)), n > 300);
            assert_eq!(found.len(), n);
            for range in [0..n, n / 3..n / 2, n..n + 5, 250..260] {
                let expected = &names[range.start.min(n)..range.end.min(n)];
                assert_eq!(found.range(range.clone()).unwrap(), expected, "{range:?} of {n}");
            }
            assert_eq!(found.get(n).unwrap(), None);
            assert_eq!(found.get(n / 2).unwrap(), names.get(n / 2).cloned());
            assert_eq!(found.as_slice(), names);
        }
    }
}
