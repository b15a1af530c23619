//! `GeneBERT` on a GPU, as a kind of training like any other.

use ferrocyte_core::{Progress, Vocabulary};
use ferrocyte_learn::LabelledCells;
use ferrocyte_learn::models::{Checkpoints, Fit, FitError, Genebert, NoCheckpoints, Train};

use crate::caught::Caught;
use crate::gpu::Gpu;
use crate::learner::Learner;

/// Trains a [`Genebert`] on a GPU. The model is one like any other: the same settings, arrays and predictions, which the processor
/// computes. Steps are those of a training on the processor but for rounding, so neither weights nor scores are the same bytes;
/// nor need they be from one GPU, driver or back end to another.
#[derive(Debug, Clone)]
pub struct GenebertOnGpu {
    genebert: Genebert,
    gpu: Gpu,
}

impl GenebertOnGpu {
    /// With checked settings, on a GPU that was found.
    pub fn new(genebert: Genebert, gpu: Gpu) -> Self {
        Self { genebert, gpu }
    }
}

impl Train for GenebertOnGpu {
    fn kind(&self) -> &'static str {
        self.genebert.kind()
    }

    fn settings(&self) -> serde_json::Value {
        self.genebert.settings()
    }

    fn fit(
        &self,
        data: &LabelledCells<'_>,
        genes: &Vocabulary,
        seed: u64,
        progress: &dyn Progress,
    ) -> Result<Fit, FitError> {
        self.fit_with(data, genes, seed, progress, &mut NoCheckpoints)
    }

    fn can_resume(&self) -> bool {
        self.genebert.can_resume()
    }

    fn fit_with(
        &self,
        data: &LabelledCells<'_>,
        genes: &Vocabulary,
        seed: u64,
        progress: &dyn Progress,
        checkpoints: &mut dyn Checkpoints,
    ) -> Result<Fit, FitError> {
        let mut learner = Caught(Learner::new(self.gpu.device()));
        self.genebert.fit_on(&mut learner, data, genes, seed, progress, checkpoints)
    }
}
