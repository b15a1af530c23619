//! Which genes mark the labels, and how well.

use std::ops::Range;

use crate::labelled_cells::LabelledCells;
use crate::models::train::FitError;

/// Added to the variance of a gene: below it, differences are taken for noise.
const VARIANCE_FLOOR: f64 = 0.01;

/// The scale of the factors is set by this many of the largest.
const SCALED_BY: usize = 1000;

/// The genes that a model is made of.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::models) struct Markers {
    /// Columns of the genes, increasing.
    pub(in crate::models) genes: Vec<u32>,
    /// What the values of each are multiplied by; positive.
    pub(in crate::models) factors: Vec<f32>,
}

/// Weighted sums of one gene over all cells.
#[derive(Debug, Clone, Copy, Default)]
struct GeneSums {
    cells: usize,
    squares: f64,
}

/// How well genes mark labels: for each label that has a cell, the genes that are higher in it than in the rest, those
/// with the largest effect first.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::models) struct Effects {
    /// Effect and column; one list for each label of the set, in its order.
    by_label: Vec<Vec<(f64, u32)>>,
}

impl Effects {
    /// The `most` genes with the largest effect for each label, of those that `min_cells` cells or more show.
    pub(in crate::models) fn of(
        data: &LabelledCells<'_>,
        most: usize,
        min_cells: usize,
    ) -> Result<Self, FitError> {
        let (n_genes, n_labels) = (data.n_genes(), data.labels().set().len());
        let (by_label, by_gene) = sums(data)?;
        let weight = data.weight_per_label();
        let total: f64 = weight.iter().sum();
        let of_label = |label: usize| {
            if weight[label] == 0.0 {
                return Vec::new();
            }
            let mut effects: Vec<(f64, u32)> = (0..n_genes)
                .filter(|&gene| by_gene[gene].cells >= min_cells)
                .map(|gene| {
                    let sum: f64 = by_label[gene * n_labels..][..n_labels].iter().sum();
                    let of_label = by_label[gene * n_labels + label];
                    let mean = of_label / weight[label];
                    let rest = (sum - of_label) / (total - weight[label]);
                    let variance = (by_gene[gene].squares / total - (sum / total).powi(2)).max(0.0);
                    ((mean - rest) / (variance + VARIANCE_FLOOR).sqrt(), gene as u32)
                })
                .filter(|&(effect, _)| effect > 0.0)
                .collect();
            // Ties in column order, so that the choice has no chance in it.
            effects.sort_unstable_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
            effects.truncate(most);
            effects
        };
        Ok(Self { by_label: (0..n_labels).map(of_label).collect() })
    }

    /// The genes with the largest effect of each label, largest first: effect and column.
    pub(in crate::models) fn by_label(&self) -> impl ExactSizeIterator<Item = &[(f64, u32)]> {
        self.by_label.iter().map(Vec::as_slice)
    }

    /// The first `per_label` genes of each label.
    pub(in crate::models) fn markers(&self, per_label: usize, exponent: f64) -> Markers {
        let mut largest: Vec<(u32, f64)> = self
            .by_label
            .iter()
            .flat_map(|effects| effects.iter().take(per_label))
            .map(|&(effect, gene)| (gene, effect))
            .collect();
        largest.sort_unstable_by(|a, b| a.0.cmp(&b.0).then(b.1.total_cmp(&a.1)));
        largest.dedup_by_key(|&mut (gene, _)| gene);
        let genes = largest.iter().map(|&(gene, _)| gene).collect();
        let factors: Vec<f64> = largest.iter().map(|&(_, effect)| libm::pow(effect, exponent)).collect();
        let scale = scale(&factors);
        Markers { genes, factors: factors.iter().map(|factor| (factor * scale) as f32).collect() }
    }
}

impl Markers {
    /// The `per_label` genes with the largest effect for each label that has a cell.
    pub(in crate::models) fn choose(
        data: &LabelledCells<'_>,
        per_label: usize,
        exponent: f64,
        min_cells: usize,
    ) -> Result<Self, FitError> {
        Ok(Effects::of(data, per_label, min_cells)?.markers(per_label, exponent))
    }
}

/// What brings the mean square of the largest factors to 1.
fn scale(factors: &[f64]) -> f64 {
    let mut largest = factors.to_vec();
    largest.sort_unstable_by(|a, b| b.total_cmp(a));
    largest.truncate(SCALED_BY);
    let squares: f64 = largest.iter().map(|factor| factor * factor).sum();
    if squares > 0.0 { (largest.len() as f64 / squares).sqrt() } else { 1.0 }
}

/// Sums of the values of each gene by label, shape `(n_genes, n_labels)`, and over all cells.
fn sums(data: &LabelledCells<'_>) -> Result<(Vec<f64>, Vec<GeneSums>), FitError> {
    let n_labels = data.labels().set().len();
    let sums_of = |genes: Range<usize>| {
        (genes.start, vec![0.0; genes.len() * n_labels], vec![GeneSums::default(); genes.len()])
    };
    let sums = data.cells().by_genes(sums_of, |(first, by_label, by_gene), cell, values| {
        let (label, weight) = (data.labels().code(cell), data.weight(cell));
        if weight == 0.0 {
            return;
        }
        for (gene, value) in values.iter() {
            let (gene, value) = (gene as usize - *first, f64::from(value));
            by_label[gene * n_labels + label] += weight * value;
            by_gene[gene].squares += weight * value * value;
            by_gene[gene].cells += usize::from(value > 0.0);
        }
    })?;
    let (mut by_label, mut by_gene) = (Vec::new(), Vec::new());
    for (_, of_label, of_gene) in sums {
        by_label.extend(of_label);
        by_gene.extend(of_gene);
    }
    Ok((by_label, by_gene))
}

#[cfg(test)]
mod tests {
    use ferrocyte_core::{Block, Labels};

    use super::*;

    #[test]
    fn effects_are_those_of_the_definition() {
        // Gene 0 marks `a`, gene 1 marks `b` weakly, gene 2 is the same everywhere, gene 3 is in one cell only.
        let cells = Block::new(
            4,
            vec![0, 2, 4, 6, 9],
            vec![0, 2, 0, 2, 1, 2, 1, 2, 3],
            vec![2.0, 1.0, 4.0, 1.0, 1.0, 1.0, 1.0, 1.0, 9.0],
        )
        .unwrap();
        let labels = Labels::from_names(&["a", "a", "b", "b"]);
        let data = LabelledCells::new(&cells, &labels).unwrap();
        let markers = Markers::choose(&data, 5, 1.0, 2).unwrap();
        assert_eq!(markers.genes, [0, 1]);
        // means 3 and 0, variance 20/4 − 1.5² = 2.75; means 0 and 1, variance 0.25
        let (first, second) = (3.0 / 2.76_f64.sqrt(), 1.0 / 0.26_f64.sqrt());
        let factors: Vec<f64> = markers.factors.iter().copied().map(f64::from).collect();
        assert!((factors[0] / factors[1] - first / second).abs() < 1e-6, "{markers:?}");
        let squares: f64 = factors.iter().map(|factor| factor * factor).sum();
        assert!((squares - 2.0).abs() < 1e-6, "the mean square is 1: {markers:?}");
        assert_eq!(Markers::choose(&data, 1, 0.0, 2).unwrap().factors, [1.0, 1.0]);
    }

    #[test]
    fn cells_without_differences_have_no_markers() {
        let cells = Block::new(1, vec![0, 1, 2], vec![0, 0], vec![1.0, 1.0]).unwrap();
        let labels = Labels::from_names(&["a", "b"]);
        let markers = Markers::choose(&LabelledCells::new(&cells, &labels).unwrap(), 5, 0.5, 1).unwrap();
        assert!(markers.genes.is_empty());
    }
}
