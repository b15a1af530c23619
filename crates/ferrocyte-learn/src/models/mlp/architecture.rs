//! What a multilayer perceptron is among networks.

use ferrocyte_core::{LabelSet, NamedArrays, Vocabulary};

use super::network::Net;
use super::params::{Mlp, MlpParams};
use crate::models::balance::Balance;
use crate::models::classifier::Classifier;
use crate::models::kind::SettingsError;
use crate::models::load::LoadError;
use crate::models::network::{Architecture, NetworkModel, Prepared};
use crate::nn::scaling::Scaling;
use crate::nn::training::Training;

impl Architecture for Mlp {
    const KIND: &'static str = Mlp::KIND;

    type Net = Net;

    fn of_settings(settings: serde_json::Value) -> Result<Self, SettingsError> {
        Ok(serde_json::from_value::<MlpParams>(settings)?.check()?)
    }

    fn settings(&self) -> serde_json::Value {
        serde_json::json!(self.params)
    }

    fn training(&self) -> Training {
        Training { mixing: self.mixing, ..self.params.training() }
    }

    fn balance(&self) -> Balance {
        self.params.balance
    }

    fn validation(&self) -> f64 {
        self.params.validation
    }

    fn untrained(&self, cells: &Prepared<'_>, seed: u64) -> Net {
        let mut net = Net::random(&self.params, cells.labels.len(), &cells.scaling, seed);
        net.silence(&cells.varies);
        net
    }

    fn stored(&self, n_labels: usize, scaling: &Scaling, arrays: &NamedArrays) -> Result<Net, LoadError> {
        Ok(Net::new(&self.params, n_labels, scaling, &mut &*arrays)?)
    }
}

impl Mlp {
    /// A model with these settings and the weights of arrays that were trained elsewhere: weights and biases of each layer, and
    /// `mean` and `sd` of each gene, all `f32`.
    ///
    /// # Errors
    /// When an array is missing or of the wrong shape, or holds a number that no training gives.
    pub fn model_of_arrays(
        &self,
        genes: Vocabulary,
        labels: LabelSet,
        arrays: &NamedArrays,
    ) -> Result<Box<dyn Classifier>, LoadError> {
        Ok(Box::new(NetworkModel::from_arrays(*self, genes, labels, arrays)?))
    }
}
