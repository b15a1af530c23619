//! How much the cells of rare labels count.

use serde::{Deserialize, Serialize};

use crate::labelled_cells::LabelledCells;

/// How much the cells of rare labels count in training.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Balance {
    /// Every cell counts the same.
    None,
    /// A cell counts in proportion to `1 / √(cells of its label)`: half-way to [`Full`](Self::Full).
    #[default]
    Sqrt,
    /// A cell counts in proportion to `1 / cells of its label`: every label counts the same, however rare
    /// (scikit-learn's `class_weight="balanced"`).
    Full,
}

impl Balance {
    /// How much each cell counts, with a mean of 1 over all cells, in cell order.
    pub(super) fn cell_weights(self, data: &LabelledCells<'_>) -> Vec<f64> {
        let factor: Vec<f64> = data
            .weight_per_label()
            .into_iter()
            .map(|weight| match self {
                Self::Sqrt if weight > 0.0 => weight.sqrt().recip(),
                Self::Full if weight > 0.0 => weight.recip(),
                _ => 1.0,
            })
            .collect();
        let mut weights: Vec<f64> = data
            .labels()
            .codes()
            .enumerate()
            .map(|(cell, label)| data.weight(cell) * factor[label])
            .collect();
        let scale = weights.len() as f64 / weights.iter().sum::<f64>();
        for weight in &mut weights {
            *weight *= scale;
        }
        weights
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ferrocyte_core::{Block, Labels};

    #[test]
    fn rare_labels_count_more_and_the_mean_is_one() {
        let cells = Block::new(1, vec![0; 6], vec![], vec![]).unwrap();
        let labels = Labels::from_names(&["a", "a", "b", "a", "a"]);
        let data = LabelledCells::new(&cells, &labels).unwrap();
        assert_eq!(Balance::None.cell_weights(&data), [1.0; 5]);
        // scikit-learn: n / (n_labels * n_of_label) = 5/8 and 5/2
        assert_eq!(Balance::Full.cell_weights(&data), [0.625, 0.625, 2.5, 0.625, 0.625]);
        let sqrt = Balance::Sqrt.cell_weights(&data);
        assert!((sqrt[2] / sqrt[0] - 2.0).abs() < 1e-12 && (sqrt.iter().sum::<f64>() - 5.0).abs() < 1e-12);
    }
}
