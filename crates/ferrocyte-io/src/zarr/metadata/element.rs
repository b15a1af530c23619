//! What the elements of an array are.

use crate::h5ad::number::NumberType;
use serde_json::Value;

/// The stored type of an element.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::zarr) enum Element {
    Number(NumberType),
    /// Text in so many bytes, the last of them zero where it is shorter.
    Bytes(usize),
    /// Text in so many characters of four bytes, the last of them zero where it is shorter.
    Characters {
        n: usize,
        big_endian: bool,
    },
    /// Text of any length.
    Text,
    /// Records of fields, of so many bytes.
    Records {
        fields: Vec<Field>,
        size: usize,
    },
    /// What is not read, by name.
    Other(String),
}

/// A field of a record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::zarr) struct Field {
    pub(in crate::zarr) name: String,
    pub(in crate::zarr) element: Element,
    pub(in crate::zarr) start: usize,
}

impl Element {
    /// The type that NumPy writes as `<f4`, `|S18`, `<U5`, or as a list of names and types.
    pub(super) fn of_numpy(dtype: &Value) -> Self {
        match dtype {
            Value::String(name) => Self::of_name(name).unwrap_or_else(|| Self::Other(shortened(name))),
            Value::Array(fields) => records(fields).unwrap_or_else(|| Self::Other("records".to_owned())),
            _ => Self::Other("a type of another kind".to_owned()),
        }
    }

    fn of_name(name: &str) -> Option<Self> {
        let mut letters = name.chars();
        let big_endian = letters.next()? == '>';
        let letter = letters.next()?;
        let size: usize = letters.as_str().parse().ok()?;
        match letter {
            'S' => Some(Self::Bytes(size)),
            'U' => size.checked_mul(4).map(|_| Self::Characters { n: size, big_endian }),
            _ => {
                let (letter, size) = (u8::try_from(letter).ok()?, u8::try_from(size).ok()?);
                NumberType::of_numpy(letter, size, big_endian).map(Self::Number)
            }
        }
    }

    /// The type that version 3 calls `float32`, `string`, ...
    pub(super) fn of_v3(data_type: &Value, big_endian: bool) -> Self {
        let (name, configuration) = match data_type {
            Value::String(name) => (name.as_str(), &Value::Null),
            other => (other["name"].as_str().unwrap_or("a type without a name"), &other["configuration"]),
        };
        let n_bytes = configuration["length_bytes"].as_u64().and_then(|n| usize::try_from(n).ok());
        let number = |letter, bytes| NumberType::of_numpy(letter, bytes, big_endian).map(Self::Number);
        let known = match name {
            "bool" => number(b'b', 1),
            "int8" => number(b'i', 1),
            "int16" => number(b'i', 2),
            "int32" => number(b'i', 4),
            "int64" => number(b'i', 8),
            "uint8" => number(b'u', 1),
            "uint16" => number(b'u', 2),
            "uint32" => number(b'u', 4),
            "uint64" => number(b'u', 8),
            "float16" => number(b'f', 2),
            "float32" => number(b'f', 4),
            "float64" => number(b'f', 8),
            "string" => Some(Self::Text),
            "fixed_length_utf32" => n_bytes.map(|n| Self::Characters { n: n / 4, big_endian }),
            "null_terminated_bytes" => n_bytes.map(Self::Bytes),
            _ => None,
        };
        known.unwrap_or_else(|| Self::Other(shortened(name)))
    }

    /// Bytes of an element, where all have the same.
    pub(in crate::zarr) fn n_bytes(&self) -> Option<usize> {
        match self {
            Self::Number(number) => Some(number.n_bytes()),
            Self::Bytes(n) => Some(*n),
            Self::Characters { n, .. } => n.checked_mul(4),
            Self::Records { size, .. } => Some(*size),
            Self::Text | Self::Other(_) => None,
        }
    }

    /// The type in words.
    pub(in crate::zarr) fn describe(&self) -> String {
        match self {
            Self::Number(number) => number.to_string(),
            Self::Bytes(_) | Self::Characters { .. } | Self::Text => "strings".to_owned(),
            Self::Records { .. } => "a table".to_owned(),
            Self::Other(name) => name.clone(),
        }
    }

    /// Decodes whole elements of text of a fixed length; `None` when it is something else.
    pub(in crate::zarr) fn fixed_texts(&self, raw: &[u8]) -> Option<Vec<String>> {
        let size = self.n_bytes().filter(|&size| size > 0)?;
        let elements = raw.chunks_exact(size);
        match self {
            Self::Bytes(_) => Some(elements.map(text_of_bytes).collect()),
            Self::Characters { big_endian, .. } => {
                Some(elements.map(|element| text_of_characters(element, *big_endian)).collect())
            }
            _ => None,
        }
    }
}

fn records(fields: &[Value]) -> Option<Element> {
    let mut start = 0_usize;
    let mut found = Vec::with_capacity(fields.len());
    for field in fields {
        let (name, dtype) = (field.get(0)?.as_str()?, field.get(1)?);
        // A third part, the shape of an array in each record, is not read.
        if field.get(2).is_some() || !dtype.is_string() {
            return None;
        }
        let element = Element::of_numpy(dtype);
        let size = element.n_bytes()?;
        found.push(Field { name: name.to_owned(), element, start });
        start = start.checked_add(size)?;
    }
    (!found.is_empty()).then_some(Element::Records { fields: found, size: start })
}

fn text_of_bytes(bytes: &[u8]) -> String {
    let end = bytes.iter().rposition(|&byte| byte != 0).map_or(0, |last| last + 1);
    String::from_utf8_lossy(bytes.get(..end).unwrap_or_default()).into_owned()
}

fn text_of_characters(bytes: &[u8], big_endian: bool) -> String {
    let codes = bytes.as_chunks::<4>().0.iter();
    let codes: Vec<u32> = if big_endian {
        codes.map(|&code| u32::from_be_bytes(code)).collect()
    } else {
        codes.map(|&code| u32::from_le_bytes(code)).collect()
    };
    let end = codes.iter().rposition(|&code| code != 0).map_or(0, |last| last + 1);
    let characters = codes.iter().take(end);
    characters.map(|&code| char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER)).collect()
}

/// A name from a file as part of a message.
fn shortened(name: &str) -> String {
    let name: String = name.chars().take(60).collect();
    format!("`{}`", name.escape_debug())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn types_of_numpy_are_known() {
        let number = |letter, bytes, big| Element::Number(NumberType::of_numpy(letter, bytes, big).unwrap());
        for (dtype, element) in [
            (json!("<f4"), number(b'f', 4, false)),
            (json!(">i8"), number(b'i', 8, true)),
            (json!("|b1"), number(b'b', 1, false)),
            (json!("|S18"), Element::Bytes(18)),
            (json!("<U5"), Element::Characters { n: 5, big_endian: false }),
            (json!("<M8[ns]"), Element::Other("`<M8[ns]`".into())),
            (json!("<f3"), Element::Other("`<f3`".into())),
            (json!("<U18446744073709551615"), Element::Other("`<U18446744073709551615`".into())),
            (json!(""), Element::Other("``".into())),
            (json!([["a", "<f4", [2]]]), Element::Other("records".into())),
            (json!([]), Element::Other("records".into())),
        ] {
            assert_eq!(Element::of_numpy(&dtype), element);
        }
        let table = Element::of_numpy(&json!([["index", "|S3"], ["n", "<i2"]]));
        let Element::Records { fields, size: 5 } = table else { panic!("{table:?}") };
        assert_eq!((fields[1].name.as_str(), fields[1].start), ("n", 3));
    }

    #[test]
    fn text_of_a_fixed_length_is_cut_where_it_ends() {
        assert_eq!(Element::Bytes(3).fixed_texts(b"ab\0\0\0\0c\0d").unwrap(), ["ab", "", "c\0d"]);
        let raw: Vec<u8> = ['ä', '\0', 'b', 'c'].iter().flat_map(|&c| u32::from(c).to_be_bytes()).collect();
        let characters = Element::Characters { n: 2, big_endian: true };
        assert_eq!(characters.fixed_texts(&raw).unwrap(), ["ä", "bc"]);
        assert_eq!(Element::Bytes(0).fixed_texts(b"ab"), None);
        assert_eq!(Element::Text.fixed_texts(b"ab"), None);
    }
}
