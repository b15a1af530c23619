//! Which genes are worth working on.

/// Genes that are worked on at first.
const FEWEST: usize = 200;

/// Positions, increasing, of the genes that have a weight, and as many more (at least [`FEWEST`] together) of those that
/// are pulled at harder than `l1` holds, hardest first. `weights` and `pull` have shape `(n_genes, n_labels)`.
pub(super) fn working_genes(weights: &[f64], pull: &[f64], l1: f64, n_labels: usize) -> Vec<usize> {
    let rows = || weights.chunks_exact(n_labels);
    let mut genes: Vec<usize> = rows()
        .enumerate()
        .filter(|(_, row)| row.iter().any(|weight| *weight != 0.0))
        .map(|(gene, _)| gene)
        .collect();
    let mut pulled: Vec<(f64, usize)> = rows()
        .zip(pull.chunks_exact(n_labels))
        .enumerate()
        .filter(|(_, (row, _))| row.iter().all(|weight| *weight == 0.0))
        .map(|(gene, (_, pull))| (pull.iter().fold(0.0_f64, |largest, pull| largest.max(pull.abs())), gene))
        .filter(|(pull, _)| *pull > l1)
        .collect();
    // Ties in column order, so that the choice has no chance in it.
    pulled.sort_unstable_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
    let more = genes.len().max(FEWEST.saturating_sub(genes.len()));
    genes.extend(pulled.iter().take(more).map(|(_, gene)| *gene));
    genes.sort_unstable();
    genes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn genes_with_weights_stay_and_the_hardest_pulled_join() {
        let mut weights = vec![0.0; 2000];
        weights[2 * 7 + 1] = -1.0;
        let pull: Vec<f64> = (0..2000).map(|i| if i % 2 == 0 { f64::from(i) } else { -1.0 }).collect();
        let genes = working_genes(&weights, &pull, 1700.0, 2);
        assert_eq!(genes[0], 7);
        assert_eq!(genes[1..], (851..1000).collect::<Vec<_>>());
        let genes = working_genes(&weights, &pull, 10.0, 2);
        assert_eq!(genes[1..], (801..1000).collect::<Vec<_>>());
        assert!(working_genes(&[0.0; 4], &[1.0; 4], 1.0, 2).is_empty());
    }
}
