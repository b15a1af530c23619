//! Reads an array from front to back, decoding each chunk once.

use super::tree::Tree;
use crate::h5ad::number::{FromStored, NumberType};
use crate::read_error::ReadError;

/// More than this is not kept of a chunk that reaches beyond the rows asked for: it is decoded again.
const MOST_KEPT_BYTES: u64 = 512 << 20;
/// Of smaller chunks so much is decoded at a time: it is still in the cache when it is put where it belongs.
const STEP_BYTES: u64 = 1 << 20;
/// Chunks that are larger than this are decoded when they are needed and not before.
const MOST_AHEAD_BYTES: u64 = 4 << 20;

/// Hands out the rows of an array of one or two dimensions in order. Reads end where a chunk ends, and what was
/// decoded beyond the rows asked for is kept for the next call.
pub(crate) struct ForwardReader<F: Tree, T> {
    container: F,
    path: String,
    array: F::Array,
    /// Values per row.
    width: usize,
    n_rows: u64,
    /// Reads end at a multiple of this.
    align: u64,
    /// The first row that was not handed out.
    next: u64,
    /// Rows from `next` on that are decoded already; the first `used` values are handed out.
    kept: Vec<T>,
    used: usize,
}

impl<F: Tree, T: FromStored> ForwardReader<F, T> {
    /// Starts at the first row.
    pub(crate) fn new(container: &F, array: F::Array, path: &str) -> Result<Self, ReadError> {
        let (n_rows, width) = match *container.shape(&array) {
            [n_rows] => (n_rows, 1),
            [n_rows, width] => (n_rows, width),
            _ => return Err(container.unexpected(path, "an array of 1 or 2 dimensions", "another")),
        };
        let chunk_rows = container.chunk_rows(&array);
        let stored = container.number_type(&array).map_or(1, NumberType::n_bytes).max(size_of::<T>()) as u64;
        let keep = chunk_rows.saturating_mul(width).saturating_mul(stored) <= MOST_KEPT_BYTES;
        Ok(Self {
            container: container.clone(),
            path: path.to_owned(),
            array,
            width: usize::try_from(width).unwrap_or(usize::MAX),
            n_rows,
            align: if keep { chunk_rows.max(1) } else { 1 },
            next: 0,
            kept: Vec::new(),
            used: 0,
        })
    }

    /// Starts again at the first row.
    pub(crate) fn rewind(&mut self) {
        self.next = 0;
        self.kept = Vec::new();
        self.used = 0;
    }

    /// Rows that a read of about `bytes` decoded bytes holds, at least one.
    pub(crate) fn rows_of(&self, bytes: usize) -> u64 {
        (bytes / self.width.saturating_mul(size_of::<T>()).max(1)).max(1) as u64
    }

    /// The values of the next `rows` rows, which must exist.
    pub(crate) fn take(&mut self, rows: u64) -> Result<Vec<T>, ReadError> {
        let wanted = self.n_values(rows);
        if wanted > self.kept.len() - self.used {
            // Before room is made for them: cells may claim to have any number of values.
            self.container.check_kept(&self.path, wanted.saturating_mul(size_of::<T>()))?;
        }
        let mut values = Vec::new();
        self.hand_out(wanted, &mut values);
        let mut start = self.next + (values.len() / self.width.max(1)) as u64;
        let last = self.next.saturating_add(rows);
        while values.len() < wanted {
            let end = start.saturating_add(self.step(last - start));
            let end =
                end.checked_next_multiple_of(self.align).map_or(self.n_rows, |end| end.min(self.n_rows));
            let expected = self.n_values(end.saturating_sub(start));
            self.kept = self.container.rows(&self.array, &self.path, start..end)?;
            self.used = 0;
            if expected == 0 || self.kept.len() != expected {
                let found = format!("{} values from row {start} to {end}", self.kept.len());
                return Err(self.container.unexpected(&self.path, format!("{expected} values"), found));
            }
            self.hand_out(wanted, &mut values);
            start = end;
        }
        self.next = last;
        Ok(values)
    }

    /// Moves what is decoded already to the values that are `wanted`, as far as it goes.
    fn hand_out(&mut self, wanted: usize, values: &mut Vec<T>) {
        let decoded = &self.kept[self.used..];
        let n = decoded.len().min(wanted - values.len());
        if values.is_empty() && self.used == 0 && n == decoded.len() && n == wanted {
            *values = std::mem::take(&mut self.kept); // nothing stands before or behind it
            return;
        }
        values.reserve_exact(wanted - values.len());
        values.extend_from_slice(&decoded[..n]);
        self.used += n;
        if self.used == self.kept.len() {
            self.kept = Vec::new();
            self.used = 0;
        }
    }

    /// Rows to read at a time, of so many that are missing. Two arrays are read side by side, each by half of the threads, so every
    /// thread gets a chunk to decode, though that may reach beyond the rows that are asked for.
    fn step(&self, missing: u64) -> u64 {
        let row_bytes = self.width.saturating_mul(size_of::<T>()) as u64;
        let chunk_bytes = self.align.saturating_mul(row_bytes);
        if self.align == 1 || chunk_bytes > MOST_AHEAD_BYTES {
            return missing;
        }
        let threads = rayon::current_num_threads().div_ceil(2) as u64;
        let step = self.align.saturating_mul((STEP_BYTES / chunk_bytes.max(1)).max(threads));
        step.min(missing.saturating_add(self.align * (threads - 1)))
    }

    fn n_values(&self, rows: u64) -> usize {
        usize::try_from(rows).unwrap_or(usize::MAX).saturating_mul(self.width)
    }
}
