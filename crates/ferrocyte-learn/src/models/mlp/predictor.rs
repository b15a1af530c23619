//! A multilayer perceptron as it predicts.

use super::network::Net;
use crate::nn::activation::relu_values;
use crate::nn::affine::Affine;
use crate::nn::first_predictor::FirstPredictor;
use crate::nn::layer_norm::LayerNorm;
use crate::nn::network::{Network, Predictor};

/// The layers without what only training needs.
#[derive(Debug)]
pub(in crate::models) struct NetPredictor {
    first: FirstPredictor,
    norm: Option<LayerNorm>,
    second: Option<(Affine, Option<LayerNorm>)>,
    output: Affine,
}

impl NetPredictor {
    pub(super) fn of(net: &Net) -> Self {
        let second = net.second.as_ref();
        Self {
            first: net.first().predictor(),
            norm: net.after_first.norm.clone(),
            second: second.map(|(linear, after)| (Affine::of(linear), after.norm.clone())),
            output: Affine::of(&net.output),
        }
    }
}

impl Predictor for NetPredictor {
    type Memory = Vec<f32>;

    fn first(&self) -> &FirstPredictor {
        &self.first
    }

    fn n_labels(&self) -> usize {
        self.output.width()
    }

    fn scores(&self, first: &mut [f32], memory: &mut Vec<f32>, scores: &mut [f32]) {
        after_linear(self.norm.as_ref(), first);
        let Some((linear, norm)) = &self.second else {
            self.output.apply_into(first, scores);
            return;
        };
        linear.apply(scores.len() / self.output.width(), first, memory);
        after_linear(norm.as_ref(), memory);
        self.output.apply_into(memory, scores);
    }
}

/// What follows the linear part of a hidden layer.
fn after_linear(norm: Option<&LayerNorm>, rows: &mut [f32]) {
    if let Some(norm) = norm {
        norm.apply(rows);
    }
    relu_values(rows);
}
