//! A fitted network of any kind.

use ferrocyte_core::{Block, LabelSet, LogNorm, NamedArrays, Scores, Vocabulary};

use super::architecture::Architecture;
use super::stored::{check_arrays, scaling_arrays, stored_scaling};
use crate::models::classifier::{Classifier, PredictError, check_block};
use crate::models::load::LoadError;
use crate::nn::network::{Network, predict, to_arrays};
use crate::nn::scaling::Scaling;

/// A fitted network.
pub(in crate::models) struct NetworkModel<A: Architecture> {
    architecture: A,
    genes: Vocabulary,
    labels: LabelSet,
    scaling: Scaling,
    net: A::Net,
    predictor: <A::Net as Network>::Predictor,
}

impl<A: Architecture> NetworkModel<A> {
    pub(super) fn new(
        architecture: A,
        genes: Vocabulary,
        labels: LabelSet,
        scaling: Scaling,
        net: A::Net,
    ) -> Self {
        let predictor = net.predictor();
        Self { architecture, genes, labels, scaling, net, predictor }
    }

    /// The model that arrays as [`to_arrays`](Classifier::to_arrays) gives them hold, wherever they come from.
    pub(in crate::models) fn from_arrays(
        architecture: A,
        genes: Vocabulary,
        labels: LabelSet,
        arrays: &NamedArrays,
    ) -> Result<Self, LoadError> {
        check_arrays(arrays)?;
        let scaling = stored_scaling(arrays, genes.len())?;
        let net = architecture.stored(labels.len(), &scaling, arrays)?;
        Ok(Self::new(architecture, genes, labels, scaling, net))
    }
}

impl<A: Architecture> Classifier for NetworkModel<A> {
    fn kind(&self) -> &'static str {
        A::KIND
    }

    fn genes(&self) -> &Vocabulary {
        &self.genes
    }

    fn labels(&self) -> &LabelSet {
        &self.labels
    }

    fn settings(&self) -> serde_json::Value {
        self.architecture.settings()
    }

    fn probabilities_into(
        &self,
        block: &Block<LogNorm>,
        probabilities: &mut Scores,
    ) -> Result<(), PredictError> {
        check_block(block, &self.genes)?;
        predict(&self.predictor, block, block.n_cells(), |cell| cell, probabilities);
        Ok(())
    }

    /// How far a gene moves the first layer, in a cell that is one standard deviation from the mean: the length of its
    /// weights there. What later layers make of it differs from cell to cell and is left out.
    fn gene_weights(&self) -> Option<Vec<f64>> {
        Some(self.net.first().gene_weights())
    }

    /// The weights by their names in a `PyTorch` `state_dict` and shaped as there, `mean` and `sd` of each gene, and what
    /// else the kind of network needs; all `f32`.
    fn to_arrays(&self) -> NamedArrays {
        let mut arrays = to_arrays(&mut self.net.clone());
        arrays.extend(scaling_arrays(&self.scaling));
        arrays.extend(A::other_arrays(&self.net));
        NamedArrays::new(arrays).expect("shapes and names are right by construction")
    }
}
