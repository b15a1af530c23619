//! `--label-from-name 'healthy|ra|sle'`: the label of a file's cells stands in its name.

use std::fmt;
use std::str::FromStr;

/// Labels of which exactly one stands in the name of each file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LabelFromName {
    alternatives: Vec<String>,
}

impl LabelFromName {
    /// The label that a file name says, as it was written in the option. Capitals do not matter. A label that
    /// stands in the name as a word of its own (`ra` in `GSE1_RA.tsv`) goes before one that is only a part of a word
    /// (`ra` in `brain.tsv`).
    ///
    /// # Errors
    /// When no label stands in the name, or several do.
    pub fn label_of(&self, file_name: &str) -> Result<&str, NameError> {
        let name = file_name.to_lowercase();
        let matching = |as_word: bool| -> Vec<&str> {
            self.alternatives
                .iter()
                .map(String::as_str)
                .filter(|label| stands_in(label, &name, as_word))
                .collect()
        };
        let words = matching(true);
        let found = if words.is_empty() { matching(false) } else { words };
        match found.as_slice() {
            [label] => Ok(label),
            [] => Err(NameError::None { file: file_name.to_owned(), expected: self.to_string() }),
            several => Err(NameError::Several { file: file_name.to_owned(), found: several.join("`, `") }),
        }
    }
}

/// Whether a label stands in a name (in small letters): anywhere, or with no letter beside it.
fn stands_in(label: &str, name: &str, as_word: bool) -> bool {
    let label = label.to_lowercase();
    name.match_indices(&label).any(|(at, _)| {
        let letter = |next: Option<char>| next.is_some_and(char::is_alphabetic);
        !as_word
            || !(letter(name[..at].chars().next_back()) || letter(name[at + label.len()..].chars().next()))
    })
}

impl FromStr for LabelFromName {
    type Err = LabelFromNameError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let alternatives: Vec<String> = text.split('|').map(|label| label.trim().to_owned()).collect();
        if alternatives.iter().any(String::is_empty) {
            return Err(LabelFromNameError { found: text.to_owned() });
        }
        Ok(Self { alternatives })
    }
}

impl fmt::Display for LabelFromName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.alternatives.join("|"))
    }
}

/// A list of labels that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("expected labels divided by `|`, as in `healthy|ra|sle`, found `{found}`")]
pub struct LabelFromNameError {
    found: String,
}

/// A name does not say one label.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NameError {
    /// No label stands in it.
    #[error(
        "expected one of `{expected}` in the file name `{file}`, found none; write `{file}=LABEL` instead"
    )]
    None {
        /// The file name.
        file: String,
        /// The labels.
        expected: String,
    },
    /// Several labels stand in it.
    #[error("expected one label in the file name `{file}`, found `{found}`; write `{file}=LABEL` instead")]
    Several {
        /// The file name.
        file: String,
        /// The labels in it.
        found: String,
    },
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_label_stands_in_a_name() {
        let labels: LabelFromName = "Healthy|ra|SLE".parse().unwrap();
        for (name, label) in [
            ("healthy.tsv", "Healthy"),
            ("GSE1_RA.csv.gz", "ra"),
            ("brain_sle.tsv", "SLE"), // `ra` is only a part of `brain`
            ("HealthyControls.tsv", "Healthy"),
            ("ra12", "ra"),
        ] {
            assert_eq!(labels.label_of(name), Ok(label), "{name}");
        }
    }

    #[test]
    fn no_label_and_two_labels_are_refused() {
        let labels: LabelFromName = "healthy|ra|sle".parse().unwrap();
        assert_eq!(
            labels.label_of("counts.tsv").unwrap_err().to_string(),
            "expected one of `healthy|ra|sle` in the file name `counts.tsv`, found none; write \
             `counts.tsv=LABEL` instead"
        );
        assert_eq!(
            labels.label_of("ra_vs_sle.tsv").unwrap_err().to_string(),
            "expected one label in the file name `ra_vs_sle.tsv`, found `ra`, `sle`; write \
             `ra_vs_sle.tsv=LABEL` instead"
        );
        for bad in ["", "a||b", "a|"] {
            assert!(bad.parse::<LabelFromName>().is_err(), "`{bad}` names no labels");
        }
    }
}
