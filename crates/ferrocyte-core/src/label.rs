//! Labels of cells: the names, and one narrow code per cell.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// What a cell is called that got no label, as `CellTypist` does.
pub const UNASSIGNED: &str = "Unassigned";

/// The names that a label can take, sorted, each once. A code is a position in this list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Vec<String>", into = "Vec<String>")]
pub struct LabelSet {
    names: Vec<String>,
}

impl LabelSet {
    /// Sorts the names and keeps each once; sorting makes the codes independent of the order of the cells.
    pub fn new(names: impl IntoIterator<Item = String>) -> Self {
        let mut names: Vec<String> = names.into_iter().collect();
        names.sort_unstable();
        names.dedup();
        Self { names }
    }

    /// The names in code order.
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// Number of labels.
    pub fn len(&self) -> usize {
        self.names.len()
    }

    /// Whether there are no labels.
    pub fn is_empty(&self) -> bool {
        self.names.is_empty()
    }

    /// The name of a code.
    ///
    /// # Panics
    /// When `code` is not below [`len`](Self::len).
    pub fn name(&self, code: usize) -> &str {
        &self.names[code]
    }

    /// The code of a name.
    pub fn code(&self, name: &str) -> Option<usize> {
        self.names.binary_search_by(|known| known.as_str().cmp(name)).ok()
    }
}

impl TryFrom<Vec<String>> for LabelSet {
    type Error = LabelError;

    fn try_from(names: Vec<String>) -> Result<Self, Self::Error> {
        match names.windows(2).find(|pair| pair[0] >= pair[1]) {
            Some(pair) => Err(LabelError::Order { first: pair[0].clone(), second: pair[1].clone() }),
            None => Ok(Self { names }),
        }
    }
}

impl From<LabelSet> for Vec<String> {
    fn from(set: LabelSet) -> Self {
        set.names
    }
}

/// One code per cell, in the narrowest integer that fits: a million cells of 30 types take one megabyte.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LabelCodes {
    /// Up to 256 labels.
    U8(Vec<u8>),
    /// Up to 65,536 labels.
    U16(Vec<u16>),
    /// More.
    U32(Vec<u32>),
}

impl LabelCodes {
    /// Takes the codes in the narrowest integer that holds `n_labels` of them.
    fn narrow(codes: impl Iterator<Item = usize>, n_labels: usize) -> Self {
        if n_labels <= 1 << 8 {
            Self::U8(codes.map(|code| code as u8).collect())
        } else if n_labels <= 1 << 16 {
            Self::U16(codes.map(|code| code as u16).collect())
        } else {
            Self::U32(codes.map(|code| code as u32).collect())
        }
    }

    /// Number of cells.
    pub fn len(&self) -> usize {
        match self {
            Self::U8(codes) => codes.len(),
            Self::U16(codes) => codes.len(),
            Self::U32(codes) => codes.len(),
        }
    }

    /// Whether there are no cells.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The code of a cell.
    ///
    /// # Panics
    /// When `cell` is not below [`len`](Self::len).
    pub fn get(&self, cell: usize) -> usize {
        match self {
            Self::U8(codes) => usize::from(codes[cell]),
            Self::U16(codes) => usize::from(codes[cell]),
            Self::U32(codes) => codes[cell] as usize,
        }
    }
}

/// One label per cell: the set of names and a narrow code for each cell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Labels {
    set: LabelSet,
    codes: LabelCodes,
}

impl Labels {
    /// Takes one name per cell; the set is what occurs.
    pub fn from_names<Name: AsRef<str>>(names: &[Name]) -> Self {
        let set = LabelSet::new(
            names
                .iter()
                .map(AsRef::as_ref)
                .collect::<std::collections::BTreeSet<_>>()
                .into_iter()
                .map(String::from),
        );
        let code: BTreeMap<&str, usize> = set.names.iter().map(String::as_str).zip(0..).collect();
        let codes = LabelCodes::narrow(names.iter().map(|name| code[name.as_ref()]), set.len());
        Self { set, codes }
    }

    /// Takes codes that point into a known set.
    ///
    /// # Errors
    /// When a code is not below the number of labels.
    pub fn from_codes(set: LabelSet, codes: &[usize]) -> Result<Self, LabelError> {
        if let Some(cell) = codes.iter().position(|&code| code >= set.len()) {
            return Err(LabelError::Code { cell, code: codes[cell], n_labels: set.len() });
        }
        let codes = LabelCodes::narrow(codes.iter().copied(), set.len());
        Ok(Self { set, codes })
    }

    /// Takes codes that are known to be below the number of labels.
    ///
    /// # Panics
    /// When one is not.
    pub fn of_known(set: LabelSet, codes: impl Iterator<Item = usize>) -> Self {
        let n_labels = set.len();
        let checked = codes.inspect(|&code| assert!(code < n_labels, "label code {code} of {n_labels}"));
        let codes = LabelCodes::narrow(checked, n_labels);
        Self { set, codes }
    }

    /// The names.
    pub fn set(&self) -> &LabelSet {
        &self.set
    }

    /// Number of cells.
    pub fn len(&self) -> usize {
        self.codes.len()
    }

    /// Whether there are no cells.
    pub fn is_empty(&self) -> bool {
        self.codes.is_empty()
    }

    /// The code of a cell.
    ///
    /// # Panics
    /// When `cell` is not below [`len`](Self::len).
    pub fn code(&self, cell: usize) -> usize {
        self.codes.get(cell)
    }

    /// The name of a cell's label.
    ///
    /// # Panics
    /// When `cell` is not below [`len`](Self::len).
    pub fn name(&self, cell: usize) -> &str {
        self.set.name(self.code(cell))
    }

    /// The codes of all cells, in cell order.
    pub fn codes(&self) -> impl ExactSizeIterator<Item = usize> + '_ {
        (0..self.len()).map(|cell| self.code(cell))
    }

    /// Number of cells of each label, in code order.
    pub fn counts(&self) -> Vec<usize> {
        let mut counts = vec![0; self.set.len()];
        for code in self.codes() {
            counts[code] += 1;
        }
        counts
    }

    /// The same labels over the set of those that occur: codes change where a name goes.
    pub fn over_occurring(&self) -> Self {
        let counts = self.counts();
        let mut place = vec![0; counts.len()];
        let mut names = Vec::new();
        for (code, _) in counts.iter().enumerate().filter(|(_, cells)| **cells > 0) {
            place[code] = names.len();
            names.push(self.set.names[code].clone());
        }
        let codes = LabelCodes::narrow(self.codes().map(|code| place[code]), names.len());
        Self { set: LabelSet { names }, codes }
    }

    /// The labels of the named cells, in the order given, over the **same** set: codes keep their meaning even
    /// where a label no longer occurs.
    ///
    /// # Panics
    /// When an index is not below [`len`](Self::len).
    pub fn select(&self, cells: &[usize]) -> Self {
        let codes = LabelCodes::narrow(cells.iter().map(|&cell| self.code(cell)), self.set.len());
        Self { set: self.set.clone(), codes }
    }
}

/// Why codes and names are not labels.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum LabelError {
    /// Names are not sorted, or repeat.
    #[error("labels must be sorted and each stand once, found `{first}` before `{second}`")]
    Order {
        /// A name.
        first: String,
        /// The name after it.
        second: String,
    },
    /// A code that names nothing.
    #[error("cell {cell}: label code {code} where there are {n_labels} labels")]
    Code {
        /// The cell.
        cell: usize,
        /// The code found.
        code: usize,
        /// Number of labels.
        n_labels: usize,
    },
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_do_not_depend_on_the_order_of_cells() {
        let labels = Labels::from_names(&["T", "B", "T", "NK"]);
        assert_eq!(labels.set().names(), ["B", "NK", "T"]);
        assert_eq!(labels.codes().collect::<Vec<_>>(), [2, 0, 2, 1]);
        assert_eq!(labels.counts(), [1, 1, 2]);
        let some = labels.select(&[0, 3]);
        assert_eq!((some.name(0), some.name(1), some.set().len()), ("T", "NK", 3));
        let occurring = some.over_occurring();
        assert_eq!(occurring, Labels::from_names(&["T", "NK"]));
    }

    #[test]
    fn codes_are_as_narrow_as_they_can_be() {
        let names: Vec<String> = (0..257).map(|i| format!("{i:03}")).collect();
        assert!(matches!(Labels::from_names(&names[..256]).codes, LabelCodes::U8(_)));
        let wide = Labels::from_names(&names);
        assert!(matches!(wide.codes, LabelCodes::U16(_)));
        assert_eq!(wide.name(256), "256");
    }

    #[test]
    fn codes_and_names_that_do_not_fit_are_refused() {
        let set = LabelSet::new(["a".to_owned()]);
        assert!(matches!(Labels::from_codes(set, &[0, 1]), Err(LabelError::Code { cell: 1, .. })));
        assert!(LabelSet::try_from(vec!["b".to_owned(), "a".to_owned()]).is_err());
        assert!(LabelSet::try_from(vec!["a".to_owned(), "a".to_owned()]).is_err());
    }
}
