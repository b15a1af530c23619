//! Training of any kind of network.

use ferrocyte_core::{Progress, Vocabulary};

use super::architecture::Architecture;
use super::model::NetworkModel;
use super::prepared::Prepared;
use crate::labelled_cells::LabelledCells;
use crate::models::train::{Checkpoints, Fit, FitError, NoCheckpoints, Train};
use crate::nn::training;

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
        let prepared = Prepared::new(data, genes, self.balance(), self.validation(), seed)?;
        let mut net = self.untrained(&prepared, seed);
        let cells = prepared.cells();
        let (record, warning) =
            training::train(&mut net, &cells, &self.training(), seed, progress, checkpoints)?;
        let Prepared { labels, scaling, .. } = prepared;
        Ok(Fit {
            model: Box::new(NetworkModel::new(self.clone(), genes.clone(), labels, scaling, net)),
            training: record,
            warnings: warning.into_iter().collect(),
        })
    }
}
