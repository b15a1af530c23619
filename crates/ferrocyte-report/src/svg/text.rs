//! How wide text will be, roughly: SVG does not wrap or cut, and there is no font to ask.

use std::borrow::Cow;

/// Estimated width of a text at font size 1. Errs on the wide side for the usual system fonts.
pub(crate) fn width(text: &str) -> f64 {
    text.chars().map(advance).sum()
}

fn advance(c: char) -> f64 {
    match c {
        'i' | 'j' | 'l' | '.' | ',' | '\'' | ':' | ';' | '|' | '!' | ' ' | 'f' | 't' | 'r' | '(' | ')' => {
            0.36
        }
        'm' | 'w' | 'M' | 'W' | '@' | '%' => 0.92,
        'A'..='Z' => 0.70,
        '\u{300}'..='\u{36f}' | '\u{200b}'..='\u{200f}' => 0.0,
        // From here on: Chinese, Japanese, Korean, emoji.
        '\u{2e80}'.. => 1.05,
        _ => 0.60,
    }
}

/// The text, or its beginning and end around an ellipsis where it would be wider than `limit` at `font_size`.
///
/// The end stays because it is where long names differ: `CD8-positive, alpha-beta … T cell`.
pub(crate) fn fitted(text: &str, font_size: f64, limit: f64) -> Cow<'_, str> {
    if width(text) * font_size <= limit {
        return Cow::Borrowed(text);
    }
    let half = (limit / font_size - width("…")) / 2.0;
    let start: String = within(text.chars(), half).collect();
    let mut end: Vec<char> = within(text.chars().rev(), half).collect();
    end.reverse();
    let end: String = end.into_iter().collect();
    Cow::Owned(format!("{}…{}", start.trim_end(), end.trim_start()))
}

/// The first letters that fit into `room` at font size 1.
fn within(letters: impl Iterator<Item = char>, room: f64) -> impl Iterator<Item = char> {
    let mut used = 0.0;
    letters.take_while(move |&c| {
        used += advance(c);
        used <= room
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_names_are_cut_and_say_so() {
        assert_eq!(fitted("B cells", 10.0, 100.0), "B cells");
        let cut = fitted("CD8-positive, alpha-beta memory T cell", 10.0, 100.0);
        assert!(width(&cut) * 10.0 <= 100.0, "{cut}");
        assert!(cut.starts_with("CD8-") && cut.contains('…') && cut.ends_with("T cell"), "{cut}");
        assert_eq!(fitted("abc", 10.0, 0.0), "…");
        assert!(width("细胞") > width("ab"));
    }
}
