//! Text of loom 2: ASCII, with the rest as XML entities.

use crate::frame::Column;

/// Undoes the entities in a column of text.
pub(super) fn unescaped(column: Column) -> Column {
    match column {
        Column::Strings(values) => {
            Column::Strings(values.into_iter().map(|value| value.map(|text| unescape(&text))).collect())
        }
        other => other,
    }
}

/// Replaces `&#955;`, `&#x3bb;` and the five names that XML has; what is no entity stays as it is.
fn unescape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find('&') {
        out.push_str(&rest[..start]);
        rest = &rest[start..];
        let decoded = rest.find(';').and_then(|end| Some((entity(rest.get(1..end)?)?, end + 1)));
        let length = if let Some((character, length)) = decoded {
            out.push(character);
            length
        } else {
            out.push('&');
            1
        };
        rest = &rest[length..];
    }
    out.push_str(rest);
    out
}

fn entity(name: &str) -> Option<char> {
    if let Some(number) = name.strip_prefix('#') {
        let code = match number.strip_prefix(['x', 'X']) {
            Some(hex) => u32::from_str_radix(hex, 16),
            None => number.parse(),
        };
        return char::from_u32(code.ok()?);
    }
    Some(match name {
        "amp" => '&',
        "lt" => '<',
        "gt" => '>',
        "quot" => '"',
        "apos" => '\'',
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entities_become_characters_and_all_else_stays() {
        for (text, expected) in [
            ("&#947;&#x3B4; T", "γδ T"),
            ("B &amp; T &lt;1&gt;", "B & T <1>"),
            ("a & b; c", "a & b; c"),
            ("&#99999999;&none;&", "&#99999999;&none;&"),
            ("&&amp;", "&&"),
            ("µ&µ;", "µ&µ;"),
        ] {
            assert_eq!(unescape(text), expected);
        }
    }
}
