//! How much each gene varies.

use ferrocyte_core::{Block, LogNorm};

/// Weighted standard deviation of each gene over all cells. The weights have a sum above zero.
pub(in crate::models) fn spread(cells: &Block<LogNorm>, cell_weights: &[f64]) -> Vec<f32> {
    let mut sums = vec![(0.0, 0.0); cells.n_genes()];
    for (cell, weight) in cells.cells().zip(cell_weights) {
        for (gene, x) in cell.iter() {
            let (sum, squares) = &mut sums[gene as usize];
            let weighted = weight * f64::from(x);
            *sum += weighted;
            *squares += weighted * f64::from(x);
        }
    }
    let total: f64 = cell_weights.iter().sum();
    sums.into_iter()
        .map(|(sum, squares)| (squares / total - (sum / total).powi(2)).max(0.0).sqrt() as f32)
        .collect()
}
