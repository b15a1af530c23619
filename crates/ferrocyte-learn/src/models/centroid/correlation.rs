//! How alike a cell and the profiles of the labels are.

use ferrocyte_core::Cell;
use serde::{Deserialize, Serialize};

use crate::kernels::weight_rows::WeightRows;

/// How the likeness of a cell and a profile is measured, over all marker genes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Correlation {
    /// Pearson's, of log-normalised values.
    Pearson,
    /// Spearman's: Pearson's, of ranks. It sees order only, so it stays the same where another technology stretches
    /// the values.
    Spearman,
}

/// The profiles of all labels, ready to be correlated with cells.
///
/// Pearson's correlation of `x` and `p` is `Σ x · w / |x − mean of x|`, with `w = (p − mean of p) / |p − mean of p|`:
/// the mean of `x` falls out because the sum of `w` is zero. So a cell costs one sum over its values, as in a linear
/// model. Ranks are no different. A cell has few values above zero; all its zeros share the rank in the middle of
/// theirs, and taking that from every rank leaves zero for them and changes no correlation.
#[derive(Debug, Clone)]
pub(super) struct Profiles {
    correlation: Correlation,
    n_genes: usize,
    n_labels: usize,
    directions: WeightRows, // w, of shape (n_genes, n_labels)
    nothing: Vec<f64>,      // where each sum begins
}

/// Memory for the ranks of a cell.
#[derive(Debug, Default)]
pub(super) struct Ranks {
    order: Vec<u32>,
    ranks: Vec<f32>,
}

impl Profiles {
    /// Takes mean values, row-major of shape `(n_genes, n_labels)`.
    pub(super) fn new(correlation: Correlation, n_labels: usize, means: &[f32]) -> Self {
        let n_genes = means.len() / n_labels;
        let columns: Vec<Vec<f64>> = (0..n_labels)
            .map(|label| {
                let column: Vec<f32> = means.iter().skip(label).step_by(n_labels).copied().collect();
                direction(correlation, &column)
            })
            .collect();
        let mut directions = WeightRows::zeros(n_genes, n_labels);
        for gene in 0..n_genes {
            directions.set(gene, columns.iter().map(|column| column[gene] as f32));
        }
        Self { correlation, n_genes, n_labels, directions, nothing: vec![0.0; n_labels] }
    }

    /// Number of labels.
    pub(super) fn n_labels(&self) -> usize {
        self.n_labels
    }

    /// Direction of a label along a gene.
    pub(super) fn direction(&self, gene: usize, label: usize) -> f32 {
        self.directions.get(gene, label)
    }

    /// Writes the correlation of a cell with each label, from -1 to 1; 0 where all genes of the cell are alike.
    pub(super) fn correlate(&self, cell: Cell<'_>, ranks: &mut Ranks, correlations: &mut [f64]) {
        let cell = match self.correlation {
            Correlation::Pearson => cell,
            Correlation::Spearman => ranks.of(cell, self.n_genes),
        };
        let (sum, squares) = cell.values.iter().fold((0.0, 0.0), |(sum, squares), &value| {
            let value = f64::from(value);
            (sum + value, squares + value * value)
        });
        let length = squares - sum * sum / self.n_genes.max(1) as f64;
        // What is left of the squares of equal values is rounding.
        if length <= 1e-9 * squares || squares == 0.0 {
            correlations.fill(0.0);
            return;
        }
        self.directions.score(cell, &self.nothing, correlations);
        let length = length.sqrt();
        for correlation in correlations {
            *correlation = (*correlation / length).clamp(-1.0, 1.0);
        }
    }
}

impl Ranks {
    /// The ranks of a cell's values among all genes, less the rank of its zeros; equal values share the middle of
    /// theirs.
    fn of<'a>(&'a mut self, cell: Cell<'a>, n_genes: usize) -> Cell<'a> {
        let values = cell.values;
        self.order.clear();
        self.order.extend(0..values.len() as u32);
        self.order.sort_unstable_by(|&a, &b| values[a as usize].total_cmp(&values[b as usize]));
        self.ranks.clear();
        self.ranks.resize(values.len(), 0.0);
        // Stored zeros are zeros like those that are not stored: the lowest, which come first.
        let stored = self.order.iter().take_while(|&&i| values[i as usize] <= 0.0).count();
        let zeros = n_genes - values.len() + stored;
        // Ranks from 1: the zeros have the mean of 1..=zeros; with none of them, any shift will do.
        let of_zero = f32::midpoint(1.0, zeros as f32);
        let mut first = stored;
        while first < self.order.len() {
            let value = values[self.order[first] as usize];
            let alike = self.order[first..].iter().take_while(|&&i| values[i as usize] == value).count();
            let rank = (n_genes - values.len() + first) as f32 + f32::midpoint(1.0, alike as f32);
            for &i in &self.order[first..first + alike] {
                self.ranks[i as usize] = rank - of_zero;
            }
            first += alike;
        }
        Cell { genes: cell.genes, values: &self.ranks }
    }
}

/// Centred and of length 1; all zero where the values are all alike.
fn direction(correlation: Correlation, profile: &[f32]) -> Vec<f64> {
    let genes: Vec<u32> = (0..profile.len() as u32).collect();
    let mut ranks = Ranks::default();
    let values = match correlation {
        Correlation::Pearson => profile,
        Correlation::Spearman => ranks.of(Cell { genes: &genes, values: profile }, profile.len()).values,
    };
    let mean = values.iter().copied().map(f64::from).sum::<f64>() / values.len().max(1) as f64;
    let centred = || values.iter().map(|&value| f64::from(value) - mean);
    let squares: f64 = centred().map(|value| value * value).sum();
    let scale = if squares > 1e-12 { squares.sqrt().recip() } else { 0.0 };
    centred().map(|value| value * scale).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As the definition has it, over all genes.
    fn pearson(a: &[f64], b: &[f64]) -> f64 {
        let mean = |values: &[f64]| values.iter().sum::<f64>() / values.len() as f64;
        let (of_a, of_b) = (mean(a), mean(b));
        let products = |a: &[f64], of_a: f64, b: &[f64], of_b: f64| -> f64 {
            a.iter().zip(b).map(|(a, b)| (a - of_a) * (b - of_b)).sum()
        };
        products(a, of_a, b, of_b) / (products(a, of_a, a, of_a) * products(b, of_b, b, of_b)).sqrt()
    }

    fn ranked(values: &[f64]) -> Vec<f64> {
        let rank = |value: f64| {
            let below = values.iter().filter(|&&other| other < value).count();
            let same = values.iter().filter(|&&other| other == value).count();
            below as f64 + f64::midpoint(1.0, same as f64)
        };
        values.iter().map(|&value| rank(value)).collect()
    }

    fn correlations(correlation: Correlation, means: &[f32], cell: Cell<'_>) -> [f64; 2] {
        let mut found = [0.0; 2];
        Profiles::new(correlation, 2, means).correlate(cell, &mut Ranks::default(), &mut found);
        found
    }

    #[test]
    fn sums_over_values_above_zero_are_the_whole_correlation() {
        // Profiles of two labels over six genes, and a cell with two values alike and one stored zero.
        let means = [0.0, 1.0, 2.0, 0.5, 0.0, 0.0, 3.0, 0.25, 0.5, 4.0, 0.0, 0.125];
        let cell = Cell { genes: &[0, 2, 3, 5], values: &[1.5, 0.25, 1.5, 0.0] };
        let dense = [1.5, 0.0, 0.25, 1.5, 0.0, 0.0];
        let (pearsons, spearmans) = (
            correlations(Correlation::Pearson, &means, cell),
            correlations(Correlation::Spearman, &means, cell),
        );
        for label in 0..2 {
            let profile: Vec<f64> = means.iter().skip(label).step_by(2).copied().map(f64::from).collect();
            assert!((pearsons[label] - pearson(&dense, &profile)).abs() < 1e-6);
            assert!((spearmans[label] - pearson(&ranked(&dense), &ranked(&profile))).abs() < 1e-6);
        }
    }

    #[test]
    fn what_does_not_vary_correlates_with_nothing() {
        let means = [0.0, 1.0, 2.0, 1.0];
        for correlation in [Correlation::Pearson, Correlation::Spearman] {
            let nothing = Cell { genes: &[], values: &[] };
            assert_eq!(correlations(correlation, &means, nothing), [0.0, 0.0]);
            let same = Cell { genes: &[0, 1], values: &[0.7, 0.7] };
            assert_eq!(correlations(correlation, &means, same), [0.0, 0.0]);
            let [varies, flat] = correlations(correlation, &means, Cell { genes: &[1], values: &[2.0] });
            assert!((varies - 1.0).abs() < 1e-6 && flat == 0.0);
        }
    }
}
