//! The entries of a MatrixMarket file, as rows of cells.

use std::io::Read;

use super::header::{Field, Header, MOST_COMMENTS, whole_number};
use super::lines::{LineError, Lines, shown};
use super::sparse_rows::{SparseRows, SparseRowsBuilder};

/// Memory of an entry while entries are read: gene, value, and the cell where cells are not in order.
const ENTRY_BYTES: u64 = 12;

/// What rows and columns of the file are, and which genes are wanted.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Axes<'a> {
    /// Genes are rows, as in all of Cell Ranger's files.
    pub(crate) genes_are_rows: bool,
    pub(crate) n_cells: usize,
    pub(crate) n_genes: usize,
    /// For each gene of the file its column among the genes that are kept; all are kept without it.
    pub(crate) columns: Option<&'a [Option<u32>]>,
}

/// Reads as many entries as the header says. Memory is eight bytes per value, and four more where the cells are
/// not in order; it grows with what is there, never with what the header says.
pub(crate) fn read_entries(
    lines: &mut Lines<impl Read>,
    header: &Header,
    axes: Axes,
) -> Result<SparseRows, LineError> {
    let mut rows = SparseRowsBuilder::new(axes.n_cells);
    let (mut found, mut skipped) = (0, 0);
    loop {
        let n_entries = header.n_entries;
        let Some((line, text)) = lines.next()? else {
            if found < n_entries {
                let found = format!("the end of the file after {found}");
                return Err(lines.unexpected(format!("{n_entries} entries, as the header says"), found));
            }
            return Ok(rows.into_rows());
        };
        let wrong = |(expected, found)| LineError::Unexpected { line, expected, found };
        if text.trim_ascii().is_empty() || text.starts_with(b"%") {
            skipped += 1;
            if skipped > MOST_COMMENTS {
                let found = format!("more than {MOST_COMMENTS} lines without one");
                return Err(wrong(("an entry".to_owned(), found)));
            }
            continue;
        }
        if found == n_entries {
            let expected = format!("the end of the file after {n_entries} entries, as the header says");
            return Err(wrong((expected, shown(text))));
        }
        let (cell, gene, value) = entry(text, header.field, &axes).map_err(wrong)?;
        found += 1;
        lines.keep(ENTRY_BYTES)?;
        match axes.columns {
            None => rows.push(cell, gene, value),
            Some(columns) => {
                if let Some(&Some(gene)) = columns.get(gene as usize) {
                    rows.push(cell, gene, value);
                }
            }
        }
    }
}

type Wrong = (String, String);

fn entry(text: &[u8], field: Field, axes: &Axes) -> Result<(u32, u32, f32), Wrong> {
    let mut words = text.split(u8::is_ascii_whitespace).filter(|word| !word.is_empty());
    let mut word = || words.next().unwrap_or_default();
    let (cell, gene) = if axes.genes_are_rows {
        let gene = index(word(), "gene", axes.n_genes)?;
        (index(word(), "cell", axes.n_cells)?, gene)
    } else {
        let cell = index(word(), "cell", axes.n_cells)?;
        (cell, index(word(), "gene", axes.n_genes)?)
    };
    let value = match field {
        Field::Pattern => 1.0,
        Field::Integer | Field::Real => value(word())?,
    };
    match words.next() {
        None => Ok((cell, gene, value)),
        Some(more) => Err(("the end of the line".to_owned(), shown(more))),
    }
}

fn index(word: &[u8], axis: &str, n: usize) -> Result<u32, Wrong> {
    let wrong = || (format!("a {axis} index from 1 to {n}"), shown(word));
    let index = whole_number(word).filter(|&index| 1 <= index && index <= n as u64).ok_or_else(wrong)?;
    u32::try_from(index - 1).map_err(|_| wrong())
}

fn value(word: &[u8]) -> Result<f32, Wrong> {
    if let [digit @ b'0'..=b'9'] = word {
        return Ok(f32::from(digit - b'0')); // most counts of most files
    }
    let number = std::str::from_utf8(word).ok().and_then(|text| text.parse::<f32>().ok());
    number.filter(|number| number.is_finite()).ok_or_else(|| ("a finite number".to_owned(), shown(word)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::memory_limit::MemoryLimit;

    const AXES: Axes<'_> = Axes { genes_are_rows: true, n_cells: 2, n_genes: 3, columns: None };

    fn read(field: &str, sizes: &str, entries: &str, axes: Axes) -> Result<SparseRows, String> {
        let text = format!("%%MatrixMarket matrix coordinate {field} general\n{sizes}\n{entries}");
        let mut lines = Lines::new(text.as_bytes());
        let header = Header::read(&mut lines).unwrap();
        read_entries(&mut lines, &header, axes).map_err(|error| error.to_string())
    }

    #[test]
    fn entries_become_rows_of_cells() {
        let expected =
            SparseRows { row_ptr: vec![0, 1, 3], gene: vec![2, 0, 1], value: vec![1.5, -2.0, 40.0] };
        let sorted = "3 1 1.5\n1 2 -2\n2 2 4e1\n";
        assert_eq!(read("real", "3 2 3", sorted, AXES).unwrap(), expected);
        let by_gene = "1 2 -2\r\n2 2 40\n% a comment\n\n  3\t1  1.5 ";
        assert_eq!(read("real", "3 2 3", by_gene, AXES).unwrap(), expected);
        let turned = "1 3 1.5\n2 1 -2\n2 2 40\n";
        let axes = Axes { genes_are_rows: false, ..AXES };
        assert_eq!(read("real", "2 3 3", turned, axes).unwrap(), expected);
        let columns = [None, Some(0), Some(1)];
        let kept = read("real", "3 2 3", sorted, Axes { columns: Some(&columns), ..AXES }).unwrap();
        assert_eq!(kept, SparseRows { row_ptr: vec![0, 1, 2], gene: vec![1, 0], value: vec![1.5, 40.0] });
    }

    #[test]
    fn entries_are_kept_up_to_a_limit() {
        let text = "%%MatrixMarket matrix coordinate integer general\n3 2 2\n1 1 1\n2 1 1\n";
        let read = |most| {
            let mut lines = Lines::with_limit(text.as_bytes(), MemoryLimit::exactly(most));
            let header = Header::read(&mut lines).unwrap();
            read_entries(&mut lines, &header, AXES).map_err(|error| error.to_string())
        };
        assert!(read(2 * ENTRY_BYTES).is_ok());
        assert_eq!(
            read(2 * ENTRY_BYTES - 1).unwrap_err(),
            "line 4: expected at most 23 bytes in memory, found more"
        );
    }

    #[test]
    fn a_pattern_is_all_ones() {
        let rows = read("pattern", "3 2 2", "1 1\n3 1\n", AXES).unwrap();
        assert_eq!(rows, SparseRows { row_ptr: vec![0, 2, 2], gene: vec![0, 2], value: vec![1.0, 1.0] });
    }

    #[test]
    fn wrong_entries_are_named_with_their_line() {
        for (entries, expected) in [
            ("0 1 1\n", "line 3: expected a gene index from 1 to 3, found `0`"),
            ("1 1 1\n4 1 1\n", "line 4: expected a gene index from 1 to 3, found `4`"),
            ("1 3 1\n", "line 3: expected a cell index from 1 to 2, found `3`"),
            ("-1 1 1\n", "line 3: expected a gene index from 1 to 3, found `-1`"),
            ("1 1\n", "line 3: expected a finite number, found nothing"),
            ("1 1 x\n", "line 3: expected a finite number, found `x`"),
            ("1 1 nan\n", "line 3: expected a finite number, found `nan`"),
            ("1 1 1e99\n", "line 3: expected a finite number, found `1e99`"),
            ("1 1 1 1\n", "line 3: expected the end of the line, found `1`"),
            ("1 1 1\n", "line 4: expected 2 entries, as the header says, found the end of the file after 1"),
            (
                "1 1 1\n2 1 1\n3 1 1\n",
                "line 5: expected the end of the file after 2 entries, as the header says, found `3 1 1`",
            ),
        ] {
            assert_eq!(read("real", "3 2 2", entries, AXES).unwrap_err(), expected);
        }
    }
}
