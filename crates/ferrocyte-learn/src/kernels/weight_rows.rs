//! A matrix of weights, laid out for [`sum_rows`].

use ferrocyte_core::Cell;

use super::lanes::{LANES, Lanes, tiles};
use super::row_sums::sum_rows;

/// Weights of shape `(n_genes, n_labels)` in tiles of sixteen labels. A tile holds one cache line per gene, so
/// that 13,000 genes of one tile stay in the second-level cache however many labels there are.
#[derive(Debug, Clone)]
pub(crate) struct WeightRows {
    n_labels: usize,
    tiles: Vec<Vec<Lanes>>, // one row per gene in each; padding is zero
}

impl WeightRows {
    /// All zero.
    pub(crate) fn zeros(n_genes: usize, n_labels: usize) -> Self {
        Self { n_labels, tiles: vec![vec![Lanes::ZERO; n_genes]; tiles(n_labels)] }
    }

    /// Takes row-major weights of shape `(n_genes, n_labels)`.
    pub(crate) fn from_rows(n_genes: usize, n_labels: usize, weights: &[f32]) -> Self {
        let mut rows = Self::zeros(n_genes, n_labels);
        for (gene, row) in weights.chunks_exact(n_labels).enumerate() {
            rows.set(gene, row.iter().copied());
        }
        rows
    }

    /// Sets the weights of a gene.
    pub(crate) fn set(&mut self, gene: usize, weights: impl Iterator<Item = f32>) {
        for (label, weight) in weights.enumerate() {
            self.tiles[label / LANES][gene].0[label % LANES] = weight;
        }
    }

    /// The weight of a gene for a label.
    pub(crate) fn get(&self, gene: usize, label: usize) -> f32 {
        self.tiles[label / LANES][gene].0[label % LANES]
    }

    /// Writes `intercept + Σ value · weights` of a cell, one score per label.
    pub(crate) fn score(&self, cell: Cell<'_>, intercept: &[f64], scores: &mut [f64]) {
        for (tile, rows) in self.tiles.iter().enumerate() {
            let sums = sum_rows(cell.genes, cell.values, rows);
            let labels = tile * LANES..((tile + 1) * LANES).min(self.n_labels);
            for ((score, intercept), sum) in
                scores[labels.clone()].iter_mut().zip(&intercept[labels]).zip(sums.0)
            {
                *score = intercept + f64::from(sum);
            }
        }
    }
}
