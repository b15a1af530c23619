//! The prediction sets of a query's cells, as they are written.

use std::collections::BTreeMap;

use ferrocyte_core::{LabelSet, Scores};
use ferrocyte_learn::conformal::Thresholds;
use ferrocyte_learn::decide::Decision;

/// Between the labels of a set.
const SEPARATOR: &str = "|";

/// One set for each cell. Cells have few different sets, so each is kept once.
pub(crate) struct CellSets {
    thresholds: Thresholds,
    codes: BTreeMap<Vec<usize>, usize>,
    names: Vec<(String, usize)>, // in words, and how many labels
    cells: Vec<Option<usize>>,   // position among the names; none without an answer
}

impl CellSets {
    pub(crate) fn new(thresholds: Thresholds) -> Self {
        Self { thresholds, codes: BTreeMap::new(), names: Vec::new(), cells: Vec::new() }
    }

    /// Adds the cells of a block; one that got no label has no set.
    pub(crate) fn extend(&mut self, decisions: &[Decision], probabilities: &Scores, labels: &LabelSet) {
        for (decision, row) in decisions.iter().zip(probabilities.rows()) {
            let code = decision.label.is_ok().then(|| self.code(row, labels));
            self.cells.push(code);
        }
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

    /// Forgets all cells: they come again.
    pub(crate) fn clear(&mut self) {
        self.cells.clear();
    }

    /// The set of a cell in words, the most probable label first; `None` for an empty one, or a cell without an answer.
    pub(crate) fn of(&self, cell: usize) -> Option<&str> {
        let (name, size) = self.names.get(self.cells.get(cell).copied().flatten()?)?;
        (*size > 0).then_some(name.as_str())
    }

    /// Cells whose set holds 0, 1, 2, ... labels.
    pub(crate) fn sizes(&self) -> Vec<usize> {
        let mut sizes = Vec::new();
        for (_, size) in self.cells.iter().filter_map(|cell| self.names.get((*cell)?)) {
            if sizes.len() <= *size {
                sizes.resize(size + 1, 0);
            }
            sizes[*size] += 1;
        }
        sizes
    }
}
