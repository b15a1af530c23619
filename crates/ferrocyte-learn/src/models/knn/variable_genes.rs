//! Which genes vary among the cells.

use crate::labelled_cells::LabelledCells;
use crate::models::train::FitError;

/// Columns, increasing, of the `wanted` genes with the largest variance; genes that do not vary are none of them.
pub(super) fn most_variable(data: &LabelledCells<'_>, wanted: usize) -> Result<Vec<u32>, FitError> {
    let n_genes = data.n_genes();
    let (mut sums, mut squares, mut total) = (vec![0.0; n_genes], vec![0.0; n_genes], 0.0);
    data.cells().for_each_cell(|cell, values| {
        let weight = data.weight(cell);
        total += weight;
        for (gene, value) in values.iter() {
            let (gene, value) = (gene as usize, f64::from(value));
            sums[gene] += weight * value;
            squares[gene] += weight * value * value;
        }
    })?;
    let mut genes: Vec<(f64, u32)> = (0..n_genes as u32)
        .map(|gene| {
            let mean = sums[gene as usize] / total;
            let square = squares[gene as usize] / total;
            let variance = square - mean * mean;
            // What is left of the squares of a constant is rounding.
            (if variance > 1e-9 * square { variance } else { 0.0 }, gene)
        })
        .filter(|&(variance, _)| variance > 0.0)
        .collect();
    // Ties in column order, so that the choice has no chance in it.
    genes.sort_unstable_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
    genes.truncate(wanted);
    let mut genes: Vec<u32> = genes.into_iter().map(|(_, gene)| gene).collect();
    genes.sort_unstable();
    Ok(genes)
}

#[cfg(test)]
mod tests {
    use ferrocyte_core::{Block, Labels};

    use super::*;

    #[test]
    fn what_varies_more_comes_first_and_constants_never() {
        let cells = Block::new(
            4,
            vec![0, 3, 5, 8],
            vec![0, 1, 3, 1, 3, 0, 1, 2],
            vec![1.0, 0.3, 2.0, 0.3, 1.0, 1.0, 0.3, 5.0],
        )
        .unwrap();
        let labels = Labels::from_names(&["a", "b", "a"]);
        let data = LabelledCells::new(&cells, &labels).unwrap();
        assert_eq!(most_variable(&data, 1).unwrap(), [2]);
        assert_eq!(most_variable(&data, 2).unwrap(), [2, 3]);
        assert_eq!(most_variable(&data, 9).unwrap(), [0, 2, 3]);
    }
}
