//! What the training loop asks of a network.

use ferrocyte_core::{ArrayData, Block, LogNorm, NamedArray, Scores};
use rayon::prelude::*;

use super::batch::{Drawn, SparseRows};
use super::dropout::Noise;
use super::first_predictor::{FirstMemory, FirstPredictor};
use super::parameter::{Visitor, to_rows};
use super::sparse_linear::SparseLinear;
use crate::kernels::softmax::softmax;
use crate::optimise::AdamWStep;

/// A network whose first layer takes sparse cells and whose last gives a score per label.
pub(crate) trait Network: Send + Sync {
    /// What the way back needs of one chunk of cells.
    type Tape: Default + Send + Sync;

    /// The network as predicting alone wants it.
    type Predictor: Predictor;

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

    /// The network as predicting alone wants it, for the weights as they are now.
    fn predictor(&self) -> Self::Predictor;

    /// The gradient by the scores to the gradient by what the first layer gave.
    fn backward(&self, d_scores: &[f32], tape: &mut Self::Tape, d_first: &mut [f32]);

    /// Sums the gradients over the chunks of a batch and moves the weights where there is a step.
    fn learn(&mut self, batch: Drawn<'_>, d_first: &[f32], tapes: &[&Self::Tape], step: Option<&AdamWStep>);

    /// Must be called after the weights were changed from outside.
    fn weights_changed(&mut self);

    /// Every parameter, in a fixed order, by the name it has in `PyTorch`.
    fn visit(&mut self, visitor: &mut Visitor<'_>);
}

/// A network without what only training needs: nothing is left out, and nothing kept for the way back. Its scores are those of
/// [`Network::forward`] up to rounding.
pub(crate) trait Predictor: Send + Sync {
    /// What one part of the cells after the other is worked on in.
    type Memory: Default;

    /// The first layer.
    fn first(&self) -> &FirstPredictor;

    /// Number of labels.
    fn n_labels(&self) -> usize;

    /// Scores of shape `(cells, labels)`, from what the first layer gave, which is written over.
    fn scores(&self, first: &mut [f32], memory: &mut Self::Memory, scores: &mut [f32]);
}

/// Rows that a thread takes through the first layer at once, at least and at most: the more, the less often its weights come
/// from memory. No result depends on it.
const FIRST_ROWS: (usize, usize) = (32, 256);

/// Rows that a thread takes through the other layers at once, so that what lies between them stays in the cache.
const ROWS: usize = 64;

/// Probabilities of the cells that `cell_at` names, `n_cells` of them.
pub(crate) fn predict<P: Predictor>(
    predictor: &P,
    block: &Block<LogNorm>,
    n_cells: usize,
    cell_at: impl Fn(usize) -> usize + Sync,
    out: &mut Scores,
) {
    let (first, n_labels) = (predictor.first(), predictor.n_labels());
    let (tokens, width) = (first.tokens(), first.width() * first.tokens());
    out.reset(n_cells, n_labels);
    let per_thread = (n_cells * tokens).div_ceil(2 * rayon::current_num_threads());
    let chunk_cells = (per_thread.clamp(FIRST_ROWS.0, FIRST_ROWS.1) / tokens).max(1);
    let part_cells = (ROWS / tokens).max(1);
    let chunks = out.as_mut_slice().par_chunks_mut(chunk_cells * n_labels).enumerate();
    chunks.for_each_init(
        || (FirstMemory::default(), Vec::new(), P::Memory::default(), Vec::new()),
        |(first_memory, given, memory, scores), (chunk, probabilities)| {
            let n = probabilities.len() / n_labels;
            given.resize(n * width, 0.0);
            first.apply(block, n, |cell| cell_at(chunk * chunk_cells + cell), first_memory, given);
            let parts = probabilities.chunks_mut(part_cells * n_labels);
            for (probabilities, given) in parts.zip(given.chunks_mut(part_cells * width)) {
                scores.resize(probabilities.len(), 0.0);
                predictor.scores(given, memory, scores);
                let rows = probabilities.chunks_exact_mut(n_labels).zip(scores.chunks_exact(n_labels));
                for (row, scores) in rows {
                    for (probability, &score) in row.iter_mut().zip(scores) {
                        *probability = f64::from(score);
                    }
                    softmax(row);
                }
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
