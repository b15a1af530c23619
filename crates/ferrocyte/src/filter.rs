//! `--where COLUMN=VALUE`: which cells of a file are used.

use std::fmt;
use std::str::FromStr;

/// One condition on a column of obs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Condition {
    /// The column.
    pub column: String,
    /// The value that the cell's entry is compared with, as text.
    pub value: String,
    /// Whether the entry must equal the value, or must not.
    pub equal: bool,
}

impl FromStr for Condition {
    type Err = ConditionError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        // `!=` first: the `=` in it is not the separator.
        let (column, value, equal) = match (text.split_once("!="), text.split_once('=')) {
            (Some((column, value)), Some((before, _))) if column.len() < before.len() => {
                (column, value, false)
            }
            (_, Some((column, value))) => (column, value, true),
            _ => return Err(ConditionError { found: text.to_owned() }),
        };
        if column.trim().is_empty() {
            return Err(ConditionError { found: text.to_owned() });
        }
        Ok(Self { column: column.trim().to_owned(), value: value.trim().to_owned(), equal })
    }
}

impl fmt::Display for Condition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}{}", self.column, if self.equal { "=" } else { "!=" }, self.value)
    }
}

/// A condition that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("expected `COLUMN=VALUE` or `COLUMN!=VALUE`, found `{found}`")]
pub struct ConditionError {
    found: String,
}

/// Conditions that a cell must meet. Conditions on different columns must all hold; of several `=` on one column
/// one must hold, so `donor=A donor=B` means either donor.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter(pub Vec<Condition>);

impl Filter {
    /// Whether every cell passes.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The columns that the conditions name, sorted, each once.
    pub fn columns(&self) -> Vec<&str> {
        let mut columns: Vec<&str> = self.0.iter().map(|condition| condition.column.as_str()).collect();
        columns.sort_unstable();
        columns.dedup();
        columns
    }

    /// Whether a cell with this entry in `column` passes the conditions on `column`. A missing entry equals no
    /// value.
    pub fn accepts(&self, column: &str, entry: Option<&str>) -> bool {
        let mut wanted = self.0.iter().filter(|c| c.column == column && c.equal).peekable();
        let any_wanted = wanted.peek().is_none() || wanted.any(|c| entry == Some(c.value.as_str()));
        let mut unwanted = self.0.iter().filter(|c| c.column == column && !c.equal);
        any_wanted && !unwanted.any(|c| entry == Some(c.value.as_str()))
    }
}

impl fmt::Display for Filter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let conditions: Vec<String> = self.0.iter().map(ToString::to_string).collect();
        f.write_str(&conditions.join(", "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filter(conditions: &[&str]) -> Filter {
        Filter(conditions.iter().map(|text| text.parse().unwrap()).collect())
    }

    #[test]
    fn conditions_are_read_as_written() {
        let condition: Condition = "cell type=CD4+ T=x".parse().unwrap();
        assert_eq!((condition.column.as_str(), condition.value.as_str()), ("cell type", "CD4+ T=x"));
        let condition: Condition = "a=b!=c".parse().unwrap();
        assert_eq!((condition.value.as_str(), condition.equal), ("b!=c", true));
        assert!(!"donor!=1".parse::<Condition>().unwrap().equal);
        for bad in ["", "donor", "=x", "!=x"] {
            assert!(bad.parse::<Condition>().is_err(), "`{bad}` is no condition");
        }
    }

    #[test]
    fn values_of_one_column_are_alternatives() {
        let filter = filter(&["donor=A", "donor=B", "state!=sick"]);
        assert_eq!(filter.columns(), ["donor", "state"]);
        assert!(filter.accepts("donor", Some("B")) && !filter.accepts("donor", Some("C")));
        assert!(!filter.accepts("donor", None));
        assert!(filter.accepts("state", None) && !filter.accepts("state", Some("sick")));
        assert!(filter.accepts("another column", Some("x")));
    }
}
