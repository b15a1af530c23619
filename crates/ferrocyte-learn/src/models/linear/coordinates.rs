//! The variables in which the optimiser sees a logistic regression.

use rayon::prelude::*;

use crate::kernels::weight_rows::WeightRows;

use super::Intercept;
use super::moments::Moments;

/// Genes handed to a thread at once.
const CHUNK_GENES: usize = 256;

/// Size of the constant gene, as a share of the typical distance of a cell from the mean cell. Steps to converge
/// on `pbmc3k` and on the control cells of `kang_ifnb`, for shares of 0.1, 0.17, 0.32 and 0.55: 112, 73, 78, 105 and
/// 143, 102, 132, 184; the same picture for every `l2` from 0.01 to 100.
const CONSTANT_GENE: f64 = 0.2;

/// Between weights and intercepts, and the variables of the optimiser, which are
///
/// ```text
/// W[gene, label]                                              for the genes that some cell has
/// c[label] = (b[label] + Σ mean[gene] · W[gene, label]) / s   after all of these
/// ```
///
/// that is, the weights of centred genes, and the intercept as the weight of a constant gene of size `s`. The
/// lowest point is the same, and reached in far fewer steps (107 on the control cells of `kang_ifnb`, where
/// scikit-learn's L-BFGS in the plain variables takes 750 to 3,800): what all cells have in common no longer pulls
/// at every weight at once, and a change of the intercept is worth about as much as one of a weight.
///
/// Where the intercept is held at zero, the variables are the weights themselves: `mean` is zero, and the constant
/// gene has no slope.
#[derive(Debug)]
pub(super) struct Coordinates {
    mean: Vec<f64>,     // per gene that was seen
    variance: Vec<f64>, // likewise
    constant: f64,      // s, positive
    n_labels: usize,
    intercept: Intercept,
}

impl Coordinates {
    pub(super) fn new(moments: &Moments, n_labels: usize, intercept: Intercept) -> Self {
        let (mean, variance) = (moments.mean.clone(), moments.variance.clone());
        let distance = variance.iter().sum::<f64>().sqrt();
        let constant = if distance > 0.0 { CONSTANT_GENE * distance } else { 1.0 };
        let (mean, constant) = match intercept {
            Intercept::Free => (mean, constant),
            Intercept::Zero => (vec![0.0; mean.len()], 1.0),
        };
        Self { mean, variance, constant, n_labels, intercept }
    }

    /// Standard deviation of each of `n_genes` genes, of which those that were seen are `genes`.
    pub(super) fn spread(&self, genes: &[u32], n_genes: usize) -> Vec<f32> {
        let mut spread = vec![0.0; n_genes];
        for (&gene, variance) in genes.iter().zip(&self.variance) {
            spread[gene as usize] = variance.sqrt() as f32;
        }
        spread
    }

    pub(super) fn n_labels(&self) -> usize {
        self.n_labels
    }

    pub(super) fn dimension(&self) -> usize {
        (self.mean.len() + 1) * self.n_labels
    }

    /// All weights zero, and the intercepts that are best then: the logarithms of the labels' shares.
    /// `label_weights` is the weight of all cells of each label.
    pub(super) fn start(&self, label_weights: &[f64]) -> Vec<f64> {
        if self.intercept == Intercept::Zero {
            return vec![0.0; self.dimension()];
        }
        let mut point = vec![0.0; self.dimension() - self.n_labels];
        let total: f64 = label_weights.iter().sum();
        point.extend(label_weights.iter().map(|weight| libm::log(weight / total) / self.constant));
        point
    }

    /// The variables of weights of shape `(n_genes, n_labels)` and the intercepts that go with them.
    pub(super) fn to_point(&self, weights: &[f64], intercept: &[f64]) -> Vec<f64> {
        let mut point = weights.to_vec();
        let mut constant = intercept.to_vec();
        for (row, mean) in weights.chunks_exact(self.n_labels).zip(&self.mean) {
            for (constant, &weight) in constant.iter_mut().zip(row) {
                *constant += mean * f64::from(weight as f32);
            }
        }
        point.extend(constant.iter().map(|constant| constant / self.constant));
        point
    }

    /// Writes the weights, rounded to `f32`, and the intercepts that go with them, and returns `Σ W²`.
    pub(super) fn to_weights(
        &self,
        point: &[f64],
        genes: &[u32],
        weights: &mut WeightRows,
        intercept: &mut [f64],
    ) -> f64 {
        let (by_gene, constant) = point.split_at(point.len() - self.n_labels);
        let mut squares = 0.0;
        for (to, constant) in intercept.iter_mut().zip(constant) {
            *to = constant * self.constant;
        }
        for ((row, &gene), mean) in by_gene.chunks_exact(self.n_labels).zip(genes).zip(&self.mean) {
            let rounded = row.iter().map(|&weight| weight as f32);
            for (weight, intercept) in rounded.clone().map(f64::from).zip(intercept.iter_mut()) {
                squares += weight * weight;
                *intercept -= mean * weight;
            }
            weights.set(gene as usize, rounded);
        }
        squares
    }

    /// Turns the gradient of the cross-entropy by `(W, b)` into the gradient of the objective by the variables.
    pub(super) fn to_gradient(&self, point: &[f64], l2: f64, gradient: &mut [f64]) {
        let (by_weight, by_intercept) = gradient.split_at_mut(point.len() - self.n_labels);
        let rows = CHUNK_GENES * self.n_labels;
        let chunks =
            by_weight.par_chunks_mut(rows).zip(point.par_chunks(rows)).zip(self.mean.par_chunks(CHUNK_GENES));
        chunks.for_each(|((slopes, weights), means)| {
            let rows = slopes.chunks_exact_mut(self.n_labels).zip(weights.chunks_exact(self.n_labels));
            for ((slopes, weights), mean) in rows.zip(means) {
                for ((slope, weight), by_intercept) in slopes.iter_mut().zip(weights).zip(&*by_intercept) {
                    *slope += l2 * f64::from(*weight as f32) - mean * by_intercept;
                }
            }
        });
        for slope in by_intercept {
            *slope *= match self.intercept {
                Intercept::Free => self.constant,
                Intercept::Zero => 0.0,
            };
        }
    }

    /// The gradient by the weights, and that by the intercept of each label.
    pub(super) fn split_gradient<'a>(
        &self,
        gradient: &'a [f64],
    ) -> (&'a [f64], impl Iterator<Item = f64> + 'a) {
        let (weights, intercept) = gradient.split_at(gradient.len() - self.n_labels);
        let constant = self.constant;
        (weights, intercept.iter().map(move |slope| slope / constant))
    }
}
