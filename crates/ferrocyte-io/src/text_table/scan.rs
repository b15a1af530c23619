//! The first pass: names of rows and columns, and the columns that are text.

use std::path::Path;

use rayon::prelude::*;

use super::annotation::is_annotation_name;
use super::dialect;
use super::fields::{Fields, OpenQuote};
use super::line_reader::LineReader;
use super::number::{self, Field};
use super::parse_row::Layout;
use super::text_error::TextError;
use crate::memory_limit::{MemoryLimit, NAME_BYTES};
use crate::read_error::ReadErrorKind;

/// Lines that show how the text is divided.
const SAMPLE_LINES: usize = 20;
/// Text that one thread looks at at a time.
const GROUP: usize = 1 << 20;
/// Columns of text there may be; a first row with more holds no numbers.
const MOST_TEXT_COLUMNS: usize = 256;

/// What the first pass found.
pub(super) struct Scan {
    pub(super) layout: Layout,
    pub(super) row_names: Vec<String>,
    pub(super) texts: Vec<TextColumn>,
}

/// A column that may annotate the rows.
pub(super) struct TextColumn {
    /// Its field; the name of the row is field 0.
    pub(super) field: usize,
    /// Whether it is text, and not only named like an annotation.
    pub(super) is_text: bool,
    pub(super) values: Vec<Option<String>>,
}

/// Names of rows, and for each column that may annotate them its values.
type Part = (Vec<String>, Vec<Vec<Option<String>>>);

impl Scan {
    /// Reads a table, of whose names and texts no more than `limit` is kept.
    pub(super) fn of(path: &Path, limit: MemoryLimit) -> Result<Self, ReadErrorKind> {
        let sample = sample(path)?;
        let lines: Vec<&[u8]> = sample.iter().map(|(_, line)| line.as_slice()).collect();
        if lines.len() < 2 {
            return Err(TextError::NoRows { lines: lines.len() }.into());
        }
        let delimiter = dialect::delimiter(&lines).ok_or(TextError::OneColumn)?;
        let n_columns = lines.iter().map(|line| memchr::memchr_iter(delimiter, line).count()).max();
        limit.check("names of columns", (n_columns.unwrap_or(0) as u64).saturating_mul(NAME_BYTES))?;
        let (layout, first) = layout(&sample, delimiter)?;
        let mut texts = candidates(&layout, &sample[1], &first)?;
        let row_names = read(path, &layout, &mut texts, limit)?;
        check(&layout, &sample[1], &first, &texts)?;
        Ok(Self { layout, row_names, texts })
    }
}

/// The first lines, with their numbers.
fn sample(path: &Path) -> Result<Vec<(u64, Vec<u8>)>, ReadErrorKind> {
    let mut reader = LineReader::open(path)?;
    let mut lines = Vec::new();
    while lines.len() < 2
        && let Some(batch) = reader.batch(SAMPLE_LINES)?
    {
        lines.extend(batch.lines().map(|(number, line)| (number, line.to_vec())));
    }
    Ok(lines)
}

/// The layout by the line of names and the first row, and the fields of that row.
fn layout(sample: &[(u64, Vec<u8>)], delimiter: u8) -> Result<(Layout, Vec<Vec<u8>>), TextError> {
    let (names_line, names) = &sample[0];
    let (row_line, row) = &sample[1];
    let names = split(names, delimiter, *names_line)?;
    let first = split(row, delimiter, *row_line)?;
    let n_fields = first.len();
    if u32::try_from(n_fields).is_err() {
        return Err(TextError::TooMany { what: "columns" });
    }
    let unnamed = match n_fields.checked_sub(names.len()) {
        Some(0) => 1, // the column of row names has a name, maybe an empty one
        Some(1) => 0,
        _ => return Err(TextError::Ragged { line: *row_line, expected: names.len(), found: n_fields }),
    };
    let names = names.into_iter().skip(unnamed);
    let columns: Result<Vec<String>, TextError> = names.map(|name| text(name, *names_line)).collect();
    Ok((Layout { delimiter, n_fields, columns: columns?, skipped: Vec::new() }, first))
}

fn split(line: &[u8], delimiter: u8, number: u64) -> Result<Vec<Vec<u8>>, TextError> {
    let mut fields = Fields::new(line, delimiter);
    let mut found = Vec::new();
    loop {
        match fields.next_field() {
            Ok(Some(field)) => found.push(field.into_owned()),
            Ok(None) => return Ok(found),
            Err(OpenQuote) => return Err(TextError::Quote { line: number, field: found.len() + 1 }),
        }
    }
}

fn text(field: Vec<u8>, line: u64) -> Result<String, TextError> {
    let text = String::from_utf8(field).map_err(|_| TextError::NotUtf8 { line })?;
    Ok(text.trim().to_owned())
}

/// Columns whose first value is no number, or whose name is that of an annotation.
fn candidates(
    layout: &Layout,
    (number, line): &(u64, Vec<u8>),
    first: &[Vec<u8>],
) -> Result<Vec<TextColumn>, TextError> {
    let mut found = Vec::new();
    for (field, value) in first.iter().enumerate().skip(1) {
        let is_text = !matches!(number::read(value), Field::Number(_));
        if !is_text && !is_annotation_name(&layout.columns[field - 1]) {
            continue;
        }
        if found.len() == MOST_TEXT_COLUMNS {
            return Err(layout.no_number(*number, line, field, value));
        }
        found.push(TextColumn { field, is_text, values: Vec::new() });
    }
    Ok(found)
}

/// Reads the names of all rows and the values of the columns that may annotate them.
fn read(
    path: &Path,
    layout: &Layout,
    texts: &mut [TextColumn],
    limit: MemoryLimit,
) -> Result<Vec<String>, ReadErrorKind> {
    let mut reader = LineReader::open(path)?;
    reader.batch(1)?; // the names of the columns
    let wanted: Vec<usize> = texts.iter().map(|column| column.field).collect();
    let mut kept: u64 = layout.columns.iter().map(|name| NAME_BYTES + name.len() as u64).sum();
    let mut names: Vec<String> = Vec::new();
    while let Some(batch) = reader.batch(usize::MAX)? {
        let parts: Vec<Result<Part, TextError>> = batch
            .groups(GROUP)
            .into_par_iter()
            .map(|lines| {
                let mut part: Part = (Vec::new(), vec![Vec::new(); wanted.len()]);
                for (number, line) in lines {
                    read_line(layout, &wanted, number, line, &mut part)?;
                }
                Ok(part)
            })
            .collect();
        for part in parts {
            let (part_names, part_values) = part?;
            let words = part_names.iter().chain(part_values.iter().flatten().flatten());
            kept += words.map(|text| NAME_BYTES + text.len() as u64).sum::<u64>();
            limit.check("names and columns of text", kept)?;
            names.extend(part_names);
            for (column, values) in texts.iter_mut().zip(part_values) {
                column.values.extend(values);
            }
        }
    }
    Ok(names)
}

fn read_line(
    layout: &Layout,
    wanted: &[usize],
    number: u64,
    line: &[u8],
    (names, values): &mut Part,
) -> Result<(), TextError> {
    let mut fields = Fields::new(line, layout.delimiter);
    let mut next = |field: usize| match fields.next_field() {
        Ok(Some(text)) => Ok(text),
        Ok(None) => Err(layout.ragged(number, line)),
        Err(OpenQuote) => Err(TextError::Quote { line: number, field: field + 1 }),
    };
    names.push(text(next(0)?.into_owned(), number)?);
    let mut at = 1;
    for (&field, values) in wanted.iter().zip(values) {
        while at < field {
            next(at)?;
            at += 1;
        }
        let value = next(at)?;
        at += 1;
        let missing = number::read(&value) == Field::Missing;
        values.push(if missing { None } else { Some(text(value.into_owned(), number)?) });
    }
    Ok(())
}

/// A column that begins with text must be text to its end: otherwise a number is damaged or missing.
fn check(
    layout: &Layout,
    (number, line): &(u64, Vec<u8>),
    first: &[Vec<u8>],
    texts: &[TextColumn],
) -> Result<(), TextError> {
    for column in texts.iter().filter(|column| column.is_text) {
        let is_number = |value: &String| matches!(number::read(value.as_bytes()), Field::Number(_));
        let mut present = column.values.iter().flatten().peekable();
        let is_annotation = is_annotation_name(&layout.columns[column.field - 1]);
        if !is_annotation && (present.peek().is_none() || present.any(is_number)) {
            return Err(layout.no_number(*number, line, column.field, &first[column.field]));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_kept_up_to_a_limit() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("table.csv");
        std::fs::write(&path, "cell,TP53,type\na,1,T\nb,2,B\n").unwrap();
        // Two columns, two rows, two texts.
        let kept = 6 * NAME_BYTES + 4 + 4 + 1 + 1 + 1 + 1;
        let scan = |most| Scan::of(&path, MemoryLimit::exactly(most));
        assert_eq!(scan(kept).unwrap().row_names, ["a", "b"]);
        let Err(error) = scan(kept - 1) else { panic!("it does not fit") };
        assert!(matches!(error, ReadErrorKind::TooLarge { most, .. } if most == kept - 1), "{error}");
    }
}
