//! Labels as people leave them: missing in words, put off, spelt in two ways.

use std::collections::BTreeMap;

use ferrocyte_core::Warning;
use ferrocyte_io::frame::says_missing;

use crate::hint::list;

/// Words that stand where nobody decided what a cell is, or that it is no cell: compared without capitals, blanks,
/// `-` and `_`.
const DOUBTFUL: &[&str] = &[
    "ambiguous",
    "artefact",
    "artifact",
    "badquality",
    "contamination",
    "debris",
    "discard",
    "doublet",
    "doublets",
    "exclude",
    "filtered",
    "lowquality",
    "misc",
    "multiplet",
    "multiplets",
    "notassigned",
    "other",
    "others",
    "outlier",
    "tbd",
    "unassigned",
    "unclassified",
    "undefined",
    "undetermined",
    "unidentified",
    "unk",
    "unknown",
    "unlabeled",
    "unlabelled",
    "unnamed",
];

/// A label, or `None` where the entry is missing, blank, or a word for "no value".
pub(crate) fn label_of(entry: Option<&str>) -> Option<&str> {
    entry.filter(|entry| !says_missing(entry))
}

/// What is odd about the entries of a column of labels.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct LabelCheck {
    /// Cells without a label: by the word that stands there, sorted; `""` where there is none.
    pub(crate) missing: Vec<(String, usize)>,
    /// Labels that name no kind of cell, with their cells, sorted.
    pub(crate) doubtful: Vec<(String, usize)>,
    /// Labels that differ in capitals, blanks or `_` only, with their cells; the most common first.
    pub(crate) spellings: Vec<Vec<(String, usize)>>,
}

impl LabelCheck {
    /// Looks at every entry.
    pub(crate) fn of<'a>(entries: impl IntoIterator<Item = Option<&'a str>>) -> Self {
        let mut missing = BTreeMap::<&str, usize>::new();
        let mut labels = BTreeMap::<&str, usize>::new();
        for entry in entries {
            match label_of(entry) {
                Some(label) => *labels.entry(label).or_default() += 1,
                None => *missing.entry(entry.unwrap_or_default().trim()).or_default() += 1,
            }
        }
        let mut by_letters = BTreeMap::<String, Vec<(String, usize)>>::new();
        for (label, cells) in &labels {
            by_letters.entry(letters(label, &['_'])).or_default().push(((*label).to_owned(), *cells));
        }
        let mut spellings: Vec<_> = by_letters.into_values().filter(|labels| labels.len() > 1).collect();
        for labels in &mut spellings {
            labels.sort_by_key(|(_, cells)| std::cmp::Reverse(*cells)); // stable: equals stay sorted
        }
        let owned = |(label, cells): (&str, usize)| (label.to_owned(), cells);
        Self {
            missing: missing.into_iter().map(owned).collect(),
            doubtful: labels.into_iter().filter(|(label, _)| is_doubtful(label)).map(owned).collect(),
            spellings,
        }
    }

    /// Cells without a label.
    pub(crate) fn n_missing(&self) -> usize {
        self.missing.iter().map(|(_, cells)| cells).sum()
    }

    /// Which words stand where a label is missing: `` (3 `nan`, 1 blank)``; nothing where only entries are missing.
    pub(crate) fn missing_in_words(&self) -> String {
        if self.missing.iter().all(|(word, _)| word.is_empty()) {
            return String::new();
        }
        let words = self.missing.iter().map(|(word, cells)| match word.as_str() {
            "" => format!("{cells} blank"),
            word => format!("{cells} `{word}`"),
        });
        format!(" ({})", words.collect::<Vec<_>>().join(", "))
    }

    /// What is to be said of the labels that are kept; `place` is where they stand: ``column `cell_type` ``.
    pub(crate) fn warnings(&self, place: &str) -> Vec<Warning> {
        let mut warnings = Vec::new();
        if !self.doubtful.is_empty() {
            let cells: usize = self.doubtful.iter().map(|(_, cells)| cells).sum();
            let names: Vec<String> = self.doubtful.iter().map(|(label, _)| label.clone()).collect();
            let warning = Warning::new(
                "doubtful-labels",
                format!(
                    "{place}: {} {} no kind of cell; {cells} cells have {} and are learnt like any other",
                    list(&names),
                    if names.len() == 1 { "names" } else { "name" },
                    if names.len() == 1 { "it" } else { "them" },
                ),
            );
            warnings.push(match place.strip_prefix("column `").and_then(|rest| rest.strip_suffix('`')) {
                Some(column) => warning.with_hint(format!("leave them out: {}", leave_out(column, &names))),
                None => warning,
            });
        }
        for labels in &self.spellings {
            let both: Vec<String> =
                labels.iter().map(|(label, cells)| format!("`{label}` ({cells} cells)")).collect();
            warnings.push(
                Warning::new(
                    "labels-spelt-alike",
                    format!(
                        "{place}: {} differ only in capitals, blanks or `_`, and are learnt as different labels",
                        both.join(" and ")
                    ),
                )
                .with_hint("give them one spelling in the file"),
            );
        }
        warnings
    }
}

/// The conditions that leave labels out.
pub(crate) fn leave_out(column: &str, labels: &[String]) -> String {
    let conditions: Vec<String> = labels
        .iter()
        .map(|label| format!("--where {}", crate::shell::quoted(&format!("{column}!={label}"))))
        .collect();
    conditions.join(" ")
}

/// The label that differs from this one only in capitals, blanks or `_`.
pub(crate) fn spelt_alike<'a>(label: &str, known: &'a [String]) -> Option<&'a str> {
    let wanted = letters(label, &['_']);
    known.iter().map(String::as_str).find(|known| *known != label && letters(known, &['_']) == wanted)
}

fn is_doubtful(label: &str) -> bool {
    DOUBTFUL.binary_search(&letters(label, &['_', '-']).as_str()).is_ok()
}

/// A label without capitals, blanks and these separators.
fn letters(label: &str, separators: &[char]) -> String {
    label
        .chars()
        .filter(|c| !c.is_whitespace() && !separators.contains(c))
        .flat_map(char::to_lowercase)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_can_be_searched() {
        assert!(DOUBTFUL.windows(2).all(|pair| pair[0] < pair[1]));
    }

    #[test]
    fn every_kind_of_oddness_is_found() {
        let entries = [
            Some("T cell"),
            Some("t_cell"),
            Some("T cell"),
            Some("nan"),
            Some(" "),
            None,
            Some("Low quality"),
            Some("un-known"),
            Some("CD4-"),
            Some("CD4"),
            Some("Unknown 3"),
        ];
        let check = LabelCheck::of(entries);
        assert_eq!((check.n_missing(), check.missing_in_words().as_str()), (3, " (2 blank, 1 `nan`)"));
        assert_eq!(check.doubtful, [("Low quality".to_owned(), 1), ("un-known".to_owned(), 1)]);
        assert_eq!(check.spellings, [vec![("T cell".to_owned(), 2), ("t_cell".to_owned(), 1)]]);
        let warnings = check.warnings("column `type`");
        assert_eq!(
            warnings[0].message,
            "column `type`: `Low quality`, `un-known` name no kind of cell; 2 cells have them and are learnt like any other"
        );
        assert_eq!(
            warnings[0].hint.as_deref(),
            Some("leave them out: --where 'type!=Low quality' --where 'type!=un-known'")
        );
        assert_eq!(
            warnings[1].message,
            "column `type`: `T cell` (2 cells) and `t_cell` (1 cells) differ only in capitals, blanks or `_`, and are \
             learnt as different labels"
        );
    }

    #[test]
    fn plain_labels_are_not_spoken_of() {
        let check = LabelCheck::of([Some("B"), Some("NK"), Some("CD4+ T"), Some("CD4- T"), None]);
        assert_eq!((check.n_missing(), check.missing_in_words().as_str()), (1, ""));
        assert!(check.warnings("column `type`").is_empty());
        assert_eq!(spelt_alike("t cell", &["B".into(), "T cell".into()]), Some("T cell"));
        assert_eq!(spelt_alike("T cell", &["T cell".into()]), None);
    }
}
