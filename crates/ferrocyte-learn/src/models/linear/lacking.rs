//! What genes that a query lacks would have added to the scores.

use ferrocyte_core::Cell;

use crate::kernels::weight_rows::WeightRows;

/// What the missing genes add to the scores of a cell:
///
/// ```text
/// min(1, signal of the cell / signal of a typical cell) · Σ over missing genes of typical value · W
/// signal = Σ over genes that are there of value · Σ over labels |W − mean over labels of W|
/// ```
///
/// Taken for zero, they would speak for the labels that are told by what is absent. Taken for what a typical cell has,
/// they would outshout a cell that shows little of anything, as nuclei do: hence the share of the signal.
#[derive(Debug, Clone)]
pub(super) struct Lacking {
    /// What a typical cell would add to the score of each label.
    added: Vec<f64>,
    /// How far each gene moves the labels apart; missing ones too, of which no cell has a value.
    weights: Vec<f64>,
    /// Of a typical cell, from the genes that are there.
    signal: f64,
}

impl Lacking {
    /// `typical` and `found` have an entry for each gene.
    pub(super) fn of(weights: &WeightRows, n_labels: usize, typical: &[f32], found: &[bool]) -> Self {
        let mut added = vec![0.0; n_labels];
        let mut signal = 0.0;
        let mut apart = Vec::with_capacity(found.len());
        for (gene, found) in found.iter().enumerate() {
            let value = f64::from(typical[gene]);
            let weight = |label| f64::from(weights.get(gene, label));
            let mean = (0..n_labels).map(weight).sum::<f64>() / n_labels as f64;
            apart.push((0..n_labels).map(|label| (weight(label) - mean).abs()).sum::<f64>());
            if *found {
                signal += value * apart[gene];
            } else {
                for (label, added) in added.iter_mut().enumerate() {
                    *added += value * weight(label);
                }
            }
        }
        Self { added, weights: apart, signal }
    }

    /// Adds it to the scores of a cell.
    pub(super) fn add(&self, cell: Cell<'_>, scores: &mut [f64]) {
        let signal: f64 =
            cell.iter().map(|(gene, value)| f64::from(value) * self.weights[gene as usize]).sum();
        let share = if signal < self.signal { signal / self.signal } else { 1.0 };
        for (score, added) in scores.iter_mut().zip(&self.added) {
            *score += share * added;
        }
    }
}

#[cfg(test)]
mod tests {
    use ferrocyte_core::{Block, LogNorm};

    use super::*;

    #[test]
    fn missing_genes_add_what_they_do_in_a_typical_cell_or_less() {
        // Two genes for two labels: the first moves them 4 apart, the second is missing.
        let weights = WeightRows::from_rows(2, 2, &[2.0, -2.0, 1.0, 3.0]);
        let lacking = Lacking::of(&weights, 2, &[1.0, 0.5], &[true, false]);
        let cells = Block::<LogNorm>::new(2, vec![0, 1, 2, 2], vec![0, 0], vec![1.5, 0.25]).unwrap();
        for (cell, expected) in [(0, [0.5, 1.5]), (1, [0.125, 0.375]), (2, [0.0, 0.0])] {
            let mut scores = [0.0; 2];
            lacking.add(cells.cell(cell), &mut scores);
            assert_eq!(
                scores, expected,
                "a cell with more signal than a typical one, with a quarter, with none"
            );
        }
    }

    #[test]
    fn without_any_signal_in_a_typical_cell_all_is_added() {
        let weights = WeightRows::from_rows(2, 2, &[0.0, 0.0, 1.0, 3.0]);
        let lacking = Lacking::of(&weights, 2, &[1.0, 1.0], &[true, false]);
        let mut scores = [0.0; 2];
        lacking.add(Cell { genes: &[], values: &[] }, &mut scores);
        assert_eq!(scores, [1.0, 3.0]);
    }
}
