//! Training of `GeneBERT`.

use ferrocyte_core::{Progress, TrainingRecord, Vocabulary, Warning};

use super::model::GenebertModel;
use super::network::Net;
use super::params::Genebert;
use super::tokens::tokens_of_genes;
use crate::labelled_cells::LabelledCells;
use crate::models::prepared::Prepared;
use crate::models::train::{Checkpoints, Fit, FitError, NoCheckpoints, Train};
use crate::nn::training::{self, TrainingCells};

impl Train for Genebert {
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
        self.fit_by(data, genes, seed, |net, cells| {
            training::train(net, cells, &self.params.training(), seed, progress, checkpoints)
        })
    }
}

impl Genebert {
    /// Puts everything in place, and lets somebody train.
    pub(super) fn fit_by(
        &self,
        data: &LabelledCells<'_>,
        genes: &Vocabulary,
        seed: u64,
        train: impl FnOnce(&mut Net, &TrainingCells<'_>) -> Result<(TrainingRecord, Option<Warning>), FitError>,
    ) -> Result<Fit, FitError> {
        let params = self.params;
        let prepared = Prepared::new(data, genes, params.balance, params.validation, seed)?;
        let token_of = tokens_of_genes(genes.len(), params.tokens, seed);
        let mut net = Net::random(&params, prepared.labels.len(), token_of.clone(), &prepared.scaling, seed);
        net.silence(&prepared.varies);
        let (record, warning) = train(&mut net, &prepared.cells())?;
        let Prepared { labels, scaling, .. } = prepared;
        Ok(Fit {
            model: Box::new(GenebertModel::new(genes.clone(), labels, params, scaling, token_of, net)),
            training: record,
            warnings: warning.into_iter().collect(),
        })
    }
}
