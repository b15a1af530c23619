//! The numbers of a table, some rows at a time.

use std::path::PathBuf;
use std::sync::Arc;

use rayon::prelude::*;

use super::line_reader::LineReader;
use super::parse_row::Layout;
use super::text_error::TextError;
use crate::memory_limit::MemoryLimit;
use crate::read_error::ReadErrorKind;
use crate::rows::{RawRows, VALUE_BYTES};

/// Text that one thread parses at a time.
const GROUP: usize = 256 << 10;

/// The rows of a table as they stand in the file, from the first. Parses on the current rayon pool.
pub(super) struct DataRows {
    path: PathBuf,
    layout: Arc<Layout>,
    n_rows: usize,
    limit: MemoryLimit,
    taken: usize,
    reader: Option<LineReader>,
}

impl DataRows {
    /// Starts at the first row; `limit` says how much may be kept.
    pub(super) fn new(path: PathBuf, layout: Arc<Layout>, n_rows: usize, limit: MemoryLimit) -> Self {
        Self { path, layout, n_rows, limit, taken: 0, reader: None }
    }

    pub(super) fn rewind(&mut self) {
        self.reader = None;
        self.taken = 0;
    }

    /// Rows that were not taken yet.
    pub(super) fn left(&self) -> usize {
        self.n_rows - self.taken
    }

    /// The next `n` rows, of which there must be as many.
    pub(super) fn take(&mut self, n: usize) -> Result<RawRows, ReadErrorKind> {
        let mut rows = RawRows { row_ptr: vec![0], ..RawRows::default() };
        while rows.row_ptr.len() <= n {
            let part = self.take_some(n + 1 - rows.row_ptr.len())?;
            append(&mut rows, part);
            self.check_kept(rows.gene.len())?;
        }
        Ok(rows)
    }

    /// Refuses to keep so many values in memory.
    pub(super) fn check_kept(&self, n_values: usize) -> Result<(), ReadErrorKind> {
        self.limit.check("the table", n_values.saturating_mul(VALUE_BYTES) as u64)
    }

    /// At least one and at most `most` of the next rows: as many as are read from the file at a time.
    pub(super) fn take_some(&mut self, most: usize) -> Result<RawRows, ReadErrorKind> {
        let expected = self.n_rows;
        let changed = |found| TextError::Changed { expected, found };
        let reader = match &mut self.reader {
            Some(reader) => reader,
            empty => {
                let mut reader = LineReader::open(&self.path)?;
                reader.batch(1)?; // the names of the columns
                empty.insert(reader)
            }
        };
        let batch = reader.batch(most)?.ok_or_else(|| changed(self.taken))?;
        let layout = &self.layout;
        let parts: Vec<Result<RawRows, TextError>> = batch
            .groups(GROUP)
            .into_par_iter()
            .map(|lines| {
                let mut rows = RawRows { row_ptr: vec![0], ..RawRows::default() };
                for (number, line) in lines {
                    layout.parse(number, line, &mut rows)?;
                }
                Ok(rows)
            })
            .collect();
        let mut rows = RawRows { row_ptr: vec![0], ..RawRows::default() };
        for part in parts {
            append(&mut rows, part?);
        }
        self.taken += rows.row_ptr.len() - 1;
        if self.taken == self.n_rows && reader.batch(1)?.is_some() {
            return Err(changed(expected + 1).into());
        }
        Ok(rows)
    }
}

fn append(rows: &mut RawRows, part: RawRows) {
    if rows.gene.is_empty() && rows.row_ptr.len() == 1 {
        *rows = part;
        return;
    }
    let offset = rows.gene.len();
    rows.row_ptr.extend(part.row_ptr[1..].iter().map(|end| end + offset));
    rows.gene.extend_from_slice(&part.gene);
    rows.value.extend_from_slice(&part.value);
}

#[cfg(test)]
mod tests {
    use super::super::scan::Scan;
    use super::super::turned::Turned;
    use super::*;

    #[test]
    fn values_are_kept_up_to_a_limit_and_zeros_are_not_kept() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("table.csv");
        let mut text = "cell,A,B,C\n".to_owned();
        for cell in 0..1000 {
            text += &format!("c{cell},0,{},0\n", u8::from(cell % 100 == 0));
        }
        std::fs::write(&path, text).unwrap();
        let rows = |limit| {
            let Scan { layout, row_names, .. } = Scan::of(&path, MemoryLimit::of_file(0)).unwrap();
            DataRows::new(path.clone(), Arc::new(layout), row_names.len(), limit)
        };
        let fits = MemoryLimit::exactly(10 * VALUE_BYTES as u64);
        assert_eq!(rows(fits).take(1000).unwrap().gene, [1; 10]);
        assert!(Turned::read(rows(fits)).is_ok());
        let too_small = MemoryLimit::exactly(10 * VALUE_BYTES as u64 - 1);
        assert!(matches!(rows(too_small).take(1000), Err(ReadErrorKind::TooLarge { .. })));
        assert!(matches!(Turned::read(rows(too_small)), Err(ReadErrorKind::TooLarge { .. })));
    }
}
