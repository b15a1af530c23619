//! Text as the first pickles wrote it: on a line, with backslashes.

/// Undoes `raw-unicode-escape`: Latin-1, with `\u` before four hexadecimal digits and `\U` before eight.
pub(super) fn unescape_unicode(line: &[u8]) -> Option<String> {
    let mut text = String::with_capacity(line.len());
    let mut rest = line;
    while let Some((&byte, after)) = rest.split_first() {
        let digits = match (byte, after.first()) {
            (b'\\', Some(b'u')) => 4,
            (b'\\', Some(b'U')) => 8,
            _ => {
                text.push(char::from(byte));
                rest = after;
                continue;
            }
        };
        let hex = std::str::from_utf8(after.get(1..=digits)?).ok()?;
        text.push(char::from_u32(u32::from_str_radix(hex, 16).ok()?)?);
        rest = &after[1 + digits..];
    }
    Some(text)
}

/// Undoes the `repr` of Python 2: quotes around, backslashes within.
pub(super) fn unescape_bytes(line: &[u8]) -> Option<Vec<u8>> {
    let (&quote, inside) = line.split_first()?;
    let (&last, inside) = inside.split_last()?;
    if quote != last || !matches!(quote, b'\'' | b'"') {
        return None;
    }
    let mut bytes = Vec::with_capacity(inside.len());
    let mut rest = inside.iter().copied();
    while let Some(byte) = rest.next() {
        if byte != b'\\' {
            bytes.push(byte);
            continue;
        }
        bytes.push(match rest.next()? {
            b'n' => b'\n',
            b'r' => b'\r',
            b't' => b'\t',
            b'x' => {
                let digit = |byte: u8| char::from(byte).to_digit(16);
                let (high, low) = (digit(rest.next()?)?, digit(rest.next()?)?);
                (high * 16 + low) as u8
            }
            same @ (b'\\' | b'\'' | b'"') => same,
            _ => return None,
        });
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_are_undone() {
        assert_eq!(unescape_unicode(b"a\\u00e9\xe9\\n").as_deref(), Some("aéé\\n"));
        assert_eq!(unescape_unicode(b"\\ud800"), None);
        assert_eq!(unescape_unicode(b"\\u00"), None);
        assert_eq!(unescape_bytes(b"'\\x00\\n\\\\\\'q'").as_deref(), Some(b"\0\n\\'q".as_slice()));
        for wrong in [b"".as_slice(), b"'", b"'a\"", b"'\\x0'", b"'\\q'"] {
            assert_eq!(unescape_bytes(wrong), None);
        }
    }
}
