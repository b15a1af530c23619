//! Training of any kind of network.

use ferrocyte_core::{Progress, TrainingRecord, Vocabulary, Warning};

use super::architecture::Architecture;
use super::model::NetworkModel;
use super::prepared::Prepared;
use crate::labelled_cells::LabelledCells;
use crate::models::train::{Checkpoints, Fit, FitError, NoCheckpoints, Train};
use crate::nn::training::{self, TrainingCells};

impl<A: Architecture> Train for A {
    fn kind(&self) -> &'static str {
        A::KIND
    }

    fn settings(&self) -> serde_json::Value {
        Architecture::settings(self)
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

    fn can_stream(&self) -> bool {
        !self.needs_whole()
    }

    fn can_resume(&self) -> bool {
        true
    }

    fn fit_with(
        &self,
        data: &LabelledCells<'_>,
        genes: &Vocabulary,
        seed: u64,
        progress: &dyn Progress,
        checkpoints: &mut dyn Checkpoints,
    ) -> Result<Fit, FitError> {
        fit_by(self, data, genes, seed, |net, cells| {
            training::train(net, cells, &self.training(), seed, progress, checkpoints)
        })
    }
}

/// Puts everything in place, and lets somebody train.
pub(in crate::models) fn fit_by<A: Architecture>(
    architecture: &A,
    data: &LabelledCells<'_>,
    genes: &Vocabulary,
    seed: u64,
    train: impl FnOnce(&mut A::Net, &TrainingCells<'_>) -> Result<(TrainingRecord, Option<Warning>), FitError>,
) -> Result<Fit, FitError> {
    // What is in memory already is not copied.
    let whole = if architecture.needs_whole() { Some(data.whole()?) } else { None };
    let read = whole.as_deref().map(|block| data.on(block));
    let data = read.as_ref().unwrap_or(data);
    let prepared = Prepared::new(data, genes, architecture.balance(), architecture.validation(), seed)?;
    let mut net = architecture.untrained(&prepared, seed);
    let (record, warning) = train(&mut net, &prepared.cells())?;
    let Prepared { labels, scaling, .. } = prepared;
    Ok(Fit {
        model: Box::new(NetworkModel::new(architecture.clone(), genes.clone(), labels, scaling, net)),
        training: record,
        warnings: warning.into_iter().collect(),
    })
}
