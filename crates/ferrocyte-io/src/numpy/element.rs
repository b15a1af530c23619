//! What the elements of an array are.

use crate::h5ad::number::NumberType;

/// What the elements of an array are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Element {
    Number(NumberType),
    /// Bytes of a fixed number, padded with zeros.
    Bytes(usize),
    /// UTF-32 of a fixed number of characters, padded with zeros.
    Text {
        characters: usize,
        big_endian: bool,
    },
    /// Python objects, pickled.
    Object,
}

impl Element {
    /// Parses `<f4`, `|S3`, `O`; a pickle says the byte order apart from the rest.
    pub(super) fn parse(text: &str, order: Option<&str>) -> Option<Self> {
        let (own_order, kind) = match text.as_bytes() {
            [order @ (b'<' | b'>' | b'|' | b'='), kind @ ..] => (Some(*order), kind),
            kind => (None, kind),
        };
        let order = order.and_then(|order| order.bytes().next()).or(own_order);
        let big_endian = match order {
            Some(b'>') => true,
            Some(b'<' | b'|') => false,
            Some(b'=') | None => cfg!(target_endian = "big"),
            Some(_) => return None,
        };
        let (&letter, digits) = kind.split_first()?;
        let digits = std::str::from_utf8(digits).ok()?;
        match letter {
            b'?' if digits.is_empty() => NumberType::of_numpy(b'b', 1, false).map(Self::Number),
            b'O' => Some(Self::Object),
            b'S' | b'a' => digits.parse().ok().map(Self::Bytes),
            b'U' => digits.parse().ok().map(|characters| Self::Text { characters, big_endian }),
            _ => NumberType::of_numpy(letter, digits.parse().ok()?, big_endian).map(Self::Number),
        }
    }

    /// Bytes of one element; none for objects.
    pub(super) fn n_bytes(self) -> Option<usize> {
        match self {
            Self::Number(number) => Some(number.n_bytes()),
            Self::Bytes(bytes) => Some(bytes),
            Self::Text { characters, .. } => characters.checked_mul(4),
            Self::Object => Some(0),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_are_parsed_with_their_byte_order() {
        let number =
            |letter, bytes, big| Some(Element::Number(NumberType::of_numpy(letter, bytes, big).unwrap()));
        assert_eq!(Element::parse("<f4", None), number(b'f', 4, false));
        assert_eq!(Element::parse(">u2", None), number(b'u', 2, true));
        assert_eq!(Element::parse("i8", Some(">")), number(b'i', 8, true));
        assert_eq!(Element::parse("|b1", None), number(b'b', 1, false));
        assert_eq!(Element::parse("|S3", None), Some(Element::Bytes(3)));
        assert_eq!(Element::parse(">U7", None), Some(Element::Text { characters: 7, big_endian: true }));
        assert_eq!(Element::parse("|O", None), Some(Element::Object));
        for wrong in ["", "<", "<f16", "<c8", "<M8[ns]", "|V4", "i", "<i-4", "^i4", "|S99999999999999999999"]
        {
            assert_eq!(Element::parse(wrong, None), None, "{wrong}");
        }
    }
}
