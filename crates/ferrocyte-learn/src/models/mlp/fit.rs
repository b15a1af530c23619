//! Training of a multilayer perceptron.

use ferrocyte_core::{Progress, Vocabulary};

use super::model::MlpModel;
use super::network::Net;
use super::params::Mlp;
use crate::labelled_cells::LabelledCells;
use crate::models::prepared::Prepared;
use crate::models::train::{Checkpoints, Fit, FitError, NoCheckpoints, Train};
use crate::nn::training;

impl Train for Mlp {
    fn kind(&self) -> &'static str {
        Self::KIND
    }

    fn settings(&self) -> serde_json::Value {
        serde_json::json!(self.params)
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
        let params = self.params;
        let prepared = Prepared::new(data, genes, params.balance, params.validation, seed)?;
        let mut net = Net::random(&params, prepared.labels.len(), &prepared.scaling, seed);
        net.silence(&prepared.varies);
        let cells = prepared.cells();
        let (record, warning) =
            training::train(&mut net, &cells, &params.training(), seed, progress, checkpoints)?;
        let Prepared { labels, scaling, .. } = prepared;
        Ok(Fit {
            model: Box::new(MlpModel::new(genes.clone(), labels, params, scaling, net)),
            training: record,
            warnings: warning.into_iter().collect(),
        })
    }
}
