//! Genes that move the score of a label most.

use ferrocyte_core::Silent;

use crate::labelled_cells::LabelledCells;
use crate::models::labels_with_cells::labels_with_cells;
use crate::models::linear::{Intercept, Problem};
use crate::models::logistic::LogisticParams;
use crate::models::train::FitError;

/// Shares of the largest weight below which a weight is what is left of rounding.
const NOTHING: f64 = 1e-6;

/// For each label the `per_label` genes whose weight in [`Logistic`](crate::models::Logistic) regression over all genes,
/// times the gene's standard deviation, is farthest from the mean of the labels: the rule of CellTypist (Domínguez Conde
/// et al. 2022, <https://doi.org/10.1126/science.abl5197>), whose genes have a standard deviation of 1.
pub(super) fn choose(data: &LabelledCells<'_>, per_label: usize) -> Result<Vec<u32>, FitError> {
    let LogisticParams { l2, balance, max_iterations, tolerance, .. } = LogisticParams::default();
    let (labels, truth) = labels_with_cells(data);
    let problem = Problem {
        cells: data.cells(),
        truth: &truth,
        n_labels: labels.len(),
        cell_weights: &balance.cell_weights(data),
        l2,
        intercept: Intercept::Free,
        max_iterations,
        tolerance,
    };
    let solution = problem.solve(&Silent)?;
    let (n_genes, n_labels) = (data.n_genes(), labels.len());
    let moves = |gene: usize, label: usize| {
        let weight = |label| f64::from(solution.weights.get(gene, label));
        let mean = (0..n_labels).map(weight).sum::<f64>() / n_labels as f64;
        f64::from(solution.spread[gene]) * (weight(label) - mean).abs()
    };
    let mut chosen = vec![false; n_genes];
    for label in 0..n_labels {
        let mut genes: Vec<(f64, usize)> = (0..n_genes).map(|gene| (moves(gene, label), gene)).collect();
        // Ties in column order, so that the choice has no chance in it.
        genes.sort_unstable_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
        let least = genes.first().map_or(0.0, |first| NOTHING * first.0);
        for &(_, gene) in genes.iter().take(per_label).filter(|(moved, _)| *moved > least) {
            chosen[gene] = true;
        }
    }
    Ok((0..n_genes as u32).filter(|&gene| chosen[gene as usize]).collect())
}
