//! What `GeneBERT` is among networks.

use ferrocyte_core::{ArrayData, LabelSet, NamedArray, NamedArrays, Vocabulary};

use super::network::Net;
use super::params::{Genebert, GenebertParams};
use super::tokens::tokens_of_genes;
use crate::models::balance::Balance;
use crate::models::classifier::Classifier;
use crate::models::kind::SettingsError;
use crate::models::load::LoadError;
use crate::models::network::{Architecture, NetworkModel, Prepared};
use crate::nn::network::Network;
use crate::nn::scaling::Scaling;
use crate::nn::training::Training;

/// Name of the array with the token of each gene.
const TOKENS: &str = "token";

impl Architecture for Genebert {
    const KIND: &'static str = Genebert::KIND;

    type Net = Net;

    fn of_settings(settings: serde_json::Value) -> Result<Self, SettingsError> {
        Ok(serde_json::from_value::<GenebertParams>(settings)?.check()?)
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

    /// Which genes share a token is found by components of all cells.
    fn needs_whole(&self) -> bool {
        self.params.tokens > 1
    }

    fn untrained(&self, cells: &Prepared<'_>, seed: u64) -> Net {
        let token_of = tokens_of_genes(&cells.cells(), &cells.scaling, self.params.tokens, seed);
        let mut net = Net::random(&self.params, cells.labels.len(), token_of, &cells.scaling, seed);
        net.silence(&cells.varies);
        net
    }

    fn stored(&self, n_labels: usize, scaling: &Scaling, arrays: &NamedArrays) -> Result<Net, LoadError> {
        let tokens = self.params.tokens;
        let token_of = match tokens {
            1 => Vec::new(),
            _ => stored_tokens(arrays.f32(TOKENS, &[scaling.mean.len()])?, tokens)?,
        };
        Ok(Net::new(&self.params, n_labels, token_of, scaling, &mut &*arrays)?)
    }

    /// With more than one token, the token of each gene.
    fn other_arrays(net: &Net) -> Vec<NamedArray> {
        let token_of = net.first().token_of();
        if net.first().tokens() == 1 {
            return Vec::new();
        }
        let data = ArrayData::F32(token_of.iter().map(|&token| token as f32).collect());
        vec![NamedArray { name: TOKENS.to_owned(), shape: vec![token_of.len()], data }]
    }
}

impl Genebert {
    /// A model with these settings and the weights of arrays that were trained elsewhere: those of a `PyTorch` `state_dict` by their
    /// names there, `mean` and `sd` of each gene, and with more than one token the `token` of each gene, all `f32`.
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

fn stored_tokens(values: &[f32], tokens: usize) -> Result<Vec<u32>, LoadError> {
    let last = (tokens - 1) as f32;
    match values.iter().position(|&value| !(0.0..=last).contains(&value) || value.fract() != 0.0) {
        Some(position) => Err(LoadError::Value {
            array: TOKENS.to_owned(),
            position,
            found: f64::from(values[position]),
            expected: format!("a whole number from 0 to {last}"),
        }),
        None => Ok(values.iter().map(|&value| value as u32).collect()),
    }
}
