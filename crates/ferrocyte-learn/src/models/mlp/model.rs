//! A fitted multilayer perceptron.

use ferrocyte_core::{Block, LabelSet, LogNorm, NamedArrays, Scores, Vocabulary};

use super::network::Net;
use super::params::{Mlp, MlpParams};
use crate::models::classifier::{Classifier, PredictError, check_block};
use crate::models::kind::SettingsError;
use crate::models::load::LoadError;
use crate::models::stored_network::{check_arrays, scaling_arrays, stored_scaling};
use crate::nn::network::{Network, predict, to_arrays};
use crate::nn::scaling::Scaling;

/// A fitted multilayer perceptron.
#[derive(Debug, Clone)]
pub struct MlpModel {
    genes: Vocabulary,
    labels: LabelSet,
    settings: MlpParams,
    scaling: Scaling,
    net: Net,
}

impl MlpModel {
    pub(super) fn new(
        genes: Vocabulary,
        labels: LabelSet,
        settings: MlpParams,
        scaling: Scaling,
        net: Net,
    ) -> Self {
        Self { genes, labels, settings, scaling, net }
    }

    pub(in crate::models) fn from_arrays(
        genes: Vocabulary,
        labels: LabelSet,
        settings: serde_json::Value,
        arrays: &NamedArrays,
    ) -> Result<Self, LoadError> {
        let settings: MlpParams = serde_json::from_value(settings).map_err(SettingsError::from)?;
        settings.check().map_err(SettingsError::from)?;
        check_arrays(arrays)?;
        let scaling = stored_scaling(arrays, genes.len())?;
        let net = Net::new(&settings, labels.len(), &scaling, &mut &*arrays)?;
        Ok(Self { genes, labels, settings, scaling, net })
    }
}

impl Classifier for MlpModel {
    fn kind(&self) -> &'static str {
        Mlp::KIND
    }

    fn genes(&self) -> &Vocabulary {
        &self.genes
    }

    fn labels(&self) -> &LabelSet {
        &self.labels
    }

    fn settings(&self) -> serde_json::Value {
        serde_json::json!(self.settings)
    }

    fn probabilities_into(
        &self,
        block: &Block<LogNorm>,
        probabilities: &mut Scores,
    ) -> Result<(), PredictError> {
        check_block(block, &self.genes)?;
        predict(&self.net, block, block.n_cells(), |cell| cell, probabilities);
        Ok(())
    }

    /// How far a gene moves the first layer, in a cell that is one standard deviation from the mean: the length of its
    /// weights there. What later layers make of it differs from cell to cell and is left out.
    fn gene_weights(&self) -> Option<Vec<f64>> {
        Some(self.net.first().gene_weights())
    }

    /// Weights and biases of each layer, shaped as in `PyTorch`, and `mean` and `sd` of each gene; all `f32`.
    fn to_arrays(&self) -> NamedArrays {
        let mut arrays = to_arrays(&mut self.net.clone());
        arrays.extend(scaling_arrays(&self.scaling));
        NamedArrays::new(arrays).expect("shapes and names are right by construction")
    }
}
