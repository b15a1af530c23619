//! Training cells that are not in memory, a window of an epoch's order after the other.

use std::panic::resume_unwind;
use std::thread;

use ferrocyte_core::{Block, LogNorm};

use super::train_batch::BatchCells;
use super::training::TrainingCells;
use crate::models::FitError;

/// Some cells that were read, and where each place of the order finds its cell among them.
struct Window {
    block: Block<LogNorm>,
    order: Vec<usize>,
    labels: Vec<u32>,
    weights: Vec<f64>,
}

impl Window {
    /// Reads the cells of a part of an order, each once, in the order in which they lie.
    fn read(cells: &TrainingCells<'_>, order: &[usize]) -> Result<Self, FitError> {
        let mut sorted = order.to_vec();
        sorted.sort_unstable();
        Ok(Self {
            block: cells.cells.some(&sorted)?,
            order: order.iter().map(|cell| sorted.partition_point(|other| other < cell)).collect(),
            labels: sorted.iter().map(|&cell| cells.labels[cell]).collect(),
            weights: sorted.iter().map(|&cell| cells.weights[cell]).collect(),
        })
    }
}

/// Hands on the batches of an epoch in their order. Cells in memory are taken where they are; of others the next window is read
/// while one is learnt from. Both give the same batches.
pub(crate) fn for_each_batch(
    cells: &TrainingCells<'_>,
    order: &[usize],
    window: usize,
    batch_size: usize,
    mut learn: impl FnMut(BatchCells<'_>) -> Result<(), FitError>,
) -> Result<(), FitError> {
    if let Some(block) = cells.cells.in_memory() {
        let TrainingCells { labels, weights, .. } = *cells;
        let mut batches = order.chunks(batch_size);
        return batches.try_for_each(|cells| learn(BatchCells { block, cells, labels, weights }));
    }
    thread::scope(|scope| {
        let read = |part| scope.spawn(move || Window::read(cells, part));
        let mut parts = order.chunks(window);
        let mut next = parts.next().map(read);
        while let Some(reading) = next {
            let Window { block, order, labels, weights } =
                reading.join().unwrap_or_else(|panic| resume_unwind(panic))?;
            next = parts.next().map(read);
            for cells in order.chunks(batch_size) {
                learn(BatchCells { block: &block, cells, labels: &labels, weights: &weights })?;
            }
        }
        Ok(())
    })
}
