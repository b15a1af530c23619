//! A fitted linear model with probabilities.

use ferrocyte_core::{
    ArrayData, ArrayError, Block, LabelSet, LogNorm, NamedArray, NamedArrays, Scores, Vocabulary,
};
use rayon::prelude::*;

use super::lacking::Lacking;
use crate::kernels::softmax::softmax;
use crate::kernels::weight_rows::WeightRows;
use crate::models::classifier::{Classifier, PredictError, check_block};
use crate::models::label_weights::LabelWeights;
use crate::models::load::LoadError;

/// Cells handed to a thread at once.
const CHUNK_CELLS: usize = 64;

/// Largest weight or intercept that is loaded. Training gives far smaller ones; scores of 100,000 genes made with
/// weights as large as this still fit an `f32`.
const LARGEST_WEIGHT: f64 = 1e12;

/// A fitted linear model, `p = softmax(intercept + x · W)`: a weight per gene and label, and an intercept per label.
/// What [`Logistic`](crate::models::Logistic) and [`Weighted`](crate::models::Weighted) make; they differ in how
/// the weights are found.
#[derive(Debug, Clone)]
pub struct LinearModel {
    kind: &'static str,
    genes: Vocabulary,
    labels: LabelSet,
    settings: serde_json::Value,
    weights: WeightRows,
    intercept: Vec<f64>,      // one per label
    spread: Option<Vec<f32>>, // one per gene
    lacking: Option<Lacking>,
}

impl LinearModel {
    pub(in crate::models) fn new(
        kind: &'static str,
        settings: serde_json::Value,
        genes: Vocabulary,
        labels: LabelSet,
        weights: WeightRows,
        intercept: Vec<f64>,
        spread: Option<Vec<f32>>,
    ) -> Self {
        Self { kind, genes, labels, settings, weights, intercept, spread, lacking: None }
    }

    /// `settings` are those of `kind`, checked.
    pub(in crate::models) fn from_arrays(
        kind: &'static str,
        settings: serde_json::Value,
        genes: Vocabulary,
        labels: LabelSet,
        arrays: &NamedArrays,
    ) -> Result<Self, LoadError> {
        let weights = arrays.f32("weights", &[genes.len(), labels.len()])?;
        let intercept = arrays.f64("intercept", &[labels.len()])?;
        check_size("weights", weights.iter().copied().map(f64::from))?;
        check_size("intercept", intercept.iter().copied())?;
        let spread = match arrays.f32("spread", &[genes.len()]) {
            Ok(spread) => Some(spread.to_vec()),
            Err(ArrayError::Missing { .. }) => None, // models of before it was kept
            Err(error) => return Err(error.into()),
        };
        check_size("spread", spread.iter().flatten().copied().map(f64::from))?;
        let weights = WeightRows::from_rows(genes.len(), labels.len(), weights);
        let intercept = intercept.to_vec();
        Ok(Self { kind, genes, labels, settings, weights, intercept, spread, lacking: None })
    }

    /// The weight of a gene for a label, both by position.
    ///
    /// # Panics
    /// When the model does not have the gene or the label.
    pub fn weight(&self, gene: usize, label: usize) -> f32 {
        assert!(label < self.labels.len(), "no label {label}");
        self.weights.get(gene, label)
    }

    /// The intercept of each label.
    pub fn intercept(&self) -> &[f64] {
        &self.intercept
    }
}

fn check_size(array: &'static str, mut values: impl Iterator<Item = f64>) -> Result<(), LoadError> {
    let limit = LARGEST_WEIGHT;
    match values.by_ref().enumerate().find(|(_, value)| value.abs() > limit) {
        Some((position, found)) => Err(LoadError::TooLarge { array, position, found, limit }),
        None => Ok(()),
    }
}

impl Classifier for LinearModel {
    fn kind(&self) -> &'static str {
        self.kind
    }

    fn genes(&self) -> &Vocabulary {
        &self.genes
    }

    fn labels(&self) -> &LabelSet {
        &self.labels
    }

    fn settings(&self) -> serde_json::Value {
        self.settings.clone()
    }

    fn probabilities_into(
        &self,
        block: &Block<LogNorm>,
        probabilities: &mut Scores,
    ) -> Result<(), PredictError> {
        check_block(block, &self.genes)?;
        let n_labels = self.labels.len();
        probabilities.reset(block.n_cells(), n_labels);
        let chunks = probabilities.as_mut_slice().par_chunks_mut(CHUNK_CELLS * n_labels);
        chunks.enumerate().for_each(|(chunk, rows)| {
            for (i, row) in rows.chunks_exact_mut(n_labels).enumerate() {
                let cell = block.cell(chunk * CHUNK_CELLS + i);
                self.weights.score(cell, &self.intercept, row);
                if let Some(lacking) = &self.lacking {
                    lacking.add(cell, row);
                }
                softmax(row);
            }
        });
        Ok(())
    }

    /// How far a gene moves the scores of the labels apart, in a cell that is one standard deviation from the mean:
    ///
    /// ```text
    /// spread[gene] · Σ over labels |W[gene, label] − mean over labels of W[gene, ·]|
    /// ```
    ///
    /// The mean goes because what all labels have in common changes no probability. `spread` is the gene's standard
    /// deviation among the training cells; in model files that do not have it, every gene's is 1.
    fn gene_weights(&self) -> Option<Vec<f64>> {
        let n_labels = self.labels.len();
        let weight = |gene: usize| {
            let row = || (0..n_labels).map(|label| f64::from(self.weights.get(gene, label)));
            let mean = row().sum::<f64>() / n_labels as f64;
            let spread = self.spread.as_ref().map_or(1.0, |spread| f64::from(spread[gene].abs()));
            spread * row().map(|weight| (weight - mean).abs()).sum::<f64>()
        };
        Some((0..self.genes.len()).map(weight).collect())
    }

    fn label_weights(&self) -> Option<LabelWeights> {
        let (n_genes, n_labels) = (self.genes.len(), self.labels.len());
        let weight = |i: usize| f64::from(self.weights.get(i / n_labels, i % n_labels));
        let weights = (0..n_genes * n_labels).map(weight).collect();
        let spread = self.spread.as_ref().map(|spread| spread.iter().copied().map(f64::from).collect());
        Some(LabelWeights::new(self.kind, weights, self.intercept.clone(), spread))
    }

    fn lack(&mut self, typical: &[f32], found: &[bool]) -> bool {
        self.lacking = Some(Lacking::of(&self.weights, self.labels.len(), typical, found));
        true
    }

    /// `weights`, `f32` of shape `(n_genes, n_labels)`, `intercept`, `f64` of shape `(n_labels)`, and `spread`, `f32`
    /// of shape `(n_genes)`: the standard deviation of each gene among the training cells.
    fn to_arrays(&self) -> NamedArrays {
        let (n_genes, n_labels) = (self.genes.len(), self.labels.len());
        let weights = (0..n_genes * n_labels).map(|i| self.weights.get(i / n_labels, i % n_labels)).collect();
        let array =
            |name: &str, shape: &[usize], data| NamedArray { name: name.into(), shape: shape.into(), data };
        let mut arrays = vec![
            array("weights", &[n_genes, n_labels], ArrayData::F32(weights)),
            array("intercept", &[n_labels], ArrayData::F64(self.intercept.clone())),
        ];
        if let Some(spread) = &self.spread {
            arrays.push(array("spread", &[n_genes], ArrayData::F32(spread.clone())));
        }
        NamedArrays::new(arrays).expect("shapes and names are right by construction")
    }
}
