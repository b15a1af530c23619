//! Fitted profiles.

use ferrocyte_core::{ArrayData, Block, LabelSet, LogNorm, NamedArray, NamedArrays, Scores, Vocabulary};
use rayon::prelude::*;

use super::correlation::{Profiles, Ranks};
use super::params::{Centroid, CentroidParams, LARGEST_TEMPERATURE};
use crate::kernels::softmax::softmax;
use crate::labelled_cells::LARGEST_VALUE;
use crate::models::classifier::{Classifier, PredictError, check_block};
use crate::models::kind::SettingsError;
use crate::models::load::LoadError;

/// Cells handed to a thread at once.
const CHUNK_CELLS: usize = 64;

/// The mean profile of each label on marker genes; `p = softmax(temperature · correlation)`.
#[derive(Debug, Clone)]
pub struct CentroidModel {
    params: CentroidParams,
    genes: Vocabulary,
    labels: LabelSet,
    means: Vec<f32>,  // (n_genes, n_labels)
    spread: Vec<f32>, // one per gene
    temperature: f64,
    profiles: Profiles, // made of the means
}

impl CentroidModel {
    pub(super) fn new(
        params: CentroidParams,
        genes: Vocabulary,
        labels: LabelSet,
        means: Vec<f32>,
        spread: Vec<f32>,
        temperature: f64,
    ) -> Self {
        let profiles = Profiles::new(params.correlation, labels.len(), &means);
        Self { params, genes, labels, means, spread, temperature, profiles }
    }

    pub(in crate::models) fn from_arrays(
        genes: Vocabulary,
        labels: LabelSet,
        settings: serde_json::Value,
        arrays: &NamedArrays,
    ) -> Result<Self, LoadError> {
        let params: CentroidParams = serde_json::from_value(settings).map_err(SettingsError::Json)?;
        params.check().map_err(SettingsError::Param)?;
        let means = arrays.f32("profiles", &[genes.len(), labels.len()])?;
        let spread = arrays.f32("spread", &[genes.len()])?;
        let temperature = arrays.f64("temperature", &[1])?;
        let largest = f64::from(LARGEST_VALUE);
        check("profiles", means.iter().copied().map(f64::from), largest)?;
        check("spread", spread.iter().copied().map(f64::from), largest)?;
        check("temperature", temperature.iter().copied(), LARGEST_TEMPERATURE)?;
        let (means, spread) = (means.to_vec(), spread.to_vec());
        Ok(Self::new(params, genes, labels, means, spread, temperature[0]))
    }

    /// The mean log-normalised value of a gene among the training cells of a label, both by position.
    ///
    /// # Panics
    /// When the model does not have the gene or the label.
    pub fn profile(&self, gene: usize, label: usize) -> f32 {
        assert!(label < self.labels.len(), "no label {label}");
        self.means[gene * self.labels.len() + label]
    }

    /// What correlations are multiplied by before the softmax.
    pub fn temperature(&self) -> f64 {
        self.temperature
    }
}

/// Checks that values are not below 0, nor above `largest`.
fn check(array: &str, mut values: impl Iterator<Item = f64>, largest: f64) -> Result<(), LoadError> {
    match values.by_ref().enumerate().find(|(_, value)| !(0.0..=largest).contains(value)) {
        Some((position, found)) => Err(LoadError::Value {
            array: array.to_owned(),
            position,
            found,
            expected: format!("a number from 0 to {largest}"),
        }),
        None => Ok(()),
    }
}

impl Classifier for CentroidModel {
    fn kind(&self) -> &'static str {
        Centroid::KIND
    }

    fn genes(&self) -> &Vocabulary {
        &self.genes
    }

    fn labels(&self) -> &LabelSet {
        &self.labels
    }

    fn settings(&self) -> serde_json::Value {
        serde_json::json!(self.params)
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
        chunks.enumerate().for_each_init(Ranks::default, |ranks, (chunk, rows)| {
            for (i, row) in rows.chunks_exact_mut(n_labels).enumerate() {
                self.profiles.correlate(block.cell(chunk * CHUNK_CELLS + i), ranks, row);
                for score in row.iter_mut() {
                    *score *= self.temperature;
                }
                softmax(row);
            }
        });
        Ok(())
    }

    /// How far a gene moves the labels apart, `spread · Σ over labels |w − mean over labels of w|`, with `w` the gene's
    /// part in the direction of the label's profile (of ranks, where ranks are correlated) and `spread` its
    /// standard deviation among the training cells.
    fn gene_weights(&self) -> Option<Vec<f64>> {
        let n_labels = self.labels.len();
        let weight = |gene: usize| {
            let row = || (0..n_labels).map(|label| f64::from(self.profiles.direction(gene, label)));
            let mean = row().sum::<f64>() / n_labels as f64;
            f64::from(self.spread[gene]) * row().map(|part| (part - mean).abs()).sum::<f64>()
        };
        Some((0..self.genes.len()).map(weight).collect())
    }

    /// `profiles`, `f32` of shape `(n_genes, n_labels)`: mean log-normalised values; `spread`, `f32` of shape `(n_genes)`:
    /// the standard deviation of each gene among the training cells; `temperature`, `f64` of shape `(1)`.
    fn to_arrays(&self) -> NamedArrays {
        let (n_genes, n_labels) = (self.genes.len(), self.labels.len());
        let array =
            |name: &str, shape: &[usize], data| NamedArray { name: name.into(), shape: shape.into(), data };
        NamedArrays::new(vec![
            array("profiles", &[n_genes, n_labels], ArrayData::F32(self.means.clone())),
            array("spread", &[n_genes], ArrayData::F32(self.spread.clone())),
            array("temperature", &[1], ArrayData::F64(vec![self.temperature])),
        ])
        .expect("shapes and names are right by construction")
    }
}
