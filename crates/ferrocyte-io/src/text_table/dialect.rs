//! How the fields of a text are divided.

use super::fields::Fields;

/// What may divide fields; where two divide the lines into the same number, the first is taken.
const DELIMITERS: [u8; 4] = [b'\t', b',', b';', b' '];

/// Finds the delimiter from the first lines: the one that divides the rows into the most fields, all rows into the
/// same number, the line of column names into as many or one fewer. Where no delimiter divides the lines evenly, the
/// one that divides the first row into the most, so that the ragged line can be named. `None` when nothing divides.
pub(super) fn delimiter(lines: &[&[u8]]) -> Option<u8> {
    let [names, rows @ ..] = lines else { return None };
    let mut best: Option<(bool, usize, u8)> = None;
    for delimiter in DELIMITERS {
        let count = |line: &[u8]| Fields::new(line, delimiter).count_rest().unwrap_or(0);
        let first = rows.first().map_or(0, |row| count(row));
        let header = count(names);
        let even = (header == first || header + 1 == first) && rows.iter().all(|row| count(row) == first);
        if first.max(header) >= 2 && best.is_none_or(|(was_even, most, _)| (even, first) > (was_even, most)) {
            best = Some((even, first, delimiter));
        }
    }
    best.map(|(.., delimiter)| delimiter)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> Option<u8> {
        let lines: Vec<&[u8]> = text.lines().map(str::as_bytes).collect();
        delimiter(&lines)
    }

    #[test]
    fn the_delimiter_divides_all_lines_evenly() {
        assert_eq!(of("id,a,b\nx,1,2\ny,3,4"), Some(b','));
        assert_eq!(of("a\tb\nx\t1\t2"), Some(b'\t'));
        assert_eq!(of("id;a b;c\nx y;1,5;2\nz;1;2"), Some(b';'));
        assert_eq!(of("\"a\" \"b\"\n\"x\" 1 2"), Some(b' '));
        assert_eq!(of("id,\"a;b\",c\nx;y,1,2"), Some(b','));
        assert_eq!(of("id,a,b\nT cell,1,2\nB cell,1,2"), Some(b','));
        assert_eq!(of("id,a,b\nx,1,2\ny,1"), Some(b','));
        assert_eq!(of("a\nb\nc"), None);
        assert_eq!(of(""), None);
    }
}
