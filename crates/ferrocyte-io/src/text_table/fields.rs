//! The fields of a line.

use std::borrow::Cow;

/// The fields of a line, from left to right.
#[derive(Debug, Clone)]
pub(super) struct Fields<'a> {
    line: &'a [u8],
    delimiter: u8,
    /// Where the next field starts; beyond the end of the line when there is none.
    at: usize,
}

/// A quote that is not closed before the delimiter or the end of the line.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct OpenQuote;

impl<'a> Fields<'a> {
    pub(super) fn new(line: &'a [u8], delimiter: u8) -> Self {
        Self { line, delimiter, at: 0 }
    }

    /// The rest of the line; `None` when the last field has been taken.
    pub(super) fn rest(&self) -> Option<&'a [u8]> {
        self.line.get(self.at..)
    }

    /// Goes over so many bytes.
    pub(super) fn skip_bytes(&mut self, bytes: usize) {
        self.at += bytes;
    }

    /// The next field, without its quotes.
    pub(super) fn next_field(&mut self) -> Result<Option<Cow<'a, [u8]>>, OpenQuote> {
        let Some(rest) = self.rest() else { return Ok(None) };
        if rest.first() == Some(&b'"') {
            return self.quoted(&rest[1..]).map(Some);
        }
        // Fields of numbers are a few bytes: shorter than what a vectorised search needs to pay.
        let end = rest.iter().position(|&byte| byte == self.delimiter).unwrap_or(rest.len());
        self.at += end + 1;
        Ok(Some(Cow::Borrowed(&rest[..end])))
    }

    /// How many fields there are from here.
    pub(super) fn count_rest(mut self) -> Result<usize, OpenQuote> {
        let mut count = 0;
        while self.next_field()?.is_some() {
            count += 1;
        }
        Ok(count)
    }

    /// `inside` starts after the opening quote.
    fn quoted(&mut self, inside: &'a [u8]) -> Result<Cow<'a, [u8]>, OpenQuote> {
        let mut text = Cow::Borrowed(&inside[..0]);
        let mut at = 0;
        loop {
            let end = at + memchr::memchr(b'"', &inside[at..]).ok_or(OpenQuote)?;
            if text.is_empty() {
                text = Cow::Borrowed(&inside[at..end]);
            } else {
                text.to_mut().extend_from_slice(&inside[at..end]);
            }
            match inside.get(end + 1) {
                Some(b'"') => text.to_mut().push(b'"'), // two quotes stand for one
                Some(&next) if next != self.delimiter => return Err(OpenQuote),
                _ => {
                    self.at += end + 3; // both quotes and the delimiter
                    return Ok(text);
                }
            }
            at = end + 2;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn split(line: &str) -> Result<Vec<String>, OpenQuote> {
        let mut fields = Fields::new(line.as_bytes(), b',');
        let mut found = Vec::new();
        while let Some(field) = fields.next_field()? {
            found.push(String::from_utf8(field.into_owned()).unwrap());
        }
        assert_eq!(Fields::new(line.as_bytes(), b',').count_rest(), Ok(found.len()));
        Ok(found)
    }

    #[test]
    fn fields_are_divided_and_unquoted() {
        assert_eq!(split("a,b"), Ok(vec!["a".into(), "b".into()]));
        assert_eq!(split(""), Ok(vec![String::new()]));
        assert_eq!(split(",a,"), Ok(vec![String::new(), "a".into(), String::new()]));
        assert_eq!(split(r#""a,b",1"#), Ok(vec!["a,b".into(), "1".into()]));
        assert_eq!(split(r#""a ""b""",1,"""""#), Ok(vec!["a \"b\"".into(), "1".into(), "\"".into()]));
        assert_eq!(split(r#""a,"#), Err(OpenQuote));
        assert_eq!(split(r#""a"b,1"#), Err(OpenQuote));
        assert_eq!(split(r#"1,"a"#), Err(OpenQuote));
        assert_eq!(split("\"\",\"\""), Ok(vec![String::new(), String::new()]));
        assert_eq!(split(r#"5" tube,1"#), Ok(vec!["5\" tube".into(), "1".into()]));
    }
}
