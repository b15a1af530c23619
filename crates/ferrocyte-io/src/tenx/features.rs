//! What a file says of its genes.

use std::io::Read;

use crate::matrix_market::{LineError, Lines};
use crate::memory_limit::NAME_BYTES;

/// The features of a matrix, one value per row of the file.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Features {
    /// `ENSG00000243485`.
    pub(crate) ids: Vec<String>,
    /// `MIR1302-2HG`; the ids where there is nothing else.
    pub(crate) symbols: Vec<String>,
    /// `Gene Expression`, `Antibody Capture`, ...: from version 3 on.
    pub(crate) types: Option<Vec<String>>,
    /// `GRCh38`, ...: in HDF5 of version 3.
    pub(crate) genomes: Option<Vec<String>>,
}

impl Features {
    /// Reads `genes.tsv` (id, symbol), `features.tsv` (id, symbol, type, and more that is not used), or names alone.
    pub(crate) fn read(lines: &mut Lines<impl Read>) -> Result<Self, LineError> {
        const MOST_USED: usize = 3;
        let mut columns: [Vec<String>; MOST_USED] = Default::default();
        let mut n_columns = 0;
        let mut rows = NamedLines::new(lines, "a gene");
        while let Some((line, text)) = rows.next()? {
            let words = || text.split(|&byte| byte == b'\t').take(MOST_USED);
            let found = words().count();
            if columns[0].is_empty() {
                n_columns = found;
            }
            if found != n_columns {
                let plural = if n_columns == 1 { "" } else { "s" };
                return Err(LineError::Unexpected {
                    line,
                    expected: format!("{n_columns} column{plural}, as in the first line"),
                    found: found.to_string(),
                });
            }
            for (column, word) in columns.iter_mut().zip(words()) {
                column.push(String::from_utf8_lossy(word).into_owned());
            }
            rows.lines.keep(found as u64 * NAME_BYTES + text.len() as u64)?;
        }
        let [ids, symbols, types] = columns;
        let symbols = if n_columns > 1 { symbols } else { ids.clone() };
        Ok(Self { ids, symbols, types: (n_columns == MOST_USED).then_some(types), genomes: None })
    }
}

/// Reads `barcodes.tsv`: the first column of each line.
pub(crate) fn read_barcodes(lines: &mut Lines<impl Read>) -> Result<Vec<String>, LineError> {
    let mut barcodes = Vec::new();
    let mut rows = NamedLines::new(lines, "a barcode");
    while let Some((_, text)) = rows.next()? {
        let barcode = text.split(|&byte| byte == b'\t').next().unwrap_or_default();
        barcodes.push(String::from_utf8_lossy(barcode).into_owned());
        rows.lines.keep(NAME_BYTES + text.len() as u64)?;
    }
    Ok(barcodes)
}

/// Lines that each name something: a blank one may only stand at the end.
struct NamedLines<'a, R> {
    lines: &'a mut Lines<R>,
    expected: &'static str,
}

impl<'a, R: Read> NamedLines<'a, R> {
    fn new(lines: &'a mut Lines<R>, expected: &'static str) -> Self {
        Self { lines, expected }
    }

    fn next(&mut self) -> Result<Option<(u64, Vec<u8>)>, LineError> {
        let Some((line, text)) = self.lines.next()? else { return Ok(None) };
        if !text.is_empty() {
            return Ok(Some((line, text.to_vec())));
        }
        match self.lines.next()? {
            None => Ok(None),
            Some(_) => Err(LineError::Unexpected {
                line,
                expected: self.expected.to_owned(),
                found: "a blank line".to_owned(),
            }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn features(text: &str) -> Result<Features, String> {
        Features::read(&mut Lines::new(text.as_bytes())).map_err(|error| error.to_string())
    }

    #[test]
    fn one_two_three_or_more_columns_are_read() {
        let both = features("E1\tCD3D\nE2\tCD8A\n").unwrap();
        assert_eq!((both.ids, both.types), (vec!["E1".into(), "E2".into()], None));
        assert_eq!(both.symbols, ["CD3D", "CD8A"]);
        let typed = features("E1\tCD3D\tGene Expression\tchr1\t1\t2\r\n").unwrap();
        assert_eq!(typed.types, Some(vec!["Gene Expression".to_owned()]));
        assert_eq!(features("CD3D\n\n").unwrap().symbols, ["CD3D"]);
        assert_eq!(features("").unwrap(), Features::default());
    }

    #[test]
    fn lines_that_do_not_fit_are_named() {
        assert_eq!(
            features("E1\tCD3D\nE2\n").unwrap_err(),
            "line 2: expected 2 columns, as in the first line, found 1"
        );
        assert_eq!(features("E1\n\nE2\n").unwrap_err(), "line 2: expected a gene, found a blank line");
    }

    #[test]
    fn barcodes_are_the_first_column() {
        let barcodes = read_barcodes(&mut Lines::new(b"AAAC-1\tx\nAAAG-1".as_slice())).unwrap();
        assert_eq!(barcodes, ["AAAC-1", "AAAG-1"]);
    }
}
