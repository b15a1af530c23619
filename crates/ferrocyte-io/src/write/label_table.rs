//! One row per cell, for spreadsheets, pandas and R.

use std::io::{self, Write};
use std::path::Path;

use flate2::{Compression, GzBuilder};
use rayon::prelude::*;

use super::atomic::replace_file;
use super::cell_column::{self, CellColumn, CellColumnKind, CellIds, CellValues};
use super::obs_column::ObsColumnError;
use super::write_error::{WriteError, WriteErrorKind};

/// A table with one row per cell: `cell_id`, then the columns in the order they were added.
///
/// The name of the file says the format: `.csv` or `.tsv`, compressed with gzip where `.gz` follows. Fields
/// that hold the separator, a quote or a line break are quoted (RFC 4180); lines end in `\n`; a missing value is
/// an empty field; numbers are the shortest text that reads back as the same number. The same table gives the
/// same bytes.
#[derive(Debug)]
pub struct LabelTable<'a> {
    cell_ids: Box<dyn CellIds + 'a>,
    columns: Vec<(&'a str, &'a dyn CellColumn)>,
}

/// Why columns are not a table.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum LabelTableError {
    /// The name of the file does not say a format we write.
    #[error("the name must end in `.csv`, `.tsv`, `.csv.gz` or `.tsv.gz`")]
    Extension,
    /// A column does not fit.
    #[error(transparent)]
    Column(#[from] ObsColumnError),
}

struct Format {
    separator: u8,
    gzip: bool,
}

impl<'a> LabelTable<'a> {
    /// A table that holds the cells' names only.
    pub fn new(cell_ids: &'a [String]) -> Self {
        Self::of(cell_ids)
    }

    /// A table that holds the names only, wherever they lie.
    pub fn of(cell_ids: impl CellIds + 'a) -> Self {
        Self { cell_ids: Box::new(cell_ids), columns: Vec::new() }
    }

    /// Adds a column on the right.
    #[must_use]
    pub fn column(mut self, name: &'a str, column: &'a dyn CellColumn) -> Self {
        self.columns.push((name, column));
        self
    }

    /// Writes the table; what stands at `target` is replaced only by the finished file.
    ///
    /// # Errors
    /// When a column does not have one value per cell, two columns have one name, the name of the file says no
    /// format we know, or the file cannot be written.
    pub fn write(&self, target: impl AsRef<Path>) -> Result<(), WriteError> {
        let target = target.as_ref();
        let refuse = |error: LabelTableError| WriteErrorKind::from(error).at(target);
        let format = Format::of(target).map_err(refuse)?;
        self.check().map_err(|error| refuse(error.into()))?;
        replace_file(target, |out| {
            if format.gzip {
                // No time and no name in the header: the same table, the same bytes.
                let mut gzip = GzBuilder::new().write(out, Compression::default());
                self.write_rows(&mut gzip, format.separator)?;
                gzip.finish().map(|_| ())
            } else {
                self.write_rows(out, format.separator)
            }
        })
    }

    /// Checks, before a long run, that the name of a file says a format.
    ///
    /// # Errors
    /// When it says none that we know.
    pub fn check_name(target: impl AsRef<Path>) -> Result<(), WriteError> {
        let target = target.as_ref();
        let refuse = |error: LabelTableError| WriteErrorKind::from(error).at(target);
        Format::of(target).map(|_| ()).map_err(refuse)
    }

    fn check(&self) -> Result<(), ObsColumnError> {
        let mut names = vec!["cell_id"];
        for &(name, column) in &self.columns {
            if names.contains(&name) {
                return Err(ObsColumnError::Twice { column: name.to_owned() });
            }
            names.push(name);
            cell_column::check(column, name, self.cell_ids.n_cells())?;
        }
        Ok(())
    }

    fn write_rows(&self, out: &mut dyn Write, separator: u8) -> io::Result<()> {
        let mut header = Vec::new();
        push_field(&mut header, "cell_id", separator);
        for (name, _) in &self.columns {
            header.push(separator);
            push_field(&mut header, name, separator);
        }
        header.push(b'\n');
        out.write_all(&header)?;
        for cells in cell_column::steps(self.cell_ids.n_cells()) {
            let ids = self.cell_ids.ids(cells.clone())?;
            let columns: Vec<(CellColumnKind<'_>, CellValues<'_>)> = (self.columns.iter())
                .map(|(_, column)| Ok((column.kind(), column.values(cells.clone())?)))
                .collect::<io::Result<_>>()?;
            // Making text of numbers takes most of the time: every thread makes some lines.
            let parts: Vec<Vec<u8>> = (ids.par_chunks(PART).enumerate())
                .map(|(part, ids)| lines(ids, part * PART, &columns, separator))
                .collect::<io::Result<_>>()?;
            for part in parts {
                out.write_all(&part)?;
            }
        }
        Ok(())
    }
}

/// Lines that are made together.
const PART: usize = 1 << 11;

/// The lines of consecutive cells, the first of which stands in this row of the columns.
fn lines(
    ids: &[String],
    first: usize,
    columns: &[(CellColumnKind<'_>, CellValues<'_>)],
    separator: u8,
) -> io::Result<Vec<u8>> {
    let mut lines = Vec::new();
    for (row, id) in (first..).zip(ids) {
        push_field(&mut lines, id, separator);
        for (kind, values) in columns {
            lines.push(separator);
            push_value(&mut lines, *kind, values, row, separator)?;
        }
        lines.push(b'\n');
    }
    Ok(lines)
}

impl Format {
    fn of(path: &Path) -> Result<Self, LabelTableError> {
        let name = path.file_name().unwrap_or_default().to_string_lossy().to_ascii_lowercase();
        let (plain, gzip) = name.strip_suffix(".gz").map_or((name.as_str(), false), |plain| (plain, true));
        let separator = match plain.rsplit_once('.') {
            Some((_, "csv")) => b',',
            Some((_, "tsv")) => b'\t',
            _ => return Err(LabelTableError::Extension),
        };
        Ok(Self { separator, gzip })
    }
}

fn push_value(
    line: &mut Vec<u8>,
    kind: CellColumnKind<'_>,
    values: &CellValues<'_>,
    row: usize,
    separator: u8,
) -> io::Result<()> {
    match values {
        CellValues::Codes(codes) => {
            if let (CellColumnKind::Categorical(categories), Ok(code)) = (kind, usize::try_from(codes[row])) {
                push_field(line, &categories[code], separator);
            }
            Ok(())
        }
        CellValues::Text(values) => {
            push_field(line, &values[row], separator);
            Ok(())
        }
        // `{:?}` is the shortest text that reads back as the same number, with an exponent where that is short.
        CellValues::F32(values) if !values[row].is_nan() => write!(line, "{:?}", values[row]),
        CellValues::F64(values) if !values[row].is_nan() => write!(line, "{:?}", values[row]),
        CellValues::F32(_) | CellValues::F64(_) => Ok(()),
    }
}

pub(super) fn push_field(line: &mut Vec<u8>, field: &str, separator: u8) {
    let plain = !field.bytes().any(|byte| byte == separator || matches!(byte, b'"' | b'\n' | b'\r'));
    if plain {
        line.extend_from_slice(field.as_bytes());
        return;
    }
    line.push(b'"');
    for byte in field.bytes() {
        if byte == b'"' {
            line.push(b'"');
        }
        line.push(byte);
    }
    line.push(b'"');
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::io::Read;

    use super::*;
    use crate::write::ObsColumn;

    fn example() -> (Vec<String>, Vec<(&'static str, ObsColumn)>) {
        let ids = ["AAAC-1", "a,b", "say \"hi\""].map(String::from).to_vec();
        let columns = vec![
            ("predicted_labels", ObsColumn::from_names(&[Some("B cell"), Some("T, CD4+\tnaive"), None])),
            ("conf_score", ObsColumn::F64(vec![0.1, f64::NAN, 1e-7])),
            ("ferrocyte_note", ObsColumn::Text(["", "two\nlines", "é"].map(String::from).to_vec())),
        ];
        (ids, columns)
    }

    fn write_example(target: &Path) -> Result<(), WriteError> {
        let (ids, columns) = example();
        columns
            .iter()
            .fold(LabelTable::new(&ids), |table, (name, column)| table.column(name, column))
            .write(target)
    }

    const CSV: &str = "cell_id,predicted_labels,conf_score,ferrocyte_note\n\
                       AAAC-1,B cell,0.1,\n\
                       \"a,b\",\"T, CD4+\tnaive\",,\"two\nlines\"\n\
                       \"say \"\"hi\"\"\",,1e-7,é\n";

    #[test]
    fn the_name_says_the_format() {
        let folder = tempfile::tempdir().unwrap();
        let csv = folder.path().join("labels.csv");
        write_example(&csv).unwrap();
        assert_eq!(fs::read_to_string(&csv).unwrap(), CSV);

        let tsv = folder.path().join("labels.TSV");
        write_example(&tsv).unwrap();
        let text = fs::read_to_string(&tsv).unwrap();
        assert!(text.starts_with("cell_id\tpredicted_labels\t"), "{text}");
        assert!(text.contains("\na,b\t\"T, CD4+\tnaive\"\t\t"), "{text}");

        let gzip = folder.path().join("labels.csv.gz");
        write_example(&gzip).unwrap();
        let bytes = fs::read(&gzip).unwrap();
        let mut text = String::new();
        flate2::read::GzDecoder::new(bytes.as_slice()).read_to_string(&mut text).unwrap();
        assert_eq!(text, CSV);
        write_example(&gzip).unwrap();
        assert_eq!(fs::read(&gzip).unwrap(), bytes, "the same table gives the same bytes");
    }

    #[test]
    fn what_is_no_table_is_refused_and_nothing_is_written() {
        let folder = tempfile::tempdir().unwrap();
        let error = write_example(&folder.path().join("labels.xlsx")).unwrap_err();
        assert_eq!(error.kind.to_string(), "the name must end in `.csv`, `.tsv`, `.csv.gz` or `.tsv.gz`");
        let ids = vec!["a".to_owned()];
        let (short, twice) = (ObsColumn::F32(vec![]), ObsColumn::F32(vec![1.0]));
        let target = folder.path().join("labels.csv");
        let error = LabelTable::new(&ids).column("x", &short).write(&target).unwrap_err();
        assert_eq!(error.kind.to_string(), "column `x`: expected 1 values (one per cell), found 0");
        let error = LabelTable::new(&ids).column("cell_id", &twice).write(&target).unwrap_err();
        assert_eq!(error.kind.to_string(), "column `cell_id` stands twice");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    }

    #[test]
    fn a_table_without_cells_is_its_header() {
        let folder = tempfile::tempdir().unwrap();
        let target = folder.path().join("labels.csv");
        LabelTable::new(&[]).column("x", &ObsColumn::F32(vec![])).write(&target).unwrap();
        assert_eq!(fs::read_to_string(&target).unwrap(), "cell_id,x\n");
    }
}
