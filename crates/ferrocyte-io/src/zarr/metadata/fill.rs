//! The value of every element of a chunk that is not there.

use serde_json::Value;

use super::Element;
use crate::h5ad::number::{FromStored, NumberType};

/// A fill value.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::zarr) enum Fill {
    Signed(i64),
    Unsigned(u64),
    Float(f64),
    Text(String),
}

impl Fill {
    /// What JSON says of the fill value of an array of `element`; `None` when it makes no sense. Nothing, `null`, is
    /// zero or an empty text, as anndata reads it.
    pub(super) fn of(json: &Value, element: &Element) -> Option<Self> {
        match (element, json) {
            (Element::Number(_), Value::Null) => Some(Self::Signed(0)),
            (Element::Number(number), _) => Self::of_number(json, *number),
            (Element::Text, Value::String(text)) => Some(Self::Text(text.clone())),
            // Records and text of a fixed length: written in base 64, and nobody leaves such a chunk away.
            _ => Some(Self::Text(String::new())),
        }
    }

    fn of_number(json: &Value, number: NumberType) -> Option<Self> {
        let float = |value: f64| {
            // What stands in JSON is the stored value only after it was rounded to its type.
            Self::Float(if number.n_bytes() == 4 { f64::from(value as f32) } else { value })
        };
        match json {
            Value::Bool(value) => Some(Self::Signed(i64::from(*value))),
            Value::Number(value) if number.is_float() => value.as_f64().map(float),
            Value::Number(value) => match (value.as_i64(), value.as_u64()) {
                (Some(value), _) => Some(Self::Signed(value)),
                (None, Some(value)) => Some(Self::Unsigned(value)),
                // Some writers put `0.0` where integers are.
                (None, None) => value.as_f64().filter(|value| value.fract() == 0.0).map(Self::Float),
            },
            Value::String(text) if number.is_float() => match text.as_str() {
                "NaN" => Some(Self::Float(f64::NAN)),
                "Infinity" => Some(Self::Float(f64::INFINITY)),
                "-Infinity" => Some(Self::Float(f64::NEG_INFINITY)),
                text => of_bits(text.strip_prefix("0x")?, number),
            },
            _ => None,
        }
    }

    /// The fill value as a number.
    pub(in crate::zarr) fn to_number<T: FromStored>(&self) -> T {
        match self {
            Self::Signed(value) => T::from_i64(*value),
            Self::Unsigned(value) => T::from_u64(*value),
            Self::Float(value) => T::from_f64(*value),
            Self::Text(_) => T::from_i64(0),
        }
    }

    /// The fill value as a text.
    pub(in crate::zarr) fn to_text(&self) -> String {
        match self {
            Self::Text(text) => text.clone(),
            _ => String::new(),
        }
    }
}

/// A float by its bits, in hexadecimal digits.
fn of_bits(digits: &str, number: NumberType) -> Option<Fill> {
    let bits = u64::from_str_radix(digits, 16).ok()?;
    let bytes = bits.to_be_bytes();
    let bytes = bytes.get(8_usize.checked_sub(number.n_bytes())?..)?;
    let big_endian = NumberType::of_numpy(b'f', u8::try_from(number.n_bytes()).ok()?, true)?;
    big_endian.read::<f64>(bytes).first().map(|&value| Fill::Float(value))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn fill_values_are_what_they_say() {
        let of = |json: Value, dtype: &str| Fill::of(&json, &Element::of_numpy(&json!(dtype)));
        assert_eq!(of(json!(null), "<f4"), Some(Fill::Signed(0)));
        assert_eq!(of(json!(0.1), "<f4"), Some(Fill::Float(f64::from(0.1_f32))));
        assert_eq!(of(json!(0.1), "<f8"), Some(Fill::Float(0.1)));
        assert_eq!(of(json!(-1), "<i4"), Some(Fill::Signed(-1)));
        assert_eq!(of(json!(u64::MAX), "<u8"), Some(Fill::Unsigned(u64::MAX)));
        assert_eq!(of(json!(true), "|b1"), Some(Fill::Signed(1)));
        assert_eq!(of(json!("-Infinity"), "<f8"), Some(Fill::Float(f64::NEG_INFINITY)));
        assert_eq!(of(json!("0x3f800000"), "<f4"), Some(Fill::Float(1.0)));
        assert_eq!(of(json!("0x3c00"), "<f2"), Some(Fill::Float(1.0)));
        assert!(of(json!("NaN"), "<f8").unwrap().to_number::<f64>().is_nan());
        for (json, dtype) in
            [(json!("NaN"), "<i4"), (json!(0.5), "<i4"), (json!([]), "<i4"), (json!("0x"), "<f4")]
        {
            assert_eq!(of(json, dtype), None);
        }
        assert_eq!(Fill::of(&json!("no"), &Element::Text), Some(Fill::Text("no".into())));
        assert_eq!(Fill::of(&json!(0), &Element::Text), Some(Fill::Text(String::new())));
        assert_eq!(Fill::Float(2.0).to_number::<u32>(), 2);
        assert_eq!(Fill::Text("a".into()).to_text(), "a");
    }
}
