//! What is wrong with a table of text.

/// What is wrong with a table of text. Lines count from 1, the line of column names included.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TextError {
    /// There is nothing below the names of the columns.
    #[error("expected a line of column names and rows below it, found {lines} lines")]
    NoRows {
        /// Lines with text.
        lines: usize,
    },
    /// Lines without a delimiter.
    #[error("expected several columns divided by tab, `,`, `;` or blank, found one column")]
    OneColumn,
    /// Every column is text.
    #[error("expected columns of numbers, found only columns of text")]
    NoNumbers,
    /// A row of another length.
    #[error("line {line}: expected {expected} fields, found {found}")]
    Ragged {
        /// The line.
        line: u64,
        /// Fields of the first row.
        expected: usize,
        /// Fields of this one.
        found: usize,
    },
    /// Quotes that do not match.
    #[error(
        "line {line}, field {field}: expected a closing quote before the delimiter or the end of the line"
    )]
    Quote {
        /// The line.
        line: u64,
        /// The field, from 1.
        field: usize,
    },
    /// A field that should be a number.
    #[error("line {line} (`{row}`), column `{column}`: expected a finite number, found `{found}`")]
    NotANumber {
        /// The line.
        line: u64,
        /// Name of the row.
        row: String,
        /// Name of the column.
        column: String,
        /// The field, cut where it is long.
        found: String,
    },
    /// A number that is missing.
    #[error("line {line} (`{row}`), column `{column}`: expected a number, found a missing value")]
    Missing {
        /// The line.
        line: u64,
        /// Name of the row.
        row: String,
        /// Name of the column.
        column: String,
    },
    /// A name that is not UTF-8.
    #[error("line {line}: expected text in UTF-8, found other bytes")]
    NotUtf8 {
        /// The line.
        line: u64,
    },
    /// Two cells of one name.
    #[error(
        "expected a name for each cell, found `{name}` for cell {first} and cell {second} (counted from 1)"
    )]
    DuplicateCell {
        /// The name.
        name: String,
        /// The first cell.
        first: usize,
        /// The other.
        second: usize,
    },
    /// A line that does not end.
    #[error("line {line}: expected at most {limit} bytes, found more")]
    LongLine {
        /// The line.
        line: u64,
        /// Bytes allowed.
        limit: usize,
    },
    /// Too many columns or rows.
    #[error("expected fewer than 2³² {what}, found more")]
    TooMany {
        /// `cells` or `genes`.
        what: &'static str,
    },
    /// The file is another one than when it was opened.
    #[error("the file has changed since it was opened: expected {expected} rows, found {found}")]
    Changed {
        /// Rows when it was opened.
        expected: usize,
        /// Rows now; one more than expected stands for any number.
        found: usize,
    },
}
