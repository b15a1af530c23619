//! Rows that were turned on the disk: records of (cell, gene, value), those of a group of cells side by side.
//!
//! ```text
//! columns ─► a buffer for each group of cells ─► its place in a file without a name ─► one group in memory ─► rows
//! ```
//!
//! Pass 1 counted the values of each cell, so the place of each group is known before the first record is written. Columns come in
//! order, so the records of a cell do too, and counting puts them in place.

use std::io;
use std::path::{Path, PathBuf};

use super::columns::GeneByGene;
use super::groups::{Group, groups_of};
use crate::anndata::source::Rows;
use crate::read_error::{ReadError, ReadErrorKind};
use crate::row_group::{InGroups, RowGroup};
use crate::rows::{RawRows, VALUE_BYTES, row_pointers};
use crate::temporary_file::TemporaryFile;

/// Bytes of a record: the cell within its group, the gene, the value.
const RECORD: usize = 12;

/// Records that are read back at a time.
const READ_RECORDS: usize = 1 << 16;

/// Bytes of one write, at most: more make it no faster.
const MOST_BUFFERED: usize = 1 << 20;

/// The rows of a matrix, in order. Memory is one group of cells, and four bytes for each cell.
pub(super) struct RowsOnDisk {
    /// The file that is read, for messages.
    path: PathBuf,
    folder: PathBuf,
    file: TemporaryFile,
    counts: Vec<u32>,
    groups: Vec<Group>,
    /// The group that was read back last.
    group: RowGroup,
    /// The group that is read back next.
    next: usize,
}

impl RowsOnDisk {
    /// Writes the values of a matrix, whose cells have so many each, into a temporary file in `folder`. One half of the
    /// `budget` is what a group takes, the other the buffers.
    pub(super) fn turn(
        path: &Path,
        columns: &mut impl GeneByGene,
        counts: Vec<u32>,
        budget: usize,
        folder: &Path,
    ) -> Result<Self, ReadError> {
        let groups = groups_of(&counts, budget / 2 / VALUE_BYTES);
        let n_values = groups.last().map_or(0, |last| last.start + last.n_values as u64);
        let fault = |source| fault(folder, n_values.saturating_mul(RECORD as u64), source);
        let file = TemporaryFile::create(folder).map_err(|source| ReadError::new(path, fault(source)))?;
        let buffered = (budget / 2 / groups.len().max(1)).min(MOST_BUFFERED) / RECORD;
        let mut writers: Vec<Writer> = groups.iter().map(|group| Writer::new(group, buffered)).collect();
        let mut current = 0;
        columns.each(|cell, gene, value| {
            // Cells mostly rise within a gene, so the group is that of the cell before, or close by.
            if groups.get(current).is_none_or(|group| !group.cells.contains(&(cell as usize))) {
                current = groups.partition_point(|group| group.cells.end <= cell as usize);
            }
            let (Some(group), Some(writer)) = (groups.get(current), writers.get_mut(current)) else {
                return Err(fault(changed()));
            };
            writer.push(&file, cell - group.cells.start as u32, gene, value).map_err(fault)
        })?;
        for (writer, group) in writers.iter_mut().zip(&groups) {
            writer.flush(&file).map_err(|source| ReadError::new(path, fault(source)))?;
            if writer.at != place_of(group) + (group.n_values * RECORD) as u64 {
                return Err(ReadError::new(path, fault(changed())));
            }
        }
        let (path, folder) = (path.to_owned(), folder.to_owned());
        Ok(Self { path, folder, file, counts, groups, group: RowGroup::empty(), next: 0 })
    }

    /// Puts the records of a group in place.
    fn read(&self, group: &Group) -> io::Result<RawRows> {
        let row_ptr = row_pointers(&self.counts[group.cells.clone()]);
        let mut place = row_ptr.clone();
        let mut rows = RawRows { gene: vec![0; group.n_values], value: vec![0.0; group.n_values], row_ptr };
        let mut buffer = vec![0; READ_RECORDS.min(group.n_values) * RECORD];
        let mut at = place_of(group);
        let mut left = group.n_values;
        while left > 0 {
            let n = left.min(READ_RECORDS);
            let bytes = &mut buffer[..n * RECORD];
            self.file.read_at(bytes, at)?;
            for &[cell, gene, value] in bytes.as_chunks().0.as_chunks().0 {
                let cell = u32::from_le_bytes(cell) as usize;
                // A place that is no longer the cell's own would mean that the disk gave back other bytes.
                let end = rows.row_ptr.get(cell + 1).copied().unwrap_or(0);
                let place = place.get_mut(cell).filter(|place| **place < end).ok_or_else(changed)?;
                rows.gene[*place] = u32::from_le_bytes(gene);
                rows.value[*place] = f32::from_le_bytes(value);
                *place += 1;
            }
            at += bytes.len() as u64;
            left -= n;
        }
        Ok(rows)
    }

    #[cfg(test)]
    pub(super) fn n_groups(&self) -> usize {
        self.groups.len()
    }
}

impl InGroups for RowsOnDisk {
    fn group(&mut self) -> &mut RowGroup {
        &mut self.group
    }

    fn make_next(&mut self) -> Result<RawRows, ReadError> {
        let read = match self.groups.get(self.next) {
            Some(group) => self.read(group),
            None => Err(changed()),
        };
        self.next += 1;
        read.map_err(|source| {
            ReadError::new(&self.path, ReadErrorKind::Temporary { folder: self.folder.clone(), source })
        })
    }
}

impl Rows for RowsOnDisk {
    fn rewind(&mut self) {
        self.group = RowGroup::empty();
        self.next = 0;
    }

    fn take(&mut self, n_rows: usize) -> Result<RawRows, ReadError> {
        self.take_rows(n_rows)
    }
}

/// Collects the records of a group, and writes them where they belong.
struct Writer {
    bytes: Vec<u8>,
    /// Bytes that are written together.
    full: usize,
    /// Where the next of them go.
    at: u64,
}

impl Writer {
    fn new(group: &Group, records: usize) -> Self {
        let full = records.clamp(1, group.n_values.max(1)) * RECORD;
        Self { bytes: Vec::with_capacity(full), full, at: place_of(group) }
    }

    fn push(&mut self, file: &TemporaryFile, cell: u32, gene: u32, value: f32) -> io::Result<()> {
        let mut record = [0; RECORD];
        record[..4].copy_from_slice(&cell.to_le_bytes());
        record[4..8].copy_from_slice(&gene.to_le_bytes());
        record[8..].copy_from_slice(&value.to_le_bytes());
        self.bytes.extend_from_slice(&record);
        if self.bytes.len() >= self.full { self.flush(file) } else { Ok(()) }
    }

    fn flush(&mut self, file: &TemporaryFile) -> io::Result<()> {
        file.write_at(&self.bytes, self.at)?;
        self.at += self.bytes.len() as u64;
        self.bytes.clear();
        Ok(())
    }
}

fn place_of(group: &Group) -> u64 {
    group.start * RECORD as u64
}

/// What was counted, or written, is not what came.
fn changed() -> io::Error {
    io::Error::new(
        io::ErrorKind::InvalidData,
        "other values came than before: the file was changed meanwhile",
    )
}

/// Says of a failed write whether the disk was full.
pub(super) fn fault(folder: &Path, needed: u64, source: io::Error) -> ReadErrorKind {
    let folder = folder.to_owned();
    match source.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded | io::ErrorKind::FileTooLarge => {
            ReadErrorKind::NoRoom { folder, needed }
        }
        _ => ReadErrorKind::Temporary { folder, source },
    }
}
