//! Who computes a training: the processor, or a device beside it.

use ferrocyte_core::{Block, LogNorm, Scores};

use super::dropout::Noise;
use super::loss::CrossEntropy;
use super::network::{Network, predict};
use super::parameter::Visitor;
use super::train_batch::{BatchCells, Batches};
use crate::models::FitError;
use crate::optimise::AdamWStep;

/// What the training loop asks of whoever computes. Batches come one after the other; nobody waits for the loss of one before
/// the next begins.
pub(crate) trait Learner {
    /// Number of labels.
    fn n_labels(&self) -> usize;

    /// Moves the weights by one batch.
    fn learn(
        &mut self,
        batch: BatchCells<'_>,
        loss: CrossEntropy,
        noise: Option<&Noise>,
        step: &AdamWStep,
    ) -> Result<(), FitError>;

    /// The sum of the losses of all cells learnt from since it was last asked.
    fn loss(&mut self) -> Result<f64, FitError>;

    /// Probabilities of cells.
    fn predict(&mut self, block: &Block<LogNorm>, cells: &[usize], out: &mut Scores) -> Result<(), FitError>;

    /// Every parameter as it now is, in the order of the network.
    fn visit(&mut self, visitor: &mut Visitor<'_>) -> Result<(), FitError>;

    /// Must be called after a visitor changed the parameters.
    fn weights_changed(&mut self) -> Result<(), FitError>;
}

/// The processor.
pub(crate) struct OnProcessor<'a, N: Network> {
    network: &'a mut N,
    batches: Batches<N>,
    loss: f64,
}

impl<'a, N: Network> OnProcessor<'a, N> {
    pub(crate) fn new(network: &'a mut N) -> Self {
        Self { network, batches: Batches::new(), loss: 0.0 }
    }
}

impl<N: Network> Learner for OnProcessor<'_, N> {
    fn n_labels(&self) -> usize {
        self.network.n_labels()
    }

    fn learn(
        &mut self,
        batch: BatchCells<'_>,
        loss: CrossEntropy,
        noise: Option<&Noise>,
        step: &AdamWStep,
    ) -> Result<(), FitError> {
        self.loss += batch.weight() * self.batches.learn(self.network, batch, loss, noise, Some(step));
        Ok(())
    }

    fn loss(&mut self) -> Result<f64, FitError> {
        Ok(std::mem::take(&mut self.loss))
    }

    fn predict(&mut self, block: &Block<LogNorm>, cells: &[usize], out: &mut Scores) -> Result<(), FitError> {
        predict(&self.network.predictor(), block, cells.len(), |i| cells[i], out);
        Ok(())
    }

    fn visit(&mut self, visitor: &mut Visitor<'_>) -> Result<(), FitError> {
        self.network.visit(visitor);
        Ok(())
    }

    fn weights_changed(&mut self) -> Result<(), FitError> {
        self.network.weights_changed();
        Ok(())
    }
}
