//! Training cells that vote.

use ferrocyte_core::{ArrayData, Block, LabelSet, LogNorm, NamedArray, NamedArrays, Scores, Vocabulary};
use rayon::prelude::*;

use super::params::{Knn, KnnParams};
use super::search::{Neighbour, Points};
use crate::kernels::weight_rows::WeightRows;
use crate::labelled_cells::LARGEST_VALUE;
use crate::models::classifier::{Classifier, PredictError, check_block};
use crate::models::kind::SettingsError;
use crate::models::load::LoadError;

/// Cells handed to a thread at once: products with so many rows run at full speed.
const CHUNK_CELLS: usize = 32;

/// A vote of nobody, dealt evenly to all labels.
const SMOOTHING: f64 = 0.5;

/// Largest number that is loaded. Training gives far smaller ones; squares of sums of these still fit an `f32`.
const LARGEST: f64 = 1e6;

/// From log-normalised values to principal components.
#[derive(Debug, Clone)]
pub(super) struct Projection {
    mean: Vec<f32>,       // one per gene
    rotation: WeightRows, // of shape (n_genes, n_components)
    variance: Vec<f64>,   // one per component
    offset: Vec<f64>,     // −mean · rotation
}

impl Projection {
    /// `rotation` is row-major of shape `(n_genes, n_components)`.
    pub(super) fn new(mean: Vec<f32>, rotation: &[f32], variance: Vec<f64>) -> Self {
        let mut offset = vec![0.0; variance.len()];
        for (mean, row) in mean.iter().zip(rotation.chunks_exact(variance.len())) {
            for (offset, part) in offset.iter_mut().zip(row) {
                *offset -= f64::from(*mean) * f64::from(*part);
            }
        }
        let rotation = WeightRows::from_rows(mean.len(), variance.len(), rotation);
        Self { mean, rotation, variance, offset }
    }

    pub(super) fn n_components(&self) -> usize {
        self.variance.len()
    }

    /// Writes where some cells are.
    fn project(&self, cells: &Block<LogNorm>, from: usize, at: &mut [f32]) {
        let mut row = vec![0.0; self.n_components()];
        for (i, at) in at.chunks_exact_mut(self.n_components()).enumerate() {
            self.rotation.score(cells.cell(from + i), &self.offset, &mut row);
            for (at, value) in at.iter_mut().zip(&row) {
                *at = *value as f32;
            }
        }
    }

    /// Where all cells are.
    pub(super) fn of_cells(&self, cells: &Block<LogNorm>) -> Points {
        let mut at = vec![0.0; cells.n_cells() * self.n_components()];
        at.par_chunks_mut(CHUNK_CELLS * self.n_components())
            .enumerate()
            .for_each(|(chunk, at)| self.project(cells, chunk * CHUNK_CELLS, at));
        Points::new(self.n_components(), at)
    }
}

/// The training cells in principal components, their labels, and how much each counts.
#[derive(Debug, Clone)]
pub struct KnnModel {
    params: KnnParams,
    genes: Vocabulary,
    labels: LabelSet,
    projection: Projection,
    points: Points,
    truth: Vec<u32>, // of each training cell
    votes: Vec<f32>, // likewise
}

impl KnnModel {
    pub(super) fn new(
        params: KnnParams,
        genes: Vocabulary,
        labels: LabelSet,
        points: Points,
        projection: Projection,
        truth: Vec<u32>,
        votes: Vec<f32>,
    ) -> Self {
        Self { params, genes, labels, projection, points, truth, votes }
    }

    pub(in crate::models) fn from_arrays(
        genes: Vocabulary,
        labels: LabelSet,
        settings: serde_json::Value,
        arrays: &NamedArrays,
    ) -> Result<Self, LoadError> {
        let params: KnnParams = serde_json::from_value(settings).map_err(SettingsError::Json)?;
        params.check().map_err(SettingsError::Param)?;
        // How many cells and components there are, the file says: at least one of each, or nothing could be asked, and
        // no more components than were asked for, since points are padded in memory.
        let shape = |name: &str| arrays.iter().find(|array| array.name == name).map(|array| &array.shape);
        let (n_cells, n_components) = match shape("projections").map(Vec::as_slice) {
            Some(&[cells, components]) => (cells.max(1), components.clamp(1, params.components)),
            _ => (1, 1),
        };
        let projections = arrays.f32("projections", &[n_cells, n_components])?;
        let rotation = arrays.f32("rotation", &[genes.len(), n_components])?;
        let mean = arrays.f32("mean", &[genes.len()])?;
        let variance = arrays.f64("variance", &[n_components])?;
        let truth = arrays.f32("labels", &[n_cells])?;
        let votes = arrays.f32("votes", &[n_cells])?;
        let last = (labels.len() - 1) as f64;
        let wide = |values: &[f32]| values.iter().copied().map(f64::from).collect::<Vec<_>>();
        check("projections", &wide(projections), -LARGEST, LARGEST)?;
        check("rotation", &wide(rotation), -1.001, 1.001)?;
        check("mean", &wide(mean), 0.0, f64::from(LARGEST_VALUE))?;
        check("variance", variance, 0.0, LARGEST)?;
        check("labels", &wide(truth), 0.0, last)?;
        check("votes", &wide(votes), 0.0, LARGEST)?;
        if let Some(position) = truth.iter().position(|label| label.fract() != 0.0) {
            return Err(LoadError::Value {
                array: "labels".to_owned(),
                position,
                found: f64::from(truth[position]),
                expected: "a whole number".to_owned(),
            });
        }
        Ok(Self::new(
            params,
            genes,
            labels,
            Points::new(n_components, projections.to_vec()),
            Projection::new(mean.to_vec(), rotation, variance.to_vec()),
            truth.iter().map(|&label| label as u32).collect(),
            votes.to_vec(),
        ))
    }

    /// Number of training cells.
    pub fn n_training_cells(&self) -> usize {
        self.points.len()
    }

    /// Number of principal components.
    pub fn n_components(&self) -> usize {
        self.points.n_dimensions()
    }

    fn vote(&self, neighbours: &[Neighbour], probabilities: &mut [f64]) {
        let edge = neighbours.last().map_or(0.0, |last| last.squared_distance);
        probabilities.fill(SMOOTHING / probabilities.len() as f64);
        let mut total = SMOOTHING;
        for neighbour in neighbours {
            let share = if edge > 0.0 { neighbour.squared_distance / edge } else { 0.0 };
            let vote = f64::from(self.votes[neighbour.point]) * libm::exp(-share);
            probabilities[self.truth[neighbour.point] as usize] += vote;
            total += vote;
        }
        for probability in probabilities {
            *probability /= total;
        }
    }
}

/// Checks that values are in a range.
fn check(array: &str, values: &[f64], lowest: f64, highest: f64) -> Result<(), LoadError> {
    match values.iter().position(|value| !(lowest..=highest).contains(value)) {
        Some(position) => Err(LoadError::Value {
            array: array.to_owned(),
            position,
            found: values[position],
            expected: format!("a number from {lowest} to {highest}"),
        }),
        None => Ok(()),
    }
}

impl Classifier for KnnModel {
    fn kind(&self) -> &'static str {
        Knn::KIND
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
        chunks.enumerate().for_each(|(chunk, rows)| {
            let from = chunk * CHUNK_CELLS;
            let mut at = vec![0.0; rows.len() / n_labels * self.n_components()];
            self.projection.project(block, from, &mut at);
            let neighbours = self.points.nearest(&at, self.params.neighbours);
            for (i, (row, neighbours)) in rows.chunks_exact_mut(n_labels).zip(&neighbours).enumerate() {
                if block.cell(from + i).values.is_empty() {
                    // A cell that shows no gene is near those that show few, which says nothing of it.
                    row.fill(1.0 / n_labels as f64);
                } else {
                    self.vote(neighbours, row);
                }
            }
        });
        Ok(())
    }

    /// The part of a gene's standard deviation that the components show, `√(Σ variance · rotation²)`.
    fn gene_weights(&self) -> Option<Vec<f64>> {
        let Projection { rotation, variance, .. } = &self.projection;
        let shown = |gene: usize| -> f64 {
            let of_component =
                |(i, variance): (usize, &f64)| variance * f64::from(rotation.get(gene, i)).powi(2);
            variance.iter().enumerate().map(of_component).sum()
        };
        Some((0..self.genes.len()).map(|gene| shown(gene).sqrt()).collect())
    }

    /// `mean`, `f32` of shape `(n_genes)`; `rotation`, `f32` of shape `(n_genes, n_components)`; `variance`, `f64` of shape
    /// `(n_components)`. Of the training cells `projections`, `f32` of shape `(n_cells, n_components)`, `labels`, their
    /// positions as `f32` of shape `(n_cells)`, and `votes`, how much each counts, likewise.
    fn to_arrays(&self) -> NamedArrays {
        let (n_genes, n_components) = (self.genes.len(), self.n_components());
        let n_cells = self.points.len();
        let rotation = (0..n_genes * n_components)
            .map(|i| self.projection.rotation.get(i / n_components, i % n_components))
            .collect();
        let array =
            |name: &str, shape: &[usize], data| NamedArray { name: name.into(), shape: shape.into(), data };
        NamedArrays::new(vec![
            array("mean", &[n_genes], ArrayData::F32(self.projection.mean.clone())),
            array("rotation", &[n_genes, n_components], ArrayData::F32(rotation)),
            array("variance", &[n_components], ArrayData::F64(self.projection.variance.clone())),
            array("projections", &[n_cells, n_components], ArrayData::F32(self.points.as_slice().to_vec())),
            array("labels", &[n_cells], ArrayData::F32(self.truth.iter().map(|&l| l as f32).collect())),
            array("votes", &[n_cells], ArrayData::F32(self.votes.clone())),
        ])
        .expect("shapes and names are right by construction")
    }
}
