//! How the numbers of a matrix are read.

use std::fmt;
use std::str::FromStr;

use ferrocyte_core::{LogBase, TargetSum};

/// How the numbers of a matrix are read: what they count, and which logarithm was taken of it.
///
/// Written and parsed as `counts`, `10k`, `cpm` or any total; after a logarithm as `log1p-10k`, `log2-cpm`,
/// `log10-counts`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Reading {
    /// The logarithm of 1 + x that was taken, where one was.
    pub log: Option<LogBase>,
    /// What it was taken of.
    pub of: Amount,
}

/// What the numbers of a cell count.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Amount {
    /// Molecules or reads.
    Counts,
    /// Shares of a total that is the same for every cell: 10,000, a million.
    Total(TargetSum),
    /// Counts times a factor that is unknown and differs from cell to cell.
    Multiples,
}

impl Reading {
    /// Counts as they are.
    pub const COUNTS: Self = Self { log: None, of: Amount::Counts };

    /// What happens to the numbers, for a sentence that begins with the matrix.
    pub(crate) fn in_words(self, target: TargetSum) -> String {
        let goal = grouped(target.get());
        match (self.log, self.of) {
            (None, Amount::Counts) => "counts".to_owned(),
            (Some(base), Amount::Counts) => format!("{base} of counts; the counts are restored"),
            (Some(LogBase::E), Amount::Total(total)) if total == target => {
                format!("log1p of {goal} per cell; used as it is")
            }
            (Some(base), Amount::Total(total)) => {
                format!("{base} of {} per cell; brought to log1p of {goal} per cell", grouped(total.get()))
            }
            (None, Amount::Total(total)) => {
                format!(
                    "{} per cell, no logarithm; brought to log1p of {goal} per cell",
                    grouped(total.get())
                )
            }
            (log, Amount::Multiples) => {
                let of = log.map_or_else(String::new, |base| format!("{base} of "));
                format!(
                    "{of}counts times a factor of each cell; the counts are restored from its smallest value"
                )
            }
        }
    }
}

impl fmt::Display for Reading {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.log {
            None => "",
            Some(LogBase::E) => "log1p-",
            Some(LogBase::Two) => "log2-",
            Some(LogBase::Ten) => "log10-",
        })?;
        match self.of {
            Amount::Counts => f.write_str("counts"),
            Amount::Multiples => f.write_str("multiples"),
            Amount::Total(total) if total.get() == 1e4 => f.write_str("10k"),
            Amount::Total(total) if total.get() == 1e6 => f.write_str("cpm"),
            Amount::Total(total) => write!(f, "{}", total.get()),
        }
    }
}

/// A text that names no scale.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "expected `counts`, `10k`, `cpm` or another total, or one of these after `log1p-`, `log2-` or `log10-`; found `{0}`"
)]
pub struct ReadingError(String);

impl FromStr for Reading {
    type Err = ReadingError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let wrong = || ReadingError(text.to_owned());
        let logs = [("log1p-", LogBase::E), ("log2-", LogBase::Two), ("log10-", LogBase::Ten)];
        let (log, of) = logs
            .into_iter()
            .find_map(|(prefix, base)| Some((Some(base), text.strip_prefix(prefix)?)))
            .unwrap_or((None, text));
        let total = |total: f64| TargetSum::try_from(total).map(Amount::Total).map_err(|_| wrong());
        let of = match of {
            "counts" => Amount::Counts,
            "multiples" => Amount::Multiples,
            "10k" | "cp10k" => total(1e4)?,
            "cpm" | "tpm" => total(1e6)?,
            number => total(number.parse().map_err(|_| wrong())?)?,
        };
        Ok(Self { log, of })
    }
}

/// `10000` as `10,000`; fractions keep a digit.
pub(crate) fn grouped(number: f64) -> String {
    let whole = number.trunc();
    let digits = format!("{whole:.0}");
    let mut text = String::new();
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    let tenths = ((number - whole) * 10.0).round();
    if tenths > 0.0 { format!("{text}.{tenths:.0}") } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_parsed_as_they_are_written() {
        for name in ["counts", "10k", "cpm", "2197.5", "multiples", "log1p-10k", "log2-cpm", "log10-counts"] {
            assert_eq!(name.parse::<Reading>().unwrap().to_string(), name);
        }
        assert_eq!("tpm".parse::<Reading>().unwrap().to_string(), "cpm");
        for name in ["", "log1p", "log3-10k", "log1p-", "-5", "0", "nan", "inf", "Counts"] {
            assert_eq!(name.parse::<Reading>(), Err(ReadingError(name.to_owned())));
        }
    }

    #[test]
    fn the_sentence_says_what_happens() {
        let words = |name: &str| name.parse::<Reading>().unwrap().in_words(TargetSum::CP10K);
        assert_eq!(words("log1p-10k"), "log1p of 10,000 per cell; used as it is");
        assert_eq!(
            words("log2-cpm"),
            "log2(1 + x) of 1,000,000 per cell; brought to log1p of 10,000 per cell"
        );
        assert_eq!(words("2197.5"), "2,197.5 per cell, no logarithm; brought to log1p of 10,000 per cell");
        assert_eq!(words("log1p-counts"), "log1p of counts; the counts are restored");
    }
}
