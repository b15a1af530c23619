//! Sizes as people write them.

use std::fmt;
use std::str::FromStr;

/// A number of bytes, at least one: `2GiB`, `500MB`, `1.5G`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct ByteSize(u64);

/// Units, in lower case. Without `i` and `B` they are those of memory, as most programs take them.
const UNITS: &[(&str, u64)] = &[
    ("b", 1),
    ("k", 1 << 10),
    ("kib", 1 << 10),
    ("kb", 1000),
    ("m", 1 << 20),
    ("mib", 1 << 20),
    ("mb", 1_000_000),
    ("g", 1 << 30),
    ("gib", 1 << 30),
    ("gb", 1_000_000_000),
    ("t", 1 << 40),
    ("tib", 1 << 40),
    ("tb", 1_000_000_000_000),
];

impl ByteSize {
    /// So many bytes.
    pub fn bytes(n: u64) -> Self {
        Self(n)
    }

    /// How many bytes.
    pub fn as_bytes(self) -> u64 {
        self.0
    }
}

impl FromStr for ByteSize {
    type Err = ByteSizeError;

    fn from_str(text: &str) -> Result<Self, ByteSizeError> {
        let wrong = |problem: fn(String) -> ByteSizeError| problem(text.to_owned());
        let trimmed = text.trim();
        let end = trimmed.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(trimmed.len());
        let (number, unit) = trimmed.split_at(end);
        let number: f64 = number.parse().map_err(|_| wrong(ByteSizeError::Number))?;
        let unit = unit.trim().to_ascii_lowercase();
        if unit.is_empty() {
            return Err(wrong(ByteSizeError::NoUnit));
        }
        let Some((_, factor)) = UNITS.iter().find(|(name, _)| *name == unit) else {
            return Err(wrong(ByteSizeError::Unit));
        };
        let bytes = number * *factor as f64;
        if bytes < 1.0 {
            return Err(wrong(ByteSizeError::Nothing));
        }
        Ok(Self(bytes as u64)) // more than there are bytes in any machine becomes the most
    }
}

impl fmt::Display for ByteSize {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bytes = self.0 as f64;
        let units = [("GiB", (1_u64 << 30) as f64), ("MiB", (1_u64 << 20) as f64), ("KiB", 1024.0)];
        match units.iter().find(|(_, size)| bytes >= *size) {
            Some((unit, size)) if bytes / size < 10.0 => write!(f, "{:.1} {unit}", bytes / size),
            Some((unit, size)) => write!(f, "{:.0} {unit}", bytes / size),
            None => write!(f, "{bytes} bytes"),
        }
    }
}

/// Why a text is no size.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ByteSizeError {
    /// It does not start with a number.
    #[error("expected a size such as `2GiB` or `500MB`, found `{0}`")]
    Number(String),
    /// A number alone.
    #[error("expected a size with its unit, such as `2GiB` or `500MB`, found `{0}`")]
    NoUnit(String),
    /// A unit that is none.
    #[error("expected a size in KiB, MiB, GiB or TiB (or KB, MB, GB, TB), found `{0}`")]
    Unit(String),
    /// Less than a byte.
    #[error("expected a size above zero, found `{0}`")]
    Nothing(String),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_read_as_people_write_them() {
        for (text, bytes) in [
            ("2GiB", 2 << 30),
            ("2G", 2 << 30),
            ("2 gib", 2 << 30),
            ("500MB", 500_000_000),
            ("500M", 500 << 20),
            ("1.5k", 1536),
            ("7B", 7),
            ("1TB", 1_000_000_000_000),
        ] {
            assert_eq!(text.parse(), Ok(ByteSize(bytes)), "{text}");
        }
    }

    #[test]
    fn what_is_no_size_is_refused_with_an_example() {
        let error = |text: &str| text.parse::<ByteSize>().unwrap_err();
        assert_eq!(error("many"), ByteSizeError::Number("many".into()));
        assert_eq!(error("-2G"), ByteSizeError::Number("-2G".into()));
        assert_eq!(error("1.2.3G"), ByteSizeError::Number("1.2.3G".into()));
        assert_eq!(error(""), ByteSizeError::Number(String::new()));
        assert_eq!(
            error("2000").to_string(),
            "expected a size with its unit, such as `2GiB` or `500MB`, found `2000`"
        );
        assert_eq!(error("2GX"), ByteSizeError::Unit("2GX".into()));
        assert_eq!(error("0G"), ByteSizeError::Nothing("0G".into()));
    }

    #[test]
    fn sizes_are_shown_with_two_digits() {
        let shown = |text: &str| text.parse::<ByteSize>().unwrap().to_string();
        assert_eq!(
            ["2GiB", "16G", "1500K", "700MiB", "3B"].map(shown),
            ["2.0 GiB", "16 GiB", "1.5 MiB", "700 MiB", "3 bytes"]
        );
    }
}
