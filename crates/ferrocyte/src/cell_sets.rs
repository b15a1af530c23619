//! The prediction sets of a query's cells, as they are written.

use std::collections::BTreeMap;

use ferrocyte_core::LabelSet;
use ferrocyte_learn::conformal::Thresholds;
use ferrocyte_learn::decide::Decision;

/// Between the labels of a set.
const SEPARATOR: &str = "|";

/// The sets that cells have. Cells have few different ones, so each is kept once and told by its number.
pub(crate) struct CellSets {
    thresholds: Thresholds,
    codes: BTreeMap<Vec<usize>, usize>,
    names: Vec<(String, usize)>, // in words, and how many labels
}

impl CellSets {
    pub(crate) fn new(thresholds: Thresholds) -> Self {
        Self { thresholds, codes: BTreeMap::new(), names: Vec::new() }
    }

    /// The number of a cell's set; none where it got no label.
    pub(crate) fn of_cell(&mut self, decision: &Decision, row: &[f64], labels: &LabelSet) -> Option<usize> {
        decision.label.is_ok().then(|| self.code(row, labels))
    }

    fn code(&mut self, row: &[f64], labels: &LabelSet) -> usize {
        let set = self.thresholds.set_of(row);
        if let Some(&known) = self.codes.get(&set) {
            return known;
        }
        let names: Vec<&str> = set.iter().map(|&label| labels.name(label)).collect();
        self.names.push((names.join(SEPARATOR), set.len()));
        self.codes.insert(set, self.names.len() - 1);
        self.names.len() - 1
    }

    /// A set in words, the most probable label first; `None` for an empty one.
    pub(crate) fn name(&self, set: usize) -> Option<&str> {
        let (name, size) = self.names.get(set)?;
        (*size > 0).then_some(name.as_str())
    }

    /// How many labels a set holds.
    pub(crate) fn size(&self, set: usize) -> usize {
        self.names.get(set).map_or(0, |(_, size)| *size)
    }
}
