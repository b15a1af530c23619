//! Numbers as text.

/// What a field says.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Field {
    /// A finite number.
    Number(f32),
    /// Nothing, or one of the words for it.
    Missing,
    /// Anything else.
    Text,
}

use crate::frame::MISSING_WORDS;

/// Reads a field; blanks around a number do not matter.
pub(super) fn read(field: &[u8]) -> Field {
    if let Some(count) = small_count(field) {
        return Field::Number(count);
    }
    let field = field.trim_ascii();
    match fast_float2::parse::<f32, _>(field) {
        Ok(number) if number.is_finite() => Field::Number(number),
        _ if is_missing(field) => Field::Missing,
        _ => Field::Text,
    }
}

fn is_missing(field: &[u8]) -> bool {
    MISSING_WORDS.iter().any(|word| field == word.as_bytes())
}

/// Up to seven digits, which `f32` holds exactly: most values of most tables.
fn small_count(field: &[u8]) -> Option<f32> {
    if field.is_empty() || field.len() > 7 {
        return None;
    }
    let mut count = 0_u32;
    for byte in field {
        let digit = byte.wrapping_sub(b'0');
        if digit > 9 {
            return None;
        }
        count = count * 10 + u32::from(digit);
    }
    Some(count as f32)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_as_f32_rounds_them() {
        for text in ["0", "7", "9999999", "16777217", "0.1", "-2.5e-3", "1e-45", "3.4028235e38", "+4", "1."] {
            assert_eq!(read(text.as_bytes()), Field::Number(text.parse().unwrap()), "{text}");
        }
        assert_eq!(read(b" 12 "), Field::Number(12.0));
    }

    #[test]
    fn what_is_missing_is_no_number_and_no_text() {
        for text in ["", " ", "NA", "nan", "NaN", "N/A", "null"] {
            assert_eq!(read(text.as_bytes()), Field::Missing, "{text}");
        }
        for text in ["inf", "-Infinity", "1e39", "1,5", "T cell", "0x10", "1 2", "\0", "none"] {
            assert_eq!(read(text.as_bytes()), Field::Text, "{text}");
        }
    }
}
