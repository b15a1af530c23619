//! The header of an `.npy` file: a Python literal, parsed without Python.

use super::element::Element;
use super::{Outcome, unexpected};

/// The first bytes of every `.npy` file.
pub(super) const MAGIC: &[u8] = b"\x93NUMPY";

/// NumPy's own limit is 10,000 characters.
pub(super) const LONGEST: usize = 1 << 16;

/// What an `.npy` file says of its array.
#[derive(Debug, PartialEq)]
pub(super) struct Header {
    pub(super) element: Element,
    pub(super) fortran: bool,
    pub(super) shape: Vec<usize>,
}

impl Header {
    /// Takes the header from the front of a file; also gives what comes after it.
    pub(super) fn split<'a>(object: &str, file: &'a [u8]) -> Outcome<(Self, &'a [u8])> {
        let wrong = |found: &str| unexpected(object, "an array in NumPy's format", found);
        let rest = file.strip_prefix(MAGIC).ok_or_else(|| wrong("other bytes"))?;
        let (length, rest) = match rest {
            [1, _, low, high, rest @ ..] => (usize::from(u16::from_le_bytes([*low, *high])), rest),
            [2 | 3, _, a, b, c, d, rest @ ..] => (u32::from_le_bytes([*a, *b, *c, *d]) as usize, rest),
            [version, ..] if !(1..=3).contains(version) => {
                return Err(unexpected(object, "version 1, 2 or 3 of NumPy's format", format!("{version}")));
            }
            _ => return Err(wrong("a header that is cut short")),
        };
        if length > LONGEST {
            return Err(unexpected(
                object,
                format!("a header of at most {LONGEST} bytes"),
                format!("{length}"),
            ));
        }
        let (header, data) =
            rest.split_at_checked(length).ok_or_else(|| wrong("a header that is cut short"))?;
        let header = std::str::from_utf8(header).map_err(|_| wrong("a header that is not UTF-8"))?;
        let fields =
            Literal { rest: header }.fields().ok_or_else(|| wrong("a header that cannot be parsed"))?;
        let (Some(fortran), Some(shape)) = (fields.fortran, fields.shape) else {
            return Err(wrong("a header without `fortran_order` or `shape`"));
        };
        let descr = fields.descr.ok_or_else(|| {
            unexpected(object, "elements that are numbers, text or objects", "a structured type")
        })?;
        let element = Element::parse(descr, None).ok_or_else(|| {
            unexpected(object, "elements that are numbers, text or objects", format!("type `{descr}`"))
        })?;
        Ok((Self { element, fortran, shape }, data))
    }
}

#[derive(Default)]
struct Fields<'a> {
    /// Missing when it is no plain text: a structured type.
    descr: Option<&'a str>,
    fortran: Option<bool>,
    shape: Option<Vec<usize>>,
}

/// What is left of a literal.
struct Literal<'a> {
    rest: &'a str,
}

impl<'a> Literal<'a> {
    /// `{'descr': '<f4', 'fortran_order': False, 'shape': (3, 4), }`, keys in any order.
    fn fields(mut self) -> Option<Fields<'a>> {
        let mut fields = Fields::default();
        self.skip("{").then_some(())?;
        while !self.skip("}") {
            let key = self.text()?;
            self.skip(":").then_some(())?;
            match key {
                // The type of a structured array is a list. It is refused, so the rest need not be understood.
                "descr" if self.rest.trim_start().starts_with('[') => {
                    return Some(Fields { fortran: Some(false), shape: Some(Vec::new()), descr: None });
                }
                "descr" => fields.descr = Some(self.text()?),
                "fortran_order" => fields.fortran = Some(self.truth()?),
                "shape" => fields.shape = Some(self.shape()?),
                _ => return None,
            }
            if !self.skip(",") && !self.rest.trim_start().starts_with('}') {
                return None;
            }
        }
        self.rest.trim().is_empty().then_some(fields)
    }

    fn skip(&mut self, token: &str) -> bool {
        let rest = self.rest.trim_start().strip_prefix(token);
        self.rest = rest.unwrap_or(self.rest);
        rest.is_some()
    }

    fn text(&mut self) -> Option<&'a str> {
        let rest = self.rest.trim_start();
        let quote = rest.chars().next().filter(|quote| matches!(quote, '\'' | '"'))?;
        let (text, rest) = rest[1..].split_once(quote)?;
        self.rest = rest;
        (!text.contains('\\')).then_some(text)
    }

    fn truth(&mut self) -> Option<bool> {
        if self.skip("True") { Some(true) } else { self.skip("False").then_some(false) }
    }

    fn shape(&mut self) -> Option<Vec<usize>> {
        let mut shape = Vec::new();
        self.skip("(").then_some(())?;
        while !self.skip(")") {
            let rest = self.rest.trim_start();
            let digits = rest.find(|c: char| !c.is_ascii_digit())?;
            shape.push(rest[..digits].parse().ok()?);
            self.rest = &rest[digits..];
            self.skip("L"); // Python 2 wrote long numbers so
            if !self.skip(",") && !self.rest.trim_start().starts_with(')') {
                return None;
            }
        }
        Some(shape)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn header(version: u8, text: &str) -> Outcome<Header> {
        let mut file = [MAGIC, &[version, 0]].concat();
        if version == 1 {
            file.extend((text.len() as u16).to_le_bytes());
        } else {
            file.extend((text.len() as u32).to_le_bytes());
        }
        file.extend(text.bytes());
        Header::split("X", &file).map(|(header, rest)| {
            assert!(rest.is_empty());
            header
        })
    }

    #[test]
    fn headers_of_every_version_are_parsed() {
        for version in 1..=3 {
            let text = "{'descr': '>f8', 'fortran_order': True, 'shape': (2, 3L,), }  \n";
            let expected =
                Header { element: Element::parse(">f8", None).unwrap(), fortran: true, shape: vec![2, 3] };
            assert_eq!(header(version, text).unwrap(), expected);
        }
        let scalar = header(1, "{'shape': (), 'descr': \"|O\", 'fortran_order': False}").unwrap();
        assert_eq!((scalar.shape, scalar.element), (vec![], Element::Object));
    }

    #[test]
    fn headers_that_are_no_literal_are_refused() {
        for (text, found) in [
            ("{'descr': '<f4', 'fortran_order': False}", "without `fortran_order` or `shape`"),
            ("{'descr': '<f4', 'fortran_order': __import__('os'), 'shape': ()}", "cannot be parsed"),
            ("{'descr': '<f4', 'fortran_order': False, 'shape': (-1,)}", "cannot be parsed"),
            (
                "{'descr': '<f4', 'fortran_order': False, 'shape': (99999999999999999999,)}",
                "cannot be parsed",
            ),
            ("{'descr': '<f4', 'fortran_order': False, 'shape': (1,)} x", "cannot be parsed"),
            ("{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (1,)}", "a structured type"),
            ("{'descr': '<c16', 'fortran_order': False, 'shape': (1,)}", "type `<c16`"),
        ] {
            let error = header(2, text).unwrap_err().to_string();
            assert!(error.contains(found), "{text}: {error}");
        }
        assert!(
            header(4, "").unwrap_err().to_string().ends_with("version 1, 2 or 3 of NumPy's format, found 4")
        );
        let long = [MAGIC, &[2, 0, 255, 255, 255, 255]].concat();
        assert!(Header::split("X", &long).unwrap_err().to_string().contains("at most 65536 bytes"));
    }
}
