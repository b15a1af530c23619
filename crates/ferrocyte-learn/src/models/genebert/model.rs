//! A fitted `GeneBERT`.

use ferrocyte_core::{ArrayData, Block, LabelSet, LogNorm, NamedArray, NamedArrays, Scores, Vocabulary};

use super::network::Net;
use super::params::{Genebert, GenebertParams};
use crate::models::classifier::{Classifier, PredictError, check_block};
use crate::models::kind::SettingsError;
use crate::models::load::LoadError;
use crate::models::stored_network::{check_arrays, scaling_arrays, stored_scaling};
use crate::nn::network::{Network, predict, to_arrays};
use crate::nn::scaling::Scaling;

/// A fitted `GeneBERT`.
#[derive(Debug, Clone)]
pub struct GenebertModel {
    genes: Vocabulary,
    labels: LabelSet,
    settings: GenebertParams,
    scaling: Scaling,
    token_of: Vec<u32>,
    net: Net,
}

impl GenebertModel {
    pub(super) fn new(
        genes: Vocabulary,
        labels: LabelSet,
        settings: GenebertParams,
        scaling: Scaling,
        token_of: Vec<u32>,
        net: Net,
    ) -> Self {
        Self { genes, labels, settings, scaling, token_of, net }
    }

    pub(in crate::models) fn from_arrays(
        genes: Vocabulary,
        labels: LabelSet,
        settings: serde_json::Value,
        arrays: &NamedArrays,
    ) -> Result<Self, LoadError> {
        let settings: GenebertParams = serde_json::from_value(settings).map_err(SettingsError::from)?;
        settings.check().map_err(SettingsError::from)?;
        check_arrays(arrays)?;
        let scaling = stored_scaling(arrays, genes.len())?;
        let token_of = if settings.tokens == 1 {
            Vec::new()
        } else {
            stored_tokens(arrays.f32(TOKENS, &[genes.len()])?, settings.tokens)?
        };
        let net = Net::new(&settings, labels.len(), token_of.clone(), &scaling, &mut &*arrays)?;
        Ok(Self { genes, labels, settings, scaling, token_of, net })
    }
}

/// Name of the array with the token of each gene.
const TOKENS: &str = "token";

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

impl Classifier for GenebertModel {
    fn kind(&self) -> &'static str {
        Genebert::KIND
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

    /// The arrays of a `PyTorch` `state_dict` by their names there, all `f32`; beside them `mean` and `sd` of each gene, and, with
    /// more than one token, the `token` of each gene.
    fn to_arrays(&self) -> NamedArrays {
        let mut arrays = to_arrays(&mut self.net.clone());
        arrays.extend(scaling_arrays(&self.scaling));
        if self.settings.tokens > 1 {
            let data = ArrayData::F32(self.token_of.iter().map(|&token| token as f32).collect());
            arrays.push(NamedArray { name: TOKENS.to_owned(), shape: vec![self.token_of.len()], data });
        }
        NamedArrays::new(arrays).expect("shapes and names are right by construction")
    }
}
