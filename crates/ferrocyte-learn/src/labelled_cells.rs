//! Cells with the labels they were given: what a model learns from.

use std::borrow::Cow;
use std::ops::RangeInclusive;

use ferrocyte_core::{Block, CellStore, Labels, LogNorm};

use crate::cell_parts::CellParts;
use crate::models::FitError;

/// Largest value that a log-normalised cell can hold, `ln(1 + f32::MAX)` = 88.72, with room for rounding.
pub(crate) const LARGEST_VALUE: f32 = 88.75;

/// Weights that a cell can have, beside 0; sums and ratios of these are never near the limits of `f64`.
const WEIGHTS: RangeInclusive<f64> = 1e-12..=1e12;

/// Cells with the labels they were given, and how much each cell counts.
///
/// At least two labels have a cell. A label of the set without any cell stays in the set: models leave it out.
#[derive(Debug, Clone)]
pub struct LabelledCells<'a> {
    cells: CellParts<'a>,
    labels: &'a Labels,
    weights: Option<Vec<f64>>, // 0 or in WEIGHTS, one per cell
}

impl<'a> LabelledCells<'a> {
    /// Takes one label per cell; every cell counts the same.
    ///
    /// # Errors
    /// When the lengths differ, there are no cells or fewer than two labels among them, or a value is larger
    /// than any logarithm of counts.
    pub fn new(cells: &'a Block<LogNorm>, labels: &'a Labels) -> Result<Self, LabelledCellsError> {
        Self::checked(cells, labels, None)
    }

    /// As [`new`](Self::new), of cells that may lie elsewhere than in memory. Those are not read here; a value that is larger than
    /// any logarithm of counts is an error of the one who reads it.
    ///
    /// # Errors
    /// As for [`new`](Self::new).
    pub fn of_store(cells: &'a dyn CellStore, labels: &'a Labels) -> Result<Self, LabelledCellsError> {
        Self::checked(cells, labels, None)
    }

    /// As [`new`](Self::new), where cell `i` counts `weights[i]` times; 0 leaves a cell out.
    ///
    /// # Errors
    /// As for [`new`](Self::new), counting only cells with a weight; and when a weight is neither 0 nor from
    /// 1e-12 to 1e12.
    pub fn with_weights(
        cells: &'a Block<LogNorm>,
        labels: &'a Labels,
        weights: Vec<f64>,
    ) -> Result<Self, LabelledCellsError> {
        Self::of_store_with_weights(cells, labels, weights)
    }

    /// As [`with_weights`](Self::with_weights), of cells that may lie elsewhere than in memory.
    ///
    /// # Errors
    /// As for [`with_weights`](Self::with_weights).
    pub fn of_store_with_weights(
        cells: &'a dyn CellStore,
        labels: &'a Labels,
        weights: Vec<f64>,
    ) -> Result<Self, LabelledCellsError> {
        if weights.len() != cells.n_cells() {
            return Err(LabelledCellsError::Weights { cells: cells.n_cells(), weights: weights.len() });
        }
        if let Some(cell) = weights.iter().position(|weight| *weight != 0.0 && !WEIGHTS.contains(weight)) {
            return Err(LabelledCellsError::Weight { cell, found: weights[cell] });
        }
        Self::checked(cells, labels, Some(weights))
    }

    fn checked(
        cells: &'a dyn CellStore,
        labels: &'a Labels,
        weights: Option<Vec<f64>>,
    ) -> Result<Self, LabelledCellsError> {
        if cells.n_cells() != labels.len() {
            return Err(LabelledCellsError::Lengths { cells: cells.n_cells(), labels: labels.len() });
        }
        if cells.n_cells() == 0 {
            return Err(LabelledCellsError::NoCells);
        }
        if let Some((cell, found)) = cells.in_memory().and_then(too_large) {
            return Err(LabelledCellsError::Value { cell, found });
        }
        let labelled = Self { cells: CellParts::of(cells), labels, weights };
        let per_label = labelled.weight_per_label();
        let mut present = (0..per_label.len()).filter(|&label| per_label[label] > 0.0);
        match (present.next(), present.next()) {
            (Some(_), Some(_)) => Ok(labelled),
            (Some(only), None) => {
                Err(LabelledCellsError::OneLabel { label: labels.set().name(only).to_owned() })
            }
            _ => Err(LabelledCellsError::NoWeight),
        }
    }

    /// The cells, part by part.
    pub(crate) fn cells(&self) -> CellParts<'a> {
        self.cells
    }

    /// Number of cells.
    pub fn n_cells(&self) -> usize {
        self.cells.n_cells()
    }

    /// Number of genes (columns).
    pub fn n_genes(&self) -> usize {
        self.cells.n_genes()
    }

    /// All cells in memory: in place where they are there, else read.
    ///
    /// # Errors
    /// When they cannot be read, or a value is larger than any logarithm of counts.
    pub fn whole(&self) -> Result<Cow<'a, Block<LogNorm>>, FitError> {
        self.cells.whole()
    }

    /// The same labels and weights on cells that were read: what [`whole`](Self::whole) gave.
    pub(crate) fn on<'b>(&'b self, cells: &'b Block<LogNorm>) -> LabelledCells<'b> {
        LabelledCells { cells: CellParts::of(cells), labels: self.labels, weights: self.weights.clone() }
    }

    /// The label of each cell.
    pub fn labels(&self) -> &'a Labels {
        self.labels
    }

    /// How much a cell counts; 1 where nobody said otherwise.
    ///
    /// # Panics
    /// When `cell` is not below the number of cells.
    pub fn weight(&self, cell: usize) -> f64 {
        assert!(cell < self.cells.n_cells(), "no cell {cell}");
        self.weights.as_ref().map_or(1.0, |weights| weights[cell])
    }

    /// Weight of all cells of each label, in code order; 0 for a label that no cell has.
    pub fn weight_per_label(&self) -> Vec<f64> {
        let mut sums = vec![0.0; self.labels.set().len()];
        for (cell, label) in self.labels.codes().enumerate() {
            sums[label] += self.weight(cell);
        }
        sums
    }
}

/// The first cell that holds a value no logarithm of counts can have, and the value.
pub(crate) fn too_large(cells: &Block<LogNorm>) -> Option<(usize, f32)> {
    let (row_ptr, _, values) = cells.as_csr();
    // Counted to the end: without a branch per value the compiler checks many at once.
    if values.iter().filter(|&&value| value > LARGEST_VALUE).count() == 0 {
        return None;
    }
    let position = values.iter().position(|&value| value > LARGEST_VALUE)?;
    Some((row_ptr.partition_point(|&start| start <= position) - 1, values[position]))
}

/// Why cells and labels cannot be learned from.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum LabelledCellsError {
    /// Not one label per cell.
    #[error("{cells} cells but {labels} labels")]
    Lengths {
        /// Number of cells.
        cells: usize,
        /// Number of labels.
        labels: usize,
    },
    /// Not one weight per cell.
    #[error("{cells} cells but {weights} weights")]
    Weights {
        /// Number of cells.
        cells: usize,
        /// Number of weights.
        weights: usize,
    },
    /// A weight that makes no sense.
    #[error("cell {cell}: expected a weight of 0 or from 1e-12 to 1e12, found {found}")]
    Weight {
        /// Position of the cell.
        cell: usize,
        /// The weight.
        found: f64,
    },
    /// A value that is not a logarithm of counts.
    #[error("cell {cell}: {found} is not a log-normalised value, which is at most {LARGEST_VALUE}")]
    Value {
        /// Position of the cell.
        cell: usize,
        /// The value.
        found: f32,
    },
    /// Nothing to learn from.
    #[error("there are no cells to learn from")]
    NoCells,
    /// Nothing that counts.
    #[error("no cell has a weight above zero")]
    NoWeight,
    /// Nothing to tell apart.
    #[error("every cell has the label `{label}`; at least two labels are needed to tell apart")]
    OneLabel {
        /// The label.
        label: String,
    },
}

#[cfg(test)]
mod tests {
    use super::*;
    use ferrocyte_core::LabelSet;

    fn cells(values: &[f32]) -> Block<LogNorm> {
        let row_ptr = (0..=values.len()).collect();
        Block::new(1, row_ptr, vec![0; values.len()], values.to_vec()).unwrap()
    }

    #[test]
    fn what_cannot_be_learned_from_is_refused() {
        let two = cells(&[1.0, 2.0]);
        let labels = Labels::from_names(&["a", "b"]);
        assert!(LabelledCells::new(&two, &labels).is_ok());
        let error = |cells: &_, labels: &_| LabelledCells::new(cells, labels).unwrap_err().to_string();
        assert_eq!(error(&cells(&[1.0]), &labels), "1 cells but 2 labels");
        assert_eq!(error(&cells(&[]), &Labels::from_names::<&str>(&[])), "there are no cells to learn from");
        assert!(error(&two, &Labels::from_names(&["a", "a"])).starts_with("every cell has the label `a`"));
        assert!(error(&cells(&[1.0, 90.0]), &labels).starts_with("cell 1: 90 is not a log-normalised value"));
    }

    #[test]
    fn a_label_without_weight_is_a_label_without_cells() {
        let three = cells(&[1.0, 2.0, 3.0]);
        let set = LabelSet::new(["a", "b", "c", "d"].map(String::from));
        let labels = Labels::from_codes(set, &[0, 1, 3]).unwrap();
        let labelled = LabelledCells::with_weights(&three, &labels, vec![1.0, 0.0, 2.0]).unwrap();
        assert_eq!(labelled.weight_per_label(), [1.0, 0.0, 0.0, 2.0]);
        assert!(matches!(
            LabelledCells::with_weights(&three, &labels, vec![1.0, 0.0, 0.0]),
            Err(LabelledCellsError::OneLabel { .. })
        ));
        assert!(matches!(
            LabelledCells::with_weights(&three, &labels, vec![0.0; 3]),
            Err(LabelledCellsError::NoWeight)
        ));
        assert!(matches!(
            LabelledCells::with_weights(&three, &labels, vec![1.0, f64::NAN, 0.0]),
            Err(LabelledCellsError::Weight { cell: 1, .. })
        ));
    }
}
