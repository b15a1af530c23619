//! A part of the cells of a query, for one of several machines.

use std::fmt;
use std::ops::Range;
use std::str::FromStr;

/// One of several parts of the cells that are used, which are consecutive and as long as each other: `2/8`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shard {
    number: usize,
    of: usize,
}

/// A part that cannot be.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("expected `I/N`, the I-th of N parts with I from 1 to N, found `{found}`")]
pub struct ShardError {
    found: String,
}

impl FromStr for Shard {
    type Err = ShardError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let parse = |(number, of): (&str, &str)| Some((number.parse().ok()?, of.parse().ok()?));
        match text.split_once('/').and_then(parse) {
            Some((number, of)) if (1..=of).contains(&number) => Ok(Self { number, of }),
            _ => Err(ShardError { found: text.to_owned() }),
        }
    }
}

impl fmt::Display for Shard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.number, self.of)
    }
}

impl Shard {
    /// Which of so many cells belong to the part.
    pub(crate) fn cells(self, n_cells: usize) -> Range<usize> {
        // As 128 bits: the product may not fit.
        let end = |number: usize| (n_cells as u128 * number as u128 / self.of as u128) as usize;
        end(self.number - 1)..end(self.number)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_follow_each_other_and_are_as_long_as_each_other() {
        for (n_cells, of) in [(10, 3), (2, 5), (0, 2), (9, 3), (1_000_003, 7)] {
            let mut end = 0;
            for number in 1..=of {
                let shard: Shard = format!("{number}/{of}").parse().unwrap();
                let cells = shard.cells(n_cells);
                assert_eq!(cells.start, end);
                assert!((n_cells / of..=n_cells / of + 1).contains(&cells.len()), "{shard} of {n_cells}");
                end = cells.end;
            }
            assert_eq!(end, n_cells);
        }
    }

    #[test]
    fn what_is_no_part_is_refused() {
        for bad in ["", "1", "0/3", "4/3", "1/0", "a/b", "1/2/3", "-1/2"] {
            let error = bad.parse::<Shard>().unwrap_err();
            assert!(error.to_string().ends_with(&format!("found `{bad}`")), "{error}");
        }
    }
}
