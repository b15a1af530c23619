//! What each gene does to the score of each label, where scores are sums over genes.

/// Scores of the form `intercept[label] + Σ over genes of value · weight[gene, label]`, whose differences between labels are
/// log-odds. Of a model of several parts (views, members of an ensemble), the mean over the parts that have such scores: then
/// differences are means of the parts' log-odds, which is near to the log-odds of the mean of their probabilities
/// and not the same.
#[derive(Debug, Clone, PartialEq)]
pub struct LabelWeights {
    n_labels: usize,
    weights: Vec<f64>,        // (n_genes, n_labels), row-major
    intercept: Vec<f64>,      // one per label
    spread: Option<Vec<f64>>, // one per gene
    parts: Vec<String>,
}

/// A gene that marks a label.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Marker {
    /// Position of the gene in the model.
    pub gene: usize,
    /// Weight of the gene for the label, less the mean over the labels: what all labels have in common changes no
    /// probability.
    pub weight: f64,
    /// Standard deviation of the gene among the training cells.
    pub spread: f64,
}

impl Marker {
    /// Weight × spread.
    pub fn effect(&self) -> f64 {
        self.weight * self.spread
    }
}

impl LabelWeights {
    /// `weights` are row-major, of shape `(n_genes, n_labels)`; `kind` is the kind of model that they are of.
    ///
    /// # Panics
    /// When the numbers of weights, intercepts and spreads do not fit each other.
    pub(super) fn new(kind: &str, weights: Vec<f64>, intercept: Vec<f64>, spread: Option<Vec<f64>>) -> Self {
        let n_labels = intercept.len();
        assert!(n_labels > 0 && weights.len().is_multiple_of(n_labels), "a row of weights for each gene");
        assert!(
            spread.as_ref().is_none_or(|spread| spread.len() * n_labels == weights.len()),
            "a spread for each gene"
        );
        Self { n_labels, weights, intercept, spread, parts: vec![kind.to_owned()] }
    }

    /// The mean of parts, each on some of `n_genes` genes, whose positions stand beside it; `None` where there is no part.
    /// A gene varies as much as in the part that says it varies most: the parts saw the same cells.
    pub(super) fn mean(n_genes: usize, parts: &[(Vec<usize>, Self)]) -> Option<Self> {
        let n_labels = parts.first()?.1.n_labels;
        let share = 1.0 / parts.len() as f64;
        let mut weights = vec![0.0; n_genes * n_labels];
        let mut intercept = vec![0.0; n_labels];
        let mut spread: Option<Vec<f64>> = Some(vec![0.0; n_genes]);
        let mut names = Vec::new();
        for (genes, part) in parts {
            for (&gene, row) in genes.iter().zip(part.weights.chunks_exact(n_labels)) {
                for (mean, weight) in weights[gene * n_labels..].iter_mut().zip(row) {
                    *mean += share * weight;
                }
            }
            for (mean, of_part) in intercept.iter_mut().zip(&part.intercept) {
                *mean += share * of_part;
            }
            spread = spread.zip(part.spread.as_ref()).map(|(mut most, of_part)| {
                for (&gene, spread) in genes.iter().zip(of_part) {
                    most[gene] = most[gene].max(*spread);
                }
                most
            });
            names
                .extend(part.parts.iter().filter(|name| !names.contains(*name)).cloned().collect::<Vec<_>>());
        }
        Some(Self { n_labels, weights, intercept, spread, parts: names })
    }

    /// The kinds of model that the weights are of.
    pub fn parts(&self) -> &[String] {
        &self.parts
    }

    /// Number of genes.
    pub fn n_genes(&self) -> usize {
        self.weights.len() / self.n_labels
    }

    /// Number of labels.
    pub fn n_labels(&self) -> usize {
        self.n_labels
    }

    /// Whether it is known how much each gene varies.
    pub fn knows_spread(&self) -> bool {
        self.spread.is_some()
    }

    /// By how much more the score of `label` rises with a gene than that of `other`.
    ///
    /// # Panics
    /// When there is no such gene or label.
    pub fn between(&self, gene: usize, label: usize, other: usize) -> f64 {
        let row = &self.weights[gene * self.n_labels..(gene + 1) * self.n_labels];
        row[label] - row[other]
    }

    /// By how much higher the score of `label` is than that of `other` in a cell without counts.
    ///
    /// # Panics
    /// When there is no such label.
    pub fn intercept_between(&self, label: usize, other: usize) -> f64 {
        self.intercept[label] - self.intercept[other]
    }

    /// The genes that most mark a label, by weight × spread, at most `most` of them, the strongest first. Only genes that speak
    /// for the label; of equals, the one that stands first in the model.
    ///
    /// # Panics
    /// When there is no such label.
    pub fn markers(&self, label: usize, most: usize) -> Vec<Marker> {
        let rows = self.weights.chunks_exact(self.n_labels).enumerate();
        let mut markers: Vec<Marker> = rows
            .map(|(gene, row)| {
                let weight = row[label] - row.iter().sum::<f64>() / self.n_labels as f64;
                Marker { gene, weight, spread: self.spread.as_ref().map_or(1.0, |spread| spread[gene].abs()) }
            })
            .filter(|marker| marker.effect() > 0.0)
            .collect();
        markers.sort_by(|one, other| other.effect().total_cmp(&one.effect())); // stable
        markers.truncate(most);
        markers
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markers_are_ranked_by_weight_times_spread_beyond_the_mean_label() {
        let weights = vec![5.0, 5.0, /**/ 2.0, 0.0, /**/ 1.0, -1.0, /**/ -3.0, 3.0];
        let weights = LabelWeights::new("svm", weights, vec![0.5, 0.0], Some(vec![9.0, 0.5, 2.0, 1.0]));
        let genes = |label| weights.markers(label, 10).iter().map(|marker| marker.gene).collect::<Vec<_>>();
        assert_eq!((genes(0), genes(1)), (vec![2, 1], vec![3]), "what all labels share marks none");
        assert_eq!(weights.markers(0, 1), [Marker { gene: 2, weight: 1.0, spread: 2.0 }]);
        assert_eq!((weights.between(1, 0, 1), weights.intercept_between(1, 0)), (2.0, -0.5));
    }

    #[test]
    fn parts_on_other_genes_are_averaged_gene_by_gene() {
        let one = LabelWeights::new("svm", vec![2.0, 0.0], vec![1.0, 0.0], Some(vec![1.0]));
        let two =
            LabelWeights::new("logistic", vec![4.0, 2.0, 0.0, 6.0], vec![0.0, 1.0], Some(vec![3.0, 0.5]));
        let mean = LabelWeights::mean(2, &[(vec![1], one.clone()), (vec![0, 1], two)]).unwrap();
        assert_eq!((mean.between(0, 0, 1), mean.between(1, 0, 1)), (1.0, -2.0));
        assert_eq!(
            (mean.intercept_between(0, 1), mean.parts()),
            (0.0, ["svm", "logistic"].map(String::from).as_slice())
        );
        assert_eq!(mean.markers(1, 9), [Marker { gene: 1, weight: 1.0, spread: 1.0 }]);
        assert_eq!(LabelWeights::mean(2, &[]), None);
    }
}
