//! Where the rows of a sparse matrix start: checked whole, kept a few at a time.

use super::forward_reader::ForwardReader;
use super::tree::Tree;
use crate::read_error::ReadError;

/// Row pointers that are read at a time while they are checked.
const STEP: u64 = 1 << 16;

/// The row pointers of a sparse matrix, in order.
pub(super) struct RowPointers<F: Tree> {
    container: F,
    path: String,
    reader: ForwardReader<F, u64>,
    n_values: u64,
    /// Where the next row starts; not read yet at the first one.
    next: Option<u64>,
}

impl<F: Tree> RowPointers<F> {
    /// Checks all of them: they start at 0, never decrease, and end at `n_values`.
    pub(super) fn new(
        container: &F,
        indptr: &F::Array,
        path: &str,
        n_values: u64,
    ) -> Result<Self, ReadError> {
        let n = container.length(indptr, path)?;
        let mut reader = ForwardReader::<F, u64>::new(container, indptr.clone(), path)?;
        let at = |position: u64, found: u64, expected: String| {
            Err(container.unexpected(path, expected, format!("{found} at position {position}")))
        };
        if n == 0 {
            return Err(container.unexpected(path, "row pointers", "nothing"));
        }
        let mut before = 0;
        for start in (0..n).step_by(STEP as usize) {
            for (pointer, position) in reader.take(STEP.min(n - start))?.into_iter().zip(start..) {
                if position == 0 && pointer != 0 {
                    return at(0, pointer, "0 as the first row pointer".into());
                }
                if pointer < before {
                    return at(
                        position,
                        pointer,
                        format!("at least {before}, as row pointers never decrease"),
                    );
                }
                before = pointer;
            }
        }
        if before != n_values {
            return at(n - 1, before, format!("{n_values}, the number of values, as the last row pointer"));
        }
        reader.rewind();
        Ok(Self { container: container.clone(), path: path.to_owned(), reader, n_values, next: None })
    }

    /// Starts again at the first row.
    pub(super) fn rewind(&mut self) {
        self.reader.rewind();
        self.next = None;
    }

    /// Where the next rows start, which must exist, and where the last of them ends.
    pub(super) fn take(&mut self, n_rows: usize) -> Result<Vec<u64>, ReadError> {
        let mut pointers: Vec<u64> = self.next.into_iter().collect();
        let missing = n_rows + 1 - pointers.len();
        pointers.extend(self.reader.take(missing as u64)?);
        self.next = pointers.last().copied();
        // They were checked, but are read again, and the file may be another by now.
        if !pointers.is_sorted() || self.next.is_some_and(|last| last > self.n_values) {
            return Err(self.container.unexpected(
                &self.path,
                "the row pointers that were there before",
                "others",
            ));
        }
        Ok(pointers)
    }
}
