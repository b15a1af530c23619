//! One layer of a transformer's encoder.

use ferrocyte_core::ArrayError;

use super::activation::{add, gelu, scale};
use super::attention::{Attention, AttentionTape};
use super::dropout::Noise;
use super::layer_norm::{LayerNorm, NormTape};
use super::linear::Linear;
use super::parameter::{Layout, Visitor};
use super::source::{Source, Start};
use crate::optimise::AdamWStep;

/// Attention, then two fully connected layers with GELU between them; each is added to what came in, and the sum
/// is normalised: `TransformerEncoderLayer` of `PyTorch` with `norm_first=False`.
#[derive(Debug, Clone)]
pub(crate) struct EncoderLayer {
    pub(super) attention: Attention,
    place: u32, // of its first dropout in the network
    pub(super) in_proj: Linear,
    pub(super) out_proj: Linear,
    pub(super) linear1: Linear,
    pub(super) linear2: Linear,
    pub(super) norm1: LayerNorm,
    pub(super) norm2: LayerNorm,
}

/// Sizes of a layer.
#[derive(Debug, Clone, Copy)]
pub(crate) struct EncoderShape {
    pub(crate) tokens: usize,
    pub(crate) heads: usize,
    pub(crate) width: usize,
    pub(crate) hidden: usize,
}

/// What the way back needs.
#[derive(Debug, Clone, Default)]
pub(crate) struct EncoderTape {
    x: Vec<f32>,
    projected: Vec<f32>,
    attention: AttentionTape,
    mixed: Vec<f32>,
    norm1: NormTape,
    middle: Vec<f32>,
    hidden: Vec<f32>,
    d_hidden: Vec<f32>, // the slopes of GELU until the way back
    norm2: NormTape,
    factors1: Vec<f32>, // of dropout; empty where nothing is left out
    factors2: Vec<f32>,
    d_projected: Vec<f32>,
    d_attended: Vec<f32>,
    d_forwarded: Vec<f32>,
}

/// Places where a layer leaves numbers out.
pub(crate) const PLACES: u32 = 4;

impl EncoderLayer {
    /// Layer number `layer` of a network; weights that are not known are drawn as `PyTorch` draws them.
    pub(crate) fn new(
        path: &str,
        layer: usize,
        shape: EncoderShape,
        source: &mut dyn Source,
    ) -> Result<Self, ArrayError> {
        let EncoderShape { tokens, heads, width, hidden } = shape;
        let attention = Attention { tokens, heads, width };
        let used = 3 * width - attention.input_width();
        let mut take = |name: &str, shape: &[usize], start| {
            source.take(&format!("{path}.self_attn.{name}"), shape, Layout::Rows, start)
        };
        let xavier = Start::Uniform(libm::sqrt(6.0 / (4 * width) as f64));
        let in_weight = take("in_proj_weight", &[3 * width, width], xavier)?;
        let in_bias = take("in_proj_bias", &[3 * width], Start::Same(0.0))?;
        let even = Start::Uniform(libm::sqrt(width as f64).recip());
        let out_weight = take("out_proj.weight", &[width, width], even)?;
        let out_bias = take("out_proj.bias", &[width], Start::Same(0.0))?;
        Ok(Self {
            attention,
            place: layer as u32 * PLACES,
            in_proj: Linear::with(width, 3 * width, used, in_weight, in_bias),
            out_proj: Linear::with(width, width, 0, out_weight, out_bias),
            linear1: Linear::new(&format!("{path}.linear1"), width, hidden, source)?,
            linear2: Linear::new(&format!("{path}.linear2"), hidden, width, source)?,
            norm1: LayerNorm::new(&format!("{path}.norm1"), width, source)?,
            norm2: LayerNorm::new(&format!("{path}.norm2"), width, source)?,
        })
    }

    /// The same weights as layer number `layer` of a network: `PyTorch` copies the first, so all layers start equal.
    pub(crate) fn at(&self, layer: usize) -> Self {
        Self { place: layer as u32 * PLACES, ..self.clone() }
    }

    /// `rows` of shape `(cells · tokens, width)`, from what comes in to what goes out.
    pub(crate) fn forward(
        &self,
        rows: &mut [f32],
        first_cell: usize,
        noise: Option<&Noise>,
        tape: &mut EncoderTape,
    ) {
        let (width, tokens) = (self.attention.width, self.attention.tokens);
        let n = rows.len() / width;
        let leave_out = |place: u32, width: usize, factors: &mut Vec<f32>, values: &mut [f32]| {
            factors.clear();
            if let Some(noise) = noise {
                factors.resize(n * width, 0.0);
                noise.factors_of_rows(first_cell * tokens, width, self.place + place, factors);
                scale(values, factors);
            }
        };
        tape.x.clear();
        tape.x.extend_from_slice(rows);
        tape.projected.resize(n * self.in_proj.width(), 0.0);
        tape.mixed.resize(n * width, 0.0);
        tape.middle.resize(n * width, 0.0);
        tape.hidden.resize(n * self.linear1.width(), 0.0);
        tape.d_hidden.resize(n * self.linear1.width(), 0.0);

        let mut sum = vec![0.0; n * width];
        self.in_proj.forward(&tape.x, &mut tape.projected);
        let place = noise.map(|noise| (noise, first_cell, self.place));
        self.attention.forward(&tape.projected, place, &mut tape.attention, &mut tape.mixed);
        self.out_proj.forward(&tape.mixed, &mut sum);
        leave_out(1, width, &mut tape.factors1, &mut sum);
        add(&mut sum, &tape.x);
        self.norm1.forward(&sum, &mut tape.norm1, &mut tape.middle);

        self.linear1.forward(&tape.middle, &mut tape.hidden);
        gelu(&mut tape.hidden, &mut tape.d_hidden);
        // The slope takes the factor along: that is all the way back needs to know of it.
        let mut factors = Vec::new();
        leave_out(2, self.linear1.width(), &mut factors, &mut tape.hidden);
        if !factors.is_empty() {
            scale(&mut tape.d_hidden, &factors);
        }
        self.linear2.forward(&tape.hidden, &mut sum);
        leave_out(3, width, &mut tape.factors2, &mut sum);
        add(&mut sum, &tape.middle);
        self.norm2.forward(&sum, &mut tape.norm2, rows);
    }

    /// `rows` from the gradient by what went out to the gradient by what came in.
    pub(crate) fn backward(&self, rows: &mut [f32], tape: &mut EncoderTape) {
        let n = rows.len() / self.attention.width;
        tape.d_forwarded.resize(rows.len(), 0.0);
        tape.d_attended.resize(rows.len(), 0.0);
        tape.d_projected.resize(n * self.in_proj.width(), 0.0);

        let mut sum = vec![0.0; rows.len()];
        self.norm2.backward(rows, &mut tape.norm2, &mut sum);
        tape.d_forwarded.copy_from_slice(&sum);
        if !tape.factors2.is_empty() {
            scale(&mut tape.d_forwarded, &tape.factors2);
        }
        let mut d_activated = vec![0.0; n * self.linear1.width()];
        self.linear2.backward(&tape.d_forwarded, &mut d_activated);
        scale(&mut tape.d_hidden, &d_activated);
        self.linear1.backward(&tape.d_hidden, rows);
        add(rows, &sum);

        self.norm1.backward(rows, &mut tape.norm1, &mut sum);
        tape.d_attended.copy_from_slice(&sum);
        if !tape.factors1.is_empty() {
            scale(&mut tape.d_attended, &tape.factors1);
        }
        let mut d_mixed = vec![0.0; rows.len()];
        self.out_proj.backward(&tape.d_attended, &mut d_mixed);
        self.attention.backward(&tape.projected, &d_mixed, &tape.attention, &mut tape.d_projected);
        self.in_proj.backward(&tape.d_projected, rows);
        add(rows, &sum);
    }

    /// Sums the gradients over the tapes of a batch and moves the weights where there is a step.
    pub(crate) fn learn(&mut self, tapes: &[&EncoderTape], step: Option<&AdamWStep>) {
        let Self { in_proj, out_proj, linear1, linear2, norm1, norm2, .. } = self;
        rayon::scope(|scope| {
            scope.spawn(|_| linear1.learn(&parts(tapes, |tape| (&tape.middle, &tape.d_hidden)), step));
            scope.spawn(|_| linear2.learn(&parts(tapes, |tape| (&tape.hidden, &tape.d_forwarded)), step));
            scope.spawn(|_| in_proj.learn(&parts(tapes, |tape| (&tape.x, &tape.d_projected)), step));
            scope.spawn(|_| out_proj.learn(&parts(tapes, |tape| (&tape.mixed, &tape.d_attended)), step));
            norm1.learn(tapes.iter().map(|tape| &tape.norm1), step);
            norm2.learn(tapes.iter().map(|tape| &tape.norm2), step);
        });
    }

    /// Must be called after the weights were changed.
    pub(crate) fn weights_changed(&mut self) {
        for linear in [&mut self.in_proj, &mut self.out_proj, &mut self.linear1, &mut self.linear2] {
            linear.weights_changed();
        }
    }

    pub(crate) fn visit(&mut self, path: &str, visitor: &mut Visitor<'_>) {
        let attention = format!("{path}.self_attn");
        self.in_proj.visit_as(
            &format!("{attention}.in_proj_weight"),
            &format!("{attention}.in_proj_bias"),
            visitor,
        );
        self.out_proj.visit(&format!("{attention}.out_proj"), visitor);
        self.linear1.visit(&format!("{path}.linear1"), visitor);
        self.linear2.visit(&format!("{path}.linear2"), visitor);
        self.norm1.visit(&format!("{path}.norm1"), visitor);
        self.norm2.visit(&format!("{path}.norm2"), visitor);
    }
}

/// Input and gradient by the output of one part of the layer, on each tape.
fn parts<'t>(
    tapes: &[&'t EncoderTape],
    of: fn(&'t EncoderTape) -> (&'t [f32], &'t [f32]),
) -> Vec<(&'t [f32], &'t [f32])> {
    tapes.iter().map(|&tape| of(tape)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::nn::initial::Initial;
    use crate::nn::testing::{check_gradient, numbers, weighted_sum};

    #[test]
    fn gradients_are_those_of_differences() {
        let noise = Noise::new(3, 1, 0.2).unwrap();
        for (tokens, noise) in [(1, None), (1, Some(&noise)), (3, None), (3, Some(&noise))] {
            let shape = EncoderShape { tokens, heads: 2, width: 8, hidden: 12 };
            let layer = EncoderLayer::new("layer", 1, shape, &mut Initial::new(5)).unwrap();
            let (x, d_y) = (numbers(2 * tokens * 8, 1), numbers(2 * tokens * 8, 2));
            let loss = |layer: &EncoderLayer, x: &[f32]| {
                let mut rows = x.to_vec();
                layer.forward(&mut rows, 7, noise, &mut EncoderTape::default());
                weighted_sum(&rows, &d_y)
            };
            let (mut tape, mut rows) = (EncoderTape::default(), x.clone());
            layer.forward(&mut rows, 7, noise, &mut tape);
            let mut rows = d_y.clone();
            layer.backward(&mut rows, &mut tape);
            check_gradient(&x, &rows, |x| loss(&layer, x));

            let mut learnt = layer.clone();
            learnt.learn(&[&tape], None);
            let mut gradients = Vec::new();
            learnt.visit("layer", &mut |named| gradients.push(named.parameter.clone()));
            for (which, parameter) in gradients.iter().enumerate() {
                check_gradient(&parameter.value, &parameter.gradient, |value| {
                    let mut moved = layer.clone();
                    let mut at = 0;
                    moved.visit("layer", &mut |named| {
                        if at == which {
                            named.parameter.value.copy_from_slice(value);
                        }
                        at += 1;
                    });
                    moved.weights_changed();
                    loss(&moved, &x)
                });
            }
        }
    }
}
