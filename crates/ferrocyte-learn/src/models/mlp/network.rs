//! The network of multilayer perceptrons.

use ferrocyte_core::ArrayError;

use super::params::{MlpParams, Norm};
use super::predictor::NetPredictor;
use crate::nn::activation::{relu, scale};
use crate::nn::batch::{Drawn, SparseRows};
use crate::nn::dropout::Noise;
use crate::nn::initial::Initial;
use crate::nn::layer_norm::{LayerNorm, NormTape};
use crate::nn::linear::Linear;
use crate::nn::network::Network;
use crate::nn::parameter::Visitor;
use crate::nn::scaling::Scaling;
use crate::nn::source::Source;
use crate::nn::sparse_linear::SparseLinear;
use crate::optimise::AdamWStep;

/// ```text
/// z-scores ─► Linear ─► norm ─► ReLU ─► dropout  ( ─► Linear ─► norm ─► ReLU ─► dropout )  ─► Linear
/// ```
#[derive(Debug, Clone)]
pub(in crate::models) struct Net {
    first: SparseLinear,
    pub(super) after_first: Hidden,
    pub(super) second: Option<(Linear, Hidden)>,
    pub(super) output: Linear,
}

/// What follows the linear part of a hidden layer.
#[derive(Debug, Clone)]
pub(super) struct Hidden {
    width: usize,
    place: u32,
    pub(super) norm: Option<LayerNorm>,
}

/// What the way back needs.
#[derive(Debug, Clone, Default)]
pub(in crate::models) struct Tape {
    first: HiddenTape,
    second: HiddenTape,
    d_scores: Vec<f32>,
}

#[derive(Debug, Clone, Default)]
struct HiddenTape {
    linear: Vec<f32>, // what the linear part gave
    norm: NormTape,
    out: Vec<f32>,
    slopes: Vec<f32>, // of ReLU, times the factors of dropout
    factors: Vec<f32>,
    d_linear: Vec<f32>,
}

#[cfg(test)]
impl Tape {
    /// Which numbers `ReLU` let through: between its kinks, the scores are smooth.
    pub(super) fn piece(&self) -> Vec<bool> {
        self.first.slopes.iter().chain(&self.second.slopes).map(|&slope| slope > 0.0).collect()
    }
}

impl Hidden {
    fn forward(&self, first_cell: usize, noise: Option<&Noise>, tape: &mut HiddenTape) {
        let HiddenTape { linear, norm, out, slopes, factors, .. } = tape;
        out.resize(linear.len(), 0.0);
        slopes.resize(linear.len(), 0.0);
        match &self.norm {
            Some(layer) => layer.forward(linear, norm, out),
            None => out.copy_from_slice(linear),
        }
        relu(out, slopes);
        if let Some(noise) = noise {
            factors.resize(linear.len(), 0.0);
            noise.factors_of_rows(first_cell, self.width, self.place, factors);
            scale(out, factors);
            scale(slopes, factors);
        }
    }

    /// `d_out` is scaled in place on the way.
    fn backward(&self, d_out: &mut [f32], tape: &mut HiddenTape) {
        scale(d_out, &tape.slopes);
        tape.d_linear.resize(d_out.len(), 0.0);
        match &self.norm {
            Some(layer) => layer.backward(d_out, &mut tape.norm, &mut tape.d_linear),
            None => tape.d_linear.copy_from_slice(d_out),
        }
    }
}

impl Net {
    /// A network as it is before training.
    pub(super) fn random(params: &MlpParams, n_labels: usize, scaling: &Scaling, seed: u64) -> Self {
        Self::new(params, n_labels, scaling, &mut Initial::new(seed))
            .expect("there is a random number for every weight")
    }

    /// A network with the weights of a source.
    pub(super) fn new(
        params: &MlpParams,
        n_labels: usize,
        scaling: &Scaling,
        source: &mut dyn Source,
    ) -> Result<Self, ArrayError> {
        let MlpParams { hidden, hidden2, norm, .. } = *params;
        let after = |layer: u32, width, source: &mut dyn Source| {
            let norm = match norm {
                Norm::None => None,
                Norm::Layer => Some(LayerNorm::new(&format!("norm.{layer}"), width, source)?),
            };
            Ok(Hidden { width, place: layer, norm })
        };
        let first = SparseLinear::new("hidden.0", hidden, 1, Vec::new(), scaling, source)?;
        let after_first = after(0, hidden, source)?;
        let second = match hidden2 {
            0 => None,
            width => Some((Linear::new("hidden.1", hidden, width, source)?, after(1, width, source)?)),
        };
        let last = if hidden2 == 0 { hidden } else { hidden2 };
        let output = Linear::new("output", last, n_labels, source)?;
        Ok(Self { first, after_first, second, output })
    }

    /// Takes no notice of genes that do not vary.
    pub(super) fn silence(&mut self, varies: &[bool]) {
        self.first.silence(varies);
    }
}

impl Network for Net {
    type Tape = Tape;
    type Predictor = NetPredictor;

    fn predictor(&self) -> NetPredictor {
        NetPredictor::of(self)
    }

    fn first(&self) -> &SparseLinear {
        &self.first
    }

    fn first_width(&self) -> usize {
        self.after_first.width
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
        tape.first.linear.resize(x.n_rows() * self.after_first.width, 0.0);
        self.first.forward(x, &mut tape.first.linear);
        self.after_first.forward(first_cell, noise, &mut tape.first);
        let last = match &self.second {
            Some((linear, after)) => {
                tape.second.linear.resize(x.n_rows() * after.width, 0.0);
                linear.forward(&tape.first.out, &mut tape.second.linear);
                after.forward(first_cell, noise, &mut tape.second);
                &tape.second.out
            }
            None => &tape.first.out,
        };
        self.output.forward(last, scores);
    }

    fn backward(&self, d_scores: &[f32], tape: &mut Tape, d_first: &mut [f32]) {
        tape.d_scores.clear();
        tape.d_scores.extend_from_slice(d_scores);
        let mut d_out = vec![0.0; tape.first.out.len()];
        match &self.second {
            Some((linear, after)) => {
                let mut d_second = vec![0.0; tape.second.out.len()];
                self.output.backward(d_scores, &mut d_second);
                after.backward(&mut d_second, &mut tape.second);
                linear.backward(&tape.second.d_linear, &mut d_out);
            }
            None => self.output.backward(d_scores, &mut d_out),
        }
        self.after_first.backward(&mut d_out, &mut tape.first);
        d_first.copy_from_slice(&tape.first.d_linear);
    }

    fn learn(&mut self, batch: Drawn<'_>, d_first: &[f32], tapes: &[&Tape], step: Option<&AdamWStep>) {
        let Self { first, after_first, second, output } = self;
        let parts = |of: for<'t> fn(&'t Tape) -> (&'t [f32], &'t [f32])| {
            tapes.iter().map(|&tape| of(tape)).collect::<Vec<_>>()
        };
        rayon::join(
            || first.learn(batch, d_first, step),
            || {
                if let Some(norm) = &mut after_first.norm {
                    norm.learn(tapes.iter().map(|tape| &tape.first.norm), step);
                }
                let Some((linear, after)) = second else {
                    output.learn(&parts(|tape| (&tape.first.out, &tape.d_scores)), step);
                    return;
                };
                if let Some(norm) = &mut after.norm {
                    norm.learn(tapes.iter().map(|tape| &tape.second.norm), step);
                }
                linear.learn(&parts(|tape| (&tape.first.out, &tape.second.d_linear)), step);
                output.learn(&parts(|tape| (&tape.second.out, &tape.d_scores)), step);
            },
        );
    }

    fn weights_changed(&mut self) {
        self.first.weights_changed();
        if let Some((linear, _)) = &mut self.second {
            linear.weights_changed();
        }
        self.output.weights_changed();
    }

    fn visit(&mut self, visitor: &mut Visitor<'_>) {
        self.first.visit("hidden.0", visitor);
        if let Some(norm) = &mut self.after_first.norm {
            norm.visit("norm.0", visitor);
        }
        if let Some((linear, after)) = &mut self.second {
            linear.visit("hidden.1", visitor);
            if let Some(norm) = &mut after.norm {
                norm.visit("norm.1", visitor);
            }
        }
        self.output.visit("output", visitor);
    }
}
