//! A column of few values.

/// One of a list of categories per row, or none: a narrow code per row and the names once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Categorical {
    codes: Codes,
    categories: Vec<String>,
}

/// Codes in the narrowest integer that fits; the largest value of the type stands for "missing".
#[derive(Debug, Clone, PartialEq, Eq)]
enum Codes {
    U8(Vec<u8>),
    U16(Vec<u16>),
    U32(Vec<u32>),
}

impl Categorical {
    /// Takes one code per row, negative where the row has none.
    ///
    /// # Errors
    /// The first row whose code names no category.
    pub fn new(codes: &[i64], categories: Vec<String>) -> Result<Self, usize> {
        let n = categories.len();
        if let Some(row) = codes.iter().position(|&code| code >= 0 && code as u64 >= n as u64) {
            return Err(row);
        }
        let codes = if u8::try_from(n).is_ok() {
            Codes::U8(codes.iter().map(|&code| u8::try_from(code).unwrap_or(u8::MAX)).collect())
        } else if u16::try_from(n).is_ok() {
            Codes::U16(codes.iter().map(|&code| u16::try_from(code).unwrap_or(u16::MAX)).collect())
        } else {
            Codes::U32(codes.iter().map(|&code| u32::try_from(code).unwrap_or(u32::MAX)).collect())
        };
        Ok(Self { codes, categories })
    }

    /// Bytes of the names over all rows, when that is more than names of cells can be. A file holds each category
    /// once, and whoever asks for the name of every row gets it as often as it is used.
    pub(crate) fn too_long(&self) -> Option<usize> {
        const ALWAYS_ALLOWED: usize = 64 << 20;
        const PER_ROW: usize = 256;
        let most = ALWAYS_ALLOWED.saturating_add(self.len().saturating_mul(PER_ROW));
        if self.len().saturating_mul(self.categories.iter().map(String::len).max().unwrap_or(0)) <= most {
            return None;
        }
        let n_bytes = self.names().map(|name| name.map_or(0, str::len)).fold(0, usize::saturating_add);
        (n_bytes > most).then_some(n_bytes)
    }

    /// Number of rows.
    pub fn len(&self) -> usize {
        match &self.codes {
            Codes::U8(codes) => codes.len(),
            Codes::U16(codes) => codes.len(),
            Codes::U32(codes) => codes.len(),
        }
    }

    /// Whether there are no rows.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The names, in the order of the file; some may have no row.
    pub fn categories(&self) -> &[String] {
        &self.categories
    }

    /// The position of a row's category, `None` where it is missing.
    ///
    /// # Panics
    /// When `row` is not below [`len`](Self::len).
    pub fn code(&self, row: usize) -> Option<usize> {
        match &self.codes {
            Codes::U8(codes) => Some(codes[row]).filter(|&code| code < u8::MAX).map(usize::from),
            Codes::U16(codes) => Some(codes[row]).filter(|&code| code < u16::MAX).map(usize::from),
            Codes::U32(codes) => Some(codes[row]).filter(|&code| code < u32::MAX).map(|code| code as usize),
        }
    }

    /// The categories of other rows, missing where there is none.
    ///
    /// # Panics
    /// When a row is not below [`len`](Self::len).
    pub(crate) fn select(&self, rows: &[Option<usize>]) -> Self {
        fn take<T: Copy>(codes: &[T], rows: &[Option<usize>], missing: T) -> Vec<T> {
            rows.iter().map(|row| row.map_or(missing, |row| codes[row])).collect()
        }
        let codes = match &self.codes {
            Codes::U8(codes) => Codes::U8(take(codes, rows, u8::MAX)),
            Codes::U16(codes) => Codes::U16(take(codes, rows, u16::MAX)),
            Codes::U32(codes) => Codes::U32(take(codes, rows, u32::MAX)),
        };
        Self { codes, categories: self.categories.clone() }
    }

    /// The name of each row, `None` where it is missing.
    pub fn names(&self) -> impl ExactSizeIterator<Item = Option<&str>> {
        (0..self.len()).map(|row| self.code(row).map(|code| self.categories[code].as_str()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_narrow_and_missing_rows_have_none() {
        for n in [1, 255, 256, 65_535, 65_536] {
            let categories: Vec<String> = (0..n).map(|i| i.to_string()).collect();
            let column = Categorical::new(&[0, -1, n - 1], categories).unwrap();
            let last = (n - 1).to_string();
            assert_eq!(column.names().collect::<Vec<_>>(), [Some("0"), None, Some(last.as_str())]);
        }
        let narrow = Categorical::new(&[0], vec!["a".into()]).unwrap();
        assert!(matches!(narrow.codes, Codes::U8(_)));
    }

    #[test]
    fn a_long_text_that_many_rows_use_is_seen() {
        let with = |length: usize, n: usize| {
            Categorical::new(&vec![0; n], vec!["x".repeat(length), String::new()]).unwrap().too_long()
        };
        assert_eq!(with(45, 2_000_000), None);
        assert_eq!(with(100_000, 100), None);
        assert_eq!(with(100_000, 10_000), Some(1_000_000_000));
    }

    #[test]
    fn a_code_without_category_is_refused() {
        assert_eq!(Categorical::new(&[0, 1], vec!["a".into()]), Err(1));
        assert_eq!(Categorical::new(&[i64::MAX], vec!["a".into()]), Err(0));
    }
}
