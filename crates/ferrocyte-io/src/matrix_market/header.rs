//! The first lines of a MatrixMarket file.

use std::io::Read;

use super::lines::{LineError, Lines, shown};

/// The first bytes of every MatrixMarket file.
pub(crate) const BANNER: &[u8] = b"%%MatrixMarket";

/// Lines of comments, and blank ones: notes of a program, not data. Gzip holds a million of them in a kilobyte.
pub(crate) const MOST_COMMENTS: u64 = 10_000;

/// How values are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Field {
    Integer,
    Real,
    /// No values: every entry is 1.
    Pattern,
}

impl Field {
    /// NumPy's name of the type that SciPy reads.
    pub(crate) fn dtype(self) -> &'static str {
        match self {
            Self::Integer => "int64",
            Self::Real => "float64",
            Self::Pattern => "bool",
        }
    }
}

/// What a file says of its matrix. Nothing of it is believed before the entries are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Header {
    pub(crate) field: Field,
    pub(crate) n_rows: u64,
    pub(crate) n_columns: u64,
    pub(crate) n_entries: u64,
}

impl Header {
    /// Reads the banner, skips comments, and reads the sizes.
    pub(crate) fn read(lines: &mut Lines<impl Read>) -> Result<Self, LineError> {
        const SIZES: &str = "the numbers of rows, columns and entries";
        let field = match lines.next()? {
            Some((_, banner)) => {
                Self::banner(banner).map_err(|(expected, found)| lines.unexpected(expected, found))?
            }
            None => return Err(lines.unexpected(shown(BANNER), "nothing")),
        };
        for _ in 0..MOST_COMMENTS {
            let line = match lines.next()? {
                None => return Err(lines.unexpected(SIZES, "the end of the file")),
                Some((_, line)) if line.starts_with(b"%") || line.trim_ascii().is_empty() => continue,
                Some((_, line)) => line.to_vec(),
            };
            let sizes = line.split(u8::is_ascii_whitespace).filter(|word| !word.is_empty());
            let sizes: Option<Vec<u64>> = sizes.map(whole_number).collect();
            return match sizes.as_deref() {
                Some(&[n_rows, n_columns, n_entries]) => Ok(Self { field, n_rows, n_columns, n_entries }),
                _ => Err(lines.unexpected(SIZES, shown(&line))),
            };
        }
        Err(lines.unexpected(SIZES, format!("{MOST_COMMENTS} lines of comments")))
    }

    fn banner(line: &[u8]) -> Result<Field, (&'static str, String)> {
        const FIELDS: [(&str, Field); 4] = [
            ("integer", Field::Integer),
            ("real", Field::Real),
            ("double", Field::Real),
            ("pattern", Field::Pattern),
        ];
        let line = line.to_ascii_lowercase();
        let mut words = line.split(u8::is_ascii_whitespace).filter(|word| !word.is_empty());
        let mut next = |expected: &'static str, known: &[&str]| {
            let word = words.next().unwrap_or_default();
            let position = known.iter().position(|name| name.as_bytes() == word);
            position.ok_or_else(|| (expected, shown(word)))
        };
        next("`%%MatrixMarket`", &["%%matrixmarket"])?;
        next("`matrix`", &["matrix"])?;
        next("`coordinate` (sparse)", &["coordinate"])?;
        let field = next("`integer`, `real` or `pattern`", &FIELDS.map(|(name, _)| name))?;
        next("`general`", &["general"])?;
        Ok(FIELDS[field].1)
    }
}

/// A number of nothing but digits.
pub(crate) fn whole_number(digits: &[u8]) -> Option<u64> {
    if digits.is_empty() {
        return None;
    }
    digits.iter().try_fold(0_u64, |number, digit| {
        let digit = digit.wrapping_sub(b'0');
        if digit > 9 { None } else { number.checked_mul(10)?.checked_add(u64::from(digit)) }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn header(text: &str) -> Result<Header, String> {
        Header::read(&mut Lines::new(text.as_bytes())).map_err(|error| error.to_string())
    }

    #[test]
    fn banner_comments_and_sizes_are_read() {
        let expected = Header { field: Field::Real, n_rows: 3, n_columns: 2, n_entries: 4 };
        assert_eq!(header("%%MatrixMarket matrix coordinate real general\n3 2 4\n"), Ok(expected));
        assert_eq!(
            header("%%matrixmarket MATRIX Coordinate Real General\r\n%\n%a\n\n 3\t2 4 \r\n"),
            Ok(expected)
        );
    }

    #[test]
    fn what_cannot_be_read_is_named() {
        for (text, found) in [
            ("", "line 1: expected `%%MatrixMarket`, found nothing"),
            (
                "%%MatrixMarket matrix array real general\n",
                "line 1: expected `coordinate` (sparse), found `array`",
            ),
            (
                "%%MatrixMarket matrix coordinate complex general\n",
                "line 1: expected `integer`, `real` or `pattern`, found `complex`",
            ),
            (
                "%%MatrixMarket matrix coordinate real symmetric\n",
                "line 1: expected `general`, found `symmetric`",
            ),
            (
                "%%MatrixMarket matrix coordinate real general\n%\n3 -2 4\n",
                "line 3: expected the numbers of rows, columns and entries, found `3 -2 4`",
            ),
            (
                "%%MatrixMarket matrix coordinate real general\n%\n",
                "line 3: expected the numbers of rows, columns and entries, found the end of the file",
            ),
        ] {
            assert_eq!(header(text), Err(found.to_owned()));
        }
    }

    #[test]
    fn numbers_are_digits_that_fit() {
        assert_eq!(whole_number(b"18446744073709551615"), Some(u64::MAX));
        for wrong in [b"".as_slice(), b"18446744073709551616", b"-1", b"+1", b"1.0", b"1e3"] {
            assert_eq!(whole_number(wrong), None);
        }
    }
}
