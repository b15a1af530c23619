//! The network of `GeneBERT`.

use ferrocyte_core::ArrayError;

use super::params::GenebertParams;
use super::predictor::NetPredictor;
use crate::nn::activation::{add, gelu, relu, scale};
use crate::nn::batch::{Drawn, SparseRows};
use crate::nn::dropout::Noise;
use crate::nn::encoder_layer::{EncoderLayer, EncoderShape, EncoderTape};
use crate::nn::initial::Initial;
use crate::nn::layer_norm::{LayerNorm, NormTape};
use crate::nn::linear::{Linear, add_columns, mean_rows};
use crate::nn::network::Network;
use crate::nn::parameter::{Layout, Parameter, Visitor};
use crate::nn::scaling::Scaling;
use crate::nn::source::{Source, Start};
use crate::nn::sparse_linear::SparseLinear;
use crate::optimise::AdamWStep;

/// ```text
/// z-scores ─► Linear ─► GELU ─► LayerNorm ─► + position ─► encoder layers ─► mean over tokens ─► Linear ─► ReLU ─► Linear
/// ```
#[derive(Debug, Clone)]
pub(in crate::models) struct Net {
    width: usize,
    tokens: usize,
    embedding: SparseLinear,
    pub(super) norm: LayerNorm,
    pub(super) position: Parameter, // a row per token
    pub(super) layers: Vec<EncoderLayer>,
    pub(super) hidden: Linear,
    pub(super) output: Linear,
}

/// What the way back needs.
#[derive(Debug, Clone, Default)]
pub(in crate::models) struct Tape {
    rows: Vec<f32>,
    embedded: Vec<f32>,
    slopes: Vec<f32>,
    norm: NormTape,
    d_position: Vec<f32>, // gradient by the rows that the first encoder layer took
    layers: Vec<EncoderTape>,
    mean: Vec<f32>,
    hidden: Vec<f32>,
    hidden_slopes: Vec<f32>,
    d_hidden: Vec<f32>,
    d_scores: Vec<f32>,
}

impl Net {
    /// A network as it is before training.
    pub(super) fn random(
        params: &GenebertParams,
        n_labels: usize,
        token_of: Vec<u32>,
        scaling: &Scaling,
        seed: u64,
    ) -> Self {
        let mut net = Self::new(params, n_labels, token_of, scaling, &mut Initial::new(seed))
            .expect("there is a random number for every weight");
        for layer in 1..net.layers.len() {
            net.layers[layer] = net.layers[0].at(layer);
        }
        net
    }

    /// A network with the weights of a source.
    pub(super) fn new(
        params: &GenebertParams,
        n_labels: usize,
        token_of: Vec<u32>,
        scaling: &Scaling,
        source: &mut dyn Source,
    ) -> Result<Self, ArrayError> {
        let (width, tokens) = (params.dim, params.tokens);
        let shape = EncoderShape { tokens, heads: params.heads, width, hidden: 4 * width };
        let embedding = SparseLinear::new("embedding.0", width, tokens, token_of, scaling, source)?;
        let norm = LayerNorm::new("embedding.2", width, source)?;
        let position = source.take("pos_encoder", &[1, tokens, width], Layout::Rows, Start::Normal)?;
        let layers = (0..params.layers)
            .map(|layer| EncoderLayer::new(&format!("transformer.layers.{layer}"), layer, shape, source))
            .collect::<Result<_, _>>()?;
        let narrow = (width / 2).max(1);
        Ok(Self {
            width,
            tokens,
            embedding,
            norm,
            position: Parameter::new(position),
            layers,
            hidden: Linear::new("classifier.0", width, narrow, source)?,
            output: Linear::new("classifier.2", narrow, n_labels, source)?,
        })
    }

    /// Takes no notice of genes that do not vary.
    pub(super) fn silence(&mut self, varies: &[bool]) {
        self.embedding.silence(varies);
    }
}

impl Network for Net {
    type Tape = Tape;
    type Predictor = NetPredictor;

    fn predictor(&self) -> NetPredictor {
        NetPredictor::of(self)
    }

    fn first(&self) -> &SparseLinear {
        &self.embedding
    }

    fn first_width(&self) -> usize {
        self.width
    }

    fn n_labels(&self) -> usize {
        self.output.width()
    }

    fn forward(
        &self,
        x: &SparseRows,
        first_cell: usize,
        noise: Option<&Noise>,
        tape: &mut Tape,
        scores: &mut [f32],
    ) {
        let (n, width) = (x.n_rows(), self.width);
        let cells = n / self.tokens;
        tape.embedded.resize(n * width, 0.0);
        tape.slopes.resize(n * width, 0.0);
        tape.rows.resize(n * width, 0.0);
        self.embedding.forward(x, &mut tape.embedded);
        gelu(&mut tape.embedded, &mut tape.slopes);
        self.norm.forward(&tape.embedded, &mut tape.norm, &mut tape.rows);
        for cell in tape.rows.chunks_exact_mut(self.position.value.len()) {
            add(cell, &self.position.value);
        }
        tape.layers.resize_with(self.layers.len(), EncoderTape::default);
        for (layer, tape_of_layer) in self.layers.iter().zip(&mut tape.layers) {
            layer.forward(&mut tape.rows, first_cell, noise, tape_of_layer);
        }
        tape.mean.resize(cells * width, 0.0);
        mean_rows(&tape.rows, self.tokens, width, &mut tape.mean);
        tape.hidden.resize(cells * self.hidden.width(), 0.0);
        tape.hidden_slopes.resize(cells * self.hidden.width(), 0.0);
        self.hidden.forward(&tape.mean, &mut tape.hidden);
        relu(&mut tape.hidden, &mut tape.hidden_slopes);
        self.output.forward(&tape.hidden, scores);
    }

    fn backward(&self, d_scores: &[f32], tape: &mut Tape, d_first: &mut [f32]) {
        tape.d_scores.clear();
        tape.d_scores.extend_from_slice(d_scores);
        tape.d_hidden.resize(tape.hidden.len(), 0.0);
        self.output.backward(d_scores, &mut tape.d_hidden);
        scale(&mut tape.d_hidden, &tape.hidden_slopes);
        let mut d_mean = vec![0.0; tape.mean.len()];
        self.hidden.backward(&tape.d_hidden, &mut d_mean);
        let per_token = 1.0 / self.tokens as f32;
        let cells = tape.rows.chunks_exact_mut(self.tokens * self.width);
        for (rows, d_mean) in cells.zip(d_mean.chunks_exact(self.width)) {
            for row in rows.chunks_exact_mut(self.width) {
                for (d_row, d_mean) in row.iter_mut().zip(d_mean) {
                    *d_row = d_mean * per_token;
                }
            }
        }
        for (layer, tape_of_layer) in self.layers.iter().zip(&mut tape.layers).rev() {
            layer.backward(&mut tape.rows, tape_of_layer);
        }
        tape.d_position.clear();
        tape.d_position.extend_from_slice(&tape.rows);
        self.norm.backward(&tape.rows, &mut tape.norm, d_first);
        scale(d_first, &tape.slopes);
    }

    fn learn(&mut self, batch: Drawn<'_>, d_first: &[f32], tapes: &[&Tape], step: Option<&AdamWStep>) {
        let Self { embedding, norm, position, layers, hidden, output, .. } = self;
        let parts = |of: for<'t> fn(&'t Tape) -> (&'t [f32], &'t [f32])| {
            tapes.iter().map(|&tape| of(tape)).collect::<Vec<_>>()
        };
        rayon::scope(|scope| {
            scope.spawn(|_| embedding.learn(batch, d_first, step));
            for (number, layer) in layers.iter_mut().enumerate() {
                scope.spawn(move |_| {
                    let tapes: Vec<&EncoderTape> = tapes.iter().map(|tape| &tape.layers[number]).collect();
                    layer.learn(&tapes, step);
                });
            }
            hidden.learn(&parts(|tape| (&tape.mean, &tape.d_hidden)), step);
            output.learn(&parts(|tape| (&tape.hidden, &tape.d_scores)), step);
            norm.learn(tapes.iter().map(|tape| &tape.norm), step);
            let gradient = position.gradient();
            gradient.fill(0.0);
            for tape in tapes {
                add_columns(&tape.d_position, gradient);
            }
            if let Some(step) = step {
                position.apply(0, step);
            }
        });
    }

    fn weights_changed(&mut self) {
        self.embedding.weights_changed();
        for layer in &mut self.layers {
            layer.weights_changed();
        }
        self.hidden.weights_changed();
        self.output.weights_changed();
    }

    fn visit(&mut self, visitor: &mut Visitor<'_>) {
        self.position.visit("pos_encoder".to_owned(), &[1, self.tokens, self.width], visitor);
        self.embedding.visit("embedding.0", visitor);
        self.norm.visit("embedding.2", visitor);
        for (layer, encoder) in self.layers.iter_mut().enumerate() {
            encoder.visit(&format!("transformer.layers.{layer}"), visitor);
        }
        self.hidden.visit("classifier.0", visitor);
        self.output.visit("classifier.2", visitor);
    }
}
