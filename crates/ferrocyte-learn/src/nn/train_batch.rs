//! One batch: forward, backward, and a step.

use ferrocyte_core::{Block, LogNorm};
use rayon::prelude::*;

use super::batch::{Drawn, SparseRows};
use super::dropout::Noise;
use super::loss::CrossEntropy;
use super::network::Network;
use crate::optimise::AdamWStep;

/// Cells of a chunk, at least and at most: two threads have something to do in a small batch, and a large one is
/// taken in parts that stay in the cache. No result depends on it.
const CHUNK_CELLS: (usize, usize) = (16, 64);

/// Memory that one batch after the other is worked on in.
pub(crate) struct Batches<N: Network> {
    chunks: Vec<Chunk<N::Tape>>,
    d_first: Vec<f32>,
}

#[derive(Default)]
struct Chunk<Tape> {
    tape: Tape,
    scores: Vec<f32>,
    d_scores: Vec<f32>,
    losses: Vec<f64>,
}

/// The cells of a batch.
#[derive(Debug, Clone, Copy)]
pub(crate) struct BatchCells<'a> {
    pub(crate) block: &'a Block<LogNorm>,
    pub(crate) cells: &'a [usize],
    /// Label of every cell of the block.
    pub(crate) labels: &'a [u32],
    /// How much every cell of the block counts.
    pub(crate) weights: &'a [f64],
}

impl BatchCells<'_> {
    /// How much the cells of the batch count together.
    pub(crate) fn weight(&self) -> f64 {
        self.cells.iter().map(|&cell| self.weights[cell]).sum()
    }
}

impl<N: Network> Batches<N> {
    pub(crate) fn new() -> Self {
        Self { chunks: Vec::new(), d_first: Vec::new() }
    }

    /// Computes the gradient over a batch, moves the weights where there is a step, and returns the loss before it.
    pub(crate) fn learn(
        &mut self,
        network: &mut N,
        batch: BatchCells<'_>,
        loss: CrossEntropy,
        noise: Option<&Noise>,
        step: Option<&AdamWStep>,
    ) -> f64 {
        let BatchCells { block, cells, labels, weights } = batch;
        let chunk_cells = (cells.len() / 8).clamp(CHUNK_CELLS.0, CHUNK_CELLS.1);
        let n_chunks = cells.len().div_ceil(chunk_cells);
        self.chunks.resize_with(n_chunks, Chunk::default);
        let cells_of =
            |chunk: usize| &cells[chunk * chunk_cells..((chunk + 1) * chunk_cells).min(cells.len())];

        let first = network.first();
        let total = batch.weight();
        let width = network.first_width() * first.tokens();
        self.d_first.resize(cells.len() * width, 0.0);
        let Self { chunks, d_first } = self;
        let shared = &*network;
        let parts = chunks.par_iter_mut().zip(d_first.par_chunks_mut(chunk_cells * width));
        // The cells of a chunk are made ready just before, so that few chunks lie twice in memory.
        parts.enumerate().for_each_init(SparseRows::default, |x, (index, (chunk, d_first))| {
            let cells = cells_of(index);
            first.fill(x, block, cells.iter().copied());
            let n_labels = shared.n_labels();
            chunk.scores.resize(cells.len() * n_labels, 0.0);
            chunk.d_scores.resize(cells.len() * n_labels, 0.0);
            shared.forward(x, index * chunk_cells, noise, &mut chunk.tape, &mut chunk.scores);
            chunk.losses.clear();
            let rows = chunk.scores.chunks_exact(n_labels).zip(chunk.d_scores.chunks_exact_mut(n_labels));
            for (&cell, (scores, d_scores)) in cells.iter().zip(rows) {
                let label = labels[cell] as usize;
                chunk.losses.push(loss.cell(scores, label, weights[cell], total, d_scores));
            }
            shared.backward(&chunk.d_scores, &mut chunk.tape, d_first);
        });
        let tapes: Vec<&N::Tape> = self.chunks.iter().map(|chunk| &chunk.tape).collect();
        network.learn(Drawn { block, cells }, &self.d_first, &tapes, step);
        self.chunks.iter().flat_map(|chunk| &chunk.losses).sum()
    }
}
