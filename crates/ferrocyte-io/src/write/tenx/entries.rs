//! Entries of a matrix as text.

use std::io::Write;

use ferrocyte_core::Cell;

/// Whole numbers from here on are written as others are: not every reader's integers go further.
const LARGEST_WHOLE: f32 = 2_147_483_648.0; // 2^31

/// Turns cells into lines, and notices whether every value is whole.
#[derive(Debug)]
pub(super) struct Entries {
    pub(super) all_whole: bool,
    lines: Vec<u8>,
}

impl Default for Entries {
    fn default() -> Self {
        Self { all_whole: true, lines: Vec::new() }
    }
}

impl Entries {
    /// `GENE CELL VALUE` for each value of a cell, counted from 1.
    pub(super) fn lines(&mut self, cell: usize, values: Cell<'_>) -> &[u8] {
        self.lines.clear();
        let mut middle = vec![b' '];
        push_whole(&mut middle, cell as u64 + 1);
        middle.push(b' ');
        for (gene, value) in values.iter() {
            push_whole(&mut self.lines, u64::from(gene) + 1);
            self.lines.extend_from_slice(&middle);
            if value.fract() == 0.0 && value.abs() < LARGEST_WHOLE {
                if value < 0.0 {
                    self.lines.push(b'-');
                }
                push_whole(&mut self.lines, value.abs() as u64);
            } else {
                self.all_whole = false;
                // The shortest text that reads back as the same number; writing to memory does not fail.
                let _ = write!(self.lines, "{value:?}");
            }
            self.lines.push(b'\n');
        }
        &self.lines
    }
}

/// Decimal digits; a third of the time that `write!` takes, and there are three for each value of the matrix.
fn push_whole(text: &mut Vec<u8>, mut number: u64) {
    let start = text.len();
    loop {
        text.push(b'0' + (number % 10) as u8);
        number /= 10;
        if number == 0 {
            break;
        }
    }
    text[start..].reverse();
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(values: &[f32]) -> (String, bool) {
        let genes: Vec<u32> = (8..).take(values.len()).collect();
        let mut entries = Entries::default();
        let text = entries.lines(99, Cell { genes: &genes, values }).to_vec();
        (String::from_utf8(text).unwrap(), entries.all_whole)
    }

    #[test]
    fn whole_numbers_are_written_as_such() {
        assert_eq!(
            lines(&[3.0, 16_777_216.0, -10.0]),
            ("9 100 3\n10 100 16777216\n11 100 -10\n".into(), true)
        );
        assert_eq!(lines(&[0.1, 2.0]), ("9 100 0.1\n10 100 2\n".into(), false));
        assert_eq!(lines(&[1e20]), ("9 100 1e20\n".into(), false));
        assert_eq!(lines(&[]), (String::new(), true));
    }
}
