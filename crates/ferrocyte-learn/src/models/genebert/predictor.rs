//! `GeneBERT` as it predicts.

use super::network::Net;
use crate::nn::activation::{add, gelu_values, relu_values};
use crate::nn::affine::Affine;
use crate::nn::encoder_predictor::{EncoderMemory, EncoderPredictor};
use crate::nn::first_predictor::FirstPredictor;
use crate::nn::layer_norm::LayerNorm;
use crate::nn::linear::mean_rows;
use crate::nn::network::{Network, Predictor};

/// The layers without what only training needs.
#[derive(Debug)]
pub(in crate::models) struct NetPredictor {
    first: FirstPredictor,
    norm: LayerNorm,
    position: Vec<f32>, // a row per token
    layers: Vec<EncoderPredictor>,
    hidden: Affine,
    output: Affine,
}

/// What one part of the cells after the other is worked on in.
#[derive(Debug, Default)]
pub(in crate::models) struct Memory {
    encoder: EncoderMemory,
    mean: Vec<f32>,
    hidden: Vec<f32>,
}

impl NetPredictor {
    pub(super) fn of(net: &Net) -> Self {
        Self {
            first: net.first().predictor(),
            norm: net.norm.clone(),
            position: net.position.value.clone(),
            layers: net.layers.iter().map(EncoderPredictor::of).collect(),
            hidden: Affine::of(&net.hidden),
            output: Affine::of(&net.output),
        }
    }
}

impl Predictor for NetPredictor {
    type Memory = Memory;

    fn first(&self) -> &FirstPredictor {
        &self.first
    }

    fn n_labels(&self) -> usize {
        self.output.width()
    }

    fn scores(&self, rows: &mut [f32], memory: &mut Memory, scores: &mut [f32]) {
        gelu_values(rows);
        self.norm.apply(rows);
        for cell in rows.chunks_exact_mut(self.position.len()) {
            add(cell, &self.position);
        }
        for layer in &self.layers {
            layer.apply(rows, &mut memory.encoder);
        }
        let (tokens, width) = (self.first.tokens(), self.first.width());
        let cells = rows.len() / (tokens * width);
        memory.mean.resize(cells * width, 0.0);
        mean_rows(rows, tokens, width, &mut memory.mean);
        self.hidden.apply(cells, &memory.mean, &mut memory.hidden);
        relu_values(&mut memory.hidden);
        self.output.apply_into(&memory.hidden, scores);
    }
}
