//! One line of numbers, as the non-zeros it holds.

use super::fields::{Fields, OpenQuote};
use super::number::{self, Field};
use super::text_error::TextError;
use crate::rows::RawRows;

/// How the rows of a table are laid out.
#[derive(Debug)]
pub(super) struct Layout {
    pub(super) delimiter: u8,
    /// Fields of a row, its name included.
    pub(super) n_fields: usize,
    /// Name of each field but the first, which is the name of the row.
    pub(super) columns: Vec<String>,
    /// Fields that hold no numbers of the matrix, ascending; the name of the row is not among them.
    pub(super) skipped: Vec<usize>,
}

impl Layout {
    /// Names of the columns of the matrix.
    pub(super) fn data_columns(&self) -> Vec<String> {
        let is_data = |&(i, _): &(usize, &String)| self.skipped.binary_search(&(i + 1)).is_err();
        self.columns.iter().enumerate().filter(is_data).map(|(_, name)| name.clone()).collect()
    }

    /// Appends the non-zeros of a line as one row.
    pub(super) fn parse(&self, number: u64, line: &[u8], rows: &mut RawRows) -> Result<(), TextError> {
        let mut fields = Fields::new(line, self.delimiter);
        let mut row = Row { layout: self, number, line, field: 0, column: 0 };
        row.skip(&mut fields)?;
        for &skipped in &self.skipped {
            row.numbers(&mut fields, skipped, rows)?;
            row.skip(&mut fields)?;
        }
        row.numbers(&mut fields, self.n_fields, rows)?;
        if fields.rest().is_some() {
            return Err(row.ragged());
        }
        rows.row_ptr.push(rows.gene.len());
        Ok(())
    }

    pub(super) fn ragged(&self, number: u64, line: &[u8]) -> TextError {
        match Fields::new(line, self.delimiter).count_rest() {
            Ok(found) => TextError::Ragged { line: number, expected: self.n_fields, found },
            Err(OpenQuote) => TextError::Quote { line: number, field: 1 },
        }
    }

    /// What is wrong with a field that is no number.
    pub(super) fn no_number(&self, number: u64, line: &[u8], field: usize, text: &[u8]) -> TextError {
        let name = Fields::new(line, self.delimiter).next_field();
        let row = shown(name.ok().flatten().as_deref().unwrap_or_default());
        let column = self.columns.get(field - 1).cloned().unwrap_or_default();
        match number::read(text) {
            Field::Missing => TextError::Missing { line: number, row, column },
            _ => TextError::NotANumber { line: number, row, column, found: shown(text) },
        }
    }
}

/// A line that is being read.
struct Row<'a> {
    layout: &'a Layout,
    number: u64,
    line: &'a [u8],
    field: usize,
    column: u32,
}

impl Row<'_> {
    fn skip(&mut self, fields: &mut Fields<'_>) -> Result<(), TextError> {
        match fields.next_field() {
            Ok(Some(_)) => {
                self.field += 1;
                Ok(())
            }
            Ok(None) => Err(self.ragged()),
            Err(OpenQuote) => Err(self.quote()),
        }
    }

    /// Reads the fields up to `stop`.
    fn numbers(&mut self, fields: &mut Fields<'_>, stop: usize, rows: &mut RawRows) -> Result<(), TextError> {
        let delimiter = self.layout.delimiter;
        // Most of a table is zeros: four at a time.
        let zeros = u64::from_ne_bytes([b'0', delimiter, b'0', delimiter, b'0', delimiter, b'0', delimiter]);
        while self.field < stop {
            let rest = fields.rest().ok_or_else(|| self.ragged())?;
            if let Some(eight) = rest.first_chunk::<8>()
                && u64::from_ne_bytes(*eight) == zeros
                && self.field + 4 <= stop
            {
                fields.skip_bytes(8);
                self.field += 4;
                self.column += 4;
                continue;
            }
            // Then single digits.
            if let &[digit @ b'0'..=b'9', next, ..] = rest
                && next == delimiter
            {
                fields.skip_bytes(2);
                self.push(f32::from(digit - b'0'), rows);
                continue;
            }
            let field = fields.next_field().map_err(|OpenQuote| self.quote())?;
            let field = field.ok_or_else(|| self.ragged())?;
            match number::read(&field) {
                Field::Number(value) => self.push(value, rows),
                Field::Missing | Field::Text => {
                    return Err(self.layout.no_number(self.number, self.line, self.field, &field));
                }
            }
        }
        Ok(())
    }

    fn push(&mut self, value: f32, rows: &mut RawRows) {
        if value != 0.0 {
            rows.gene.push(self.column);
            rows.value.push(value);
        }
        self.field += 1;
        self.column += 1;
    }

    fn ragged(&self) -> TextError {
        self.layout.ragged(self.number, self.line)
    }

    fn quote(&self) -> TextError {
        TextError::Quote { line: self.number, field: self.field + 1 }
    }
}

/// A field for a message: readable and not too long.
fn shown(field: &[u8]) -> String {
    const LONGEST: usize = 40;
    let text = String::from_utf8_lossy(field);
    let mut shown: String = text.chars().take(LONGEST).flat_map(char::escape_debug).collect();
    if text.chars().nth(LONGEST).is_some() {
        shown.push('…');
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    fn layout(n_fields: usize, skipped: Vec<usize>) -> Layout {
        let columns = (1..n_fields).map(|i| format!("c{i}")).collect();
        Layout { delimiter: b',', n_fields, columns, skipped }
    }

    fn parse(layout: &Layout, line: &str) -> Result<(Vec<u32>, Vec<f32>), TextError> {
        let mut rows = RawRows { row_ptr: vec![0], ..RawRows::default() };
        layout.parse(7, line.as_bytes(), &mut rows).map(|()| (rows.gene, rows.value))
    }

    #[test]
    fn zeros_are_passed_over_however_they_stand() {
        assert_eq!(parse(&layout(10, vec![]), "x,0,0,0,0,5,0,0.0,-0,1.5"), Ok((vec![4, 8], vec![5.0, 1.5])));
        assert_eq!(parse(&layout(6, vec![3]), "x,0,0,\"B, T\",0,12"), Ok((vec![3], vec![12.0])));
        assert_eq!(parse(&layout(6, vec![1, 5]), "x,a,0,0,3,b"), Ok((vec![2], vec![3.0])));
        assert_eq!(parse(&layout(5, vec![]), "\"x,y\",0,0,0,0"), Ok((vec![], vec![])));
    }

    #[test]
    fn faults_are_named_where_they_stand() {
        let four = layout(4, vec![]);
        let found = |line: &str| parse(&four, line).unwrap_err().to_string();
        assert_eq!(found("x,1,2"), "line 7: expected 4 fields, found 3");
        assert_eq!(found("x,0,0,0,0"), "line 7: expected 4 fields, found 5");
        assert_eq!(found("x"), "line 7: expected 4 fields, found 1");
        assert_eq!(found("x,1,abc,0"), "line 7 (`x`), column `c2`: expected a finite number, found `abc`");
        assert_eq!(found("x,1,inf,0"), "line 7 (`x`), column `c2`: expected a finite number, found `inf`");
        assert_eq!(found("x,1,0,"), "line 7 (`x`), column `c3`: expected a number, found a missing value");
        assert!(found("x,1,\"0,1").starts_with("line 7, field 3: expected a closing quote"));
    }
}
