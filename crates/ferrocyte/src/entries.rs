//! The entries of a column over the cells that are used: a million of them are a million narrow codes, not texts.

use std::collections::HashMap;

use ferrocyte_core::{LabelSet, Labels};

use crate::label_check::label_of;

/// One entry for each cell, or none.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Entries {
    names: Vec<String>,
    codes: Vec<u32>, // below the number of names, or MISSING
}

const MISSING: u32 = u32::MAX;

/// Takes entries one by one.
#[derive(Debug, Default)]
pub(crate) struct EntriesSoFar {
    entries: Entries,
    code: HashMap<String, u32>, // looked up, never iterated
}

impl EntriesSoFar {
    /// Waits for so many entries.
    pub(crate) fn with_capacity(n: usize) -> Self {
        Self { entries: Entries { names: Vec::new(), codes: Vec::with_capacity(n) }, code: HashMap::new() }
    }

    /// Takes the entry of the next cell.
    pub(crate) fn push(&mut self, entry: Option<&str>) {
        let Self { entries: Entries { names, codes }, code } = self;
        codes.push(match entry {
            None => MISSING,
            Some(entry) => code.get(entry).copied().unwrap_or_else(|| {
                let next = names.len() as u32; // at most one for each cell
                names.push(entry.to_owned());
                code.insert(entry.to_owned(), next);
                next
            }),
        });
    }

    /// Number of different entries so far.
    pub(crate) fn n_names(&self) -> usize {
        self.entries.names.len()
    }

    pub(crate) fn finish(self) -> Entries {
        self.entries
    }
}

impl Entries {
    /// Number of cells.
    pub(crate) fn len(&self) -> usize {
        self.codes.len()
    }

    /// The different entries, in the order in which they first appear.
    pub(crate) fn names(&self) -> &[String] {
        &self.names
    }

    /// The entry of a cell.
    pub(crate) fn get(&self, cell: usize) -> Option<&str> {
        self.names.get(self.codes[cell] as usize).map(String::as_str)
    }

    /// The entries of all cells.
    pub(crate) fn iter(&self) -> impl ExactSizeIterator<Item = Option<&str>> {
        (0..self.len()).map(|cell| self.get(cell))
    }

    /// Something that depends on the entry alone, for each cell.
    pub(crate) fn map<T: Copy>(&self, of: impl Fn(Option<&str>) -> T) -> impl ExactSizeIterator<Item = T> {
        let of_names: Vec<T> = self.names.iter().map(|name| of(Some(name))).collect();
        let of_missing = of(None);
        self.codes.iter().map(move |&code| of_names.get(code as usize).copied().unwrap_or(of_missing))
    }

    /// Those entries only that name something: words for "no value" are missing.
    pub(crate) fn without_words_for_missing(self) -> Self {
        let keep: Vec<bool> = self.names.iter().map(|name| label_of(Some(name)).is_some()).collect();
        let kept = |code: &u32| keep.get(*code as usize).copied().unwrap_or(false);
        Self {
            codes: self.codes.iter().map(|code| if kept(code) { *code } else { MISSING }).collect(),
            ..self
        }
    }

    /// Both entries of each cell as one; missing where either is.
    pub(crate) fn joined(&self, other: &Self) -> Self {
        let mut code = HashMap::new(); // looked up, never iterated
        let mut names = Vec::new();
        let codes = self.codes.iter().zip(&other.codes).map(|(&one, &two)| {
            let (Some(first), Some(second)) = (self.names.get(one as usize), other.names.get(two as usize))
            else {
                return MISSING;
            };
            *code.entry((one, two)).or_insert_with(|| {
                names.push(format!("{first}, {second}"));
                names.len() as u32 - 1
            })
        });
        let codes = codes.collect();
        Self { names, codes }
    }

    /// Labels of some cells, over those that occur among them; a cell without an entry has the empty name.
    pub(crate) fn labels(&self, cells: impl ExactSizeIterator<Item = usize> + Clone) -> Labels {
        let mut occurs = vec![false; self.names.len()];
        let mut missing = false;
        for cell in cells.clone() {
            match occurs.get_mut(self.codes[cell] as usize) {
                Some(occurs) => *occurs = true,
                None => missing = true,
            }
        }
        let names =
            self.names.iter().zip(&occurs).filter(|(_, occurs)| **occurs).map(|(name, _)| name.clone());
        let set = LabelSet::new(names.chain(missing.then(String::new)));
        let of_missing = set.code("").unwrap_or(0);
        let place: Vec<usize> = self.names.iter().map(|name| set.code(name).unwrap_or(of_missing)).collect();
        let code = |cell: usize| place.get(self.codes[cell] as usize).copied().unwrap_or(of_missing);
        Labels::of_known(set, cells.map(code))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(entries: &[Option<&str>]) -> Entries {
        let mut so_far = EntriesSoFar::with_capacity(entries.len());
        for entry in entries {
            so_far.push(*entry);
        }
        so_far.finish()
    }

    #[test]
    fn labels_of_entries_are_those_of_their_names() {
        let entries = of(&[Some("T"), None, Some("B"), Some(""), Some("T"), Some("nan")]);
        assert_eq!(entries.labels(0..6), Labels::from_names(&["T", "", "B", "", "T", "nan"]));
        assert_eq!(entries.labels([2, 4].into_iter()), Labels::from_names(&["B", "T"]));
        assert_eq!(entries.labels(0..0), Labels::from_names::<&str>(&[]));
        let named = entries.without_words_for_missing();
        assert_eq!(named.iter().collect::<Vec<_>>(), [Some("T"), None, Some("B"), None, Some("T"), None]);
        assert_eq!(named.labels(0..6), Labels::from_names(&["T", "", "B", "", "T", ""]));
    }

    #[test]
    fn entries_of_two_columns_are_one_name() {
        let one = of(&[Some("d1"), Some("d1"), None, Some("d2")]);
        let other = of(&[Some("ctrl"), Some("stim"), Some("ctrl"), Some("ctrl")]);
        let both = one.joined(&other);
        let expected = [Some("d1, ctrl"), Some("d1, stim"), None, Some("d2, ctrl")];
        assert_eq!(both.iter().collect::<Vec<_>>(), expected);
        assert_eq!(both.names().len(), 3);
        let donor = both.map(|entry| entry.is_some_and(|entry| entry.starts_with("d1")));
        assert_eq!(donor.collect::<Vec<_>>(), [true, true, false, false]);
    }
}
