//! What the training loop asks of a network.

use ferrocyte_core::{ArrayData, Block, LogNorm, NamedArray, Scores};
use rayon::prelude::*;

use super::batch::{GeneRows, SparseRows};
use super::dropout::Noise;
use super::parameter::{Visitor, to_rows};
use super::sparse_linear::SparseLinear;
use crate::kernels::softmax::softmax;
use crate::optimise::AdamWStep;

/// A network whose first layer takes sparse cells and whose last gives a score per label.
pub(crate) trait Network: Send + Sync {
    /// What the way back needs of one chunk of cells.
    type Tape: Default + Send + Sync;

    /// The first layer.
    fn first(&self) -> &SparseLinear;

    /// Width of what the first layer gives.
    fn first_width(&self) -> usize;

    /// Number of labels.
    fn n_labels(&self) -> usize;

    /// Scores of shape `(cells, labels)`. `first_cell` is the position of the first cell in its batch; without noise nothing is
    /// left out.
    fn forward(
        &self,
        x: &SparseRows,
        first_cell: usize,
        noise: Option<&Noise>,
        tape: &mut Self::Tape,
        scores: &mut [f32],
    );

    /// The gradient by the scores to the gradient by what the first layer gave.
    fn backward(&self, d_scores: &[f32], tape: &mut Self::Tape, d_first: &mut [f32]);

    /// Sums the gradients over the chunks of a batch and moves the weights where there is a step.
    fn learn(&mut self, x: &GeneRows, d_first: &[f32], tapes: &[&Self::Tape], step: Option<&AdamWStep>);

    /// Must be called after the weights were changed from outside.
    fn weights_changed(&mut self);

    /// Every parameter, in a fixed order, by the name it has in `PyTorch`.
    fn visit(&mut self, visitor: &mut Visitor<'_>);
}

/// Cells that a thread takes through a network at once when it predicts.
const CHUNK_CELLS: usize = 32;

/// Probabilities of the cells that `cell_at` names, `n_cells` of them.
pub(crate) fn predict<N: Network>(
    network: &N,
    block: &Block<LogNorm>,
    n_cells: usize,
    cell_at: impl Fn(usize) -> usize + Sync,
    out: &mut Scores,
) {
    let n_labels = network.n_labels();
    out.reset(n_cells, n_labels);
    let chunks = out.as_mut_slice().par_chunks_mut(CHUNK_CELLS * n_labels).enumerate();
    chunks.for_each_init(
        || (SparseRows::default(), N::Tape::default(), Vec::new()),
        |(x, tape, scores), (chunk, rows)| {
            let first = chunk * CHUNK_CELLS;
            let n = rows.len() / n_labels;
            network.first().fill(x, block, (first..first + n).map(&cell_at));
            scores.resize(rows.len(), 0.0);
            network.forward(x, 0, None, tape, scores);
            for (row, scores) in rows.chunks_exact_mut(n_labels).zip(scores.chunks_exact(n_labels)) {
                for (probability, &score) in row.iter_mut().zip(scores) {
                    *probability = f64::from(score);
                }
                softmax(row);
            }
        },
    );
}

/// The weights as `PyTorch` names them.
pub(crate) fn to_arrays<N: Network>(network: &mut N) -> Vec<NamedArray> {
    let mut arrays = Vec::new();
    network.visit(&mut |named| {
        let data = ArrayData::F32(to_rows(&named.shape, named.layout, &named.parameter.value));
        arrays.push(NamedArray { name: named.name, shape: named.shape, data });
    });
    arrays
}
