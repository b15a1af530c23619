//! Each row with mean 0 and variance 1, then scaled and shifted by learnt numbers.

use ferrocyte_core::ArrayError;

use super::parameter::{Layout, Parameter, Visitor};
use super::source::{Source, Start};
use crate::kernels::widest::widest;
use crate::optimise::AdamWStep;

/// Added to a variance, as in `PyTorch`.
const EPSILON: f32 = 1e-5;

/// Partial sums of a row: the order of additions is part of the result, so it is the same everywhere.
const LANES: usize = 16;

/// Layer normalisation. Ba, Kiros, Hinton: <https://arxiv.org/abs/1607.06450>.
#[derive(Debug, Clone)]
pub(crate) struct LayerNorm {
    pub(crate) weight: Parameter,
    pub(crate) bias: Parameter,
}

/// What the way back needs.
#[derive(Debug, Clone, Default)]
pub(crate) struct NormTape {
    normal: Vec<f32>,     // rows with mean 0 and variance 1
    inverse_sd: Vec<f32>, // one per row
    d_y: Vec<f32>,        // gradient by the output
}

impl LayerNorm {
    /// Weights of one and biases of zero, where they are not known.
    pub(crate) fn new(path: &str, width: usize, source: &mut dyn Source) -> Result<Self, ArrayError> {
        let mut take = |name: &str, start| {
            source.take(&format!("{path}.{name}"), &[width], Layout::Rows, Start::Same(start))
        };
        Ok(Self { weight: Parameter::new(take("weight", 1.0)?), bias: Parameter::new(take("bias", 0.0)?) })
    }

    /// Rows of `x` to rows of `y`.
    pub(crate) fn forward(&self, x: &[f32], tape: &mut NormTape, y: &mut [f32]) {
        let width = self.weight.value.len();
        tape.normal.resize(x.len(), 0.0);
        tape.inverse_sd.resize(x.len() / width, 0.0);
        normalise(x, &self.weight.value, &self.bias.value, &mut tape.normal, &mut tape.inverse_sd, y);
    }

    /// [`forward`](Self::forward) in place, with nothing kept for the way back; the same numbers.
    pub(crate) fn apply(&self, rows: &mut [f32]) {
        normalise_in_place(rows, &self.weight.value, &self.bias.value);
    }

    /// The gradient by `y` to the gradient by `x`.
    pub(crate) fn backward(&self, d_y: &[f32], tape: &mut NormTape, d_x: &mut [f32]) {
        tape.d_y.clear();
        tape.d_y.extend_from_slice(d_y);
        back(d_y, &self.weight.value, &tape.normal, &tape.inverse_sd, d_x);
    }

    /// Sums the gradients over the tapes, in their order, and moves the weights where there is a step.
    pub(crate) fn learn<'t>(&mut self, tapes: impl Iterator<Item = &'t NormTape>, step: Option<&AdamWStep>) {
        let (weight, bias) = (self.weight.gradient(), self.bias.gradient());
        weight.fill(0.0);
        bias.fill(0.0);
        for tape in tapes {
            sum_gradients(&tape.d_y, &tape.normal, weight, bias);
        }
        if let Some(step) = step {
            self.weight.apply(0, step);
            self.bias.apply(0, step);
        }
    }

    pub(crate) fn visit(&mut self, path: &str, visitor: &mut Visitor<'_>) {
        let shape = [self.weight.value.len()];
        self.weight.visit(format!("{path}.weight"), &shape, visitor);
        self.bias.visit(format!("{path}.bias"), &shape, visitor);
    }
}

/// Sum of a function of each position, in sixteen partial sums.
#[expect(clippy::inline_always, reason = "must become part of each caller, with the caller's instructions")]
#[inline(always)]
fn lane_sum(n: usize, term: impl Fn(usize) -> f32) -> f32 {
    let mut sums = [0.0_f32; LANES];
    for block in 0..n / LANES {
        for (lane, sum) in sums.iter_mut().enumerate() {
            *sum += term(block * LANES + lane);
        }
    }
    for (lane, i) in (n / LANES * LANES..n).enumerate() {
        sums[lane] += term(i);
    }
    let mut width = LANES;
    while width > 1 {
        width /= 2;
        for lane in 0..width {
            sums[lane] += sums[lane + width];
        }
    }
    sums[0]
}

widest! {
    fn normalise(x: &[f32], weight: &[f32], bias: &[f32], normal: &mut [f32], inverse_sd: &mut [f32], y: &mut [f32]) {
        let width = weight.len();
        let rows = x.chunks_exact(width).zip(normal.chunks_exact_mut(width)).zip(y.chunks_exact_mut(width));
        for (((x, normal), y), inverse_sd) in rows.zip(inverse_sd) {
            let mean = lane_sum(width, |i| x[i]) / width as f32;
            for (normal, x) in normal.iter_mut().zip(x) {
                *normal = x - mean;
            }
            let variance = lane_sum(width, |i| normal[i] * normal[i]) / width as f32;
            let inverse = 1.0 / (variance + EPSILON).sqrt();
            *inverse_sd = inverse;
            for (((normal, y), weight), bias) in normal.iter_mut().zip(y).zip(weight).zip(bias) {
                *normal *= inverse;
                *y = *normal * weight + bias;
            }
        }
    }
}

widest! {
    fn normalise_in_place(rows: &mut [f32], weight: &[f32], bias: &[f32]) {
        let width = weight.len();
        for row in rows.chunks_exact_mut(width) {
            let mean = lane_sum(width, |i| row[i]) / width as f32;
            for x in row.iter_mut() {
                *x -= mean;
            }
            let variance = lane_sum(width, |i| row[i] * row[i]) / width as f32;
            let inverse = 1.0 / (variance + EPSILON).sqrt();
            for ((x, weight), bias) in row.iter_mut().zip(weight).zip(bias) {
                *x = *x * inverse * weight + bias;
            }
        }
    }
}

widest! {
    fn back(d_y: &[f32], weight: &[f32], normal: &[f32], inverse_sd: &[f32], d_x: &mut [f32]) {
        let width = weight.len();
        let rows = d_y.chunks_exact(width).zip(normal.chunks_exact(width)).zip(d_x.chunks_exact_mut(width));
        for (((d_y, normal), d_x), inverse_sd) in rows.zip(inverse_sd) {
            let mean = lane_sum(width, |i| d_y[i] * weight[i]) / width as f32;
            let slope = lane_sum(width, |i| d_y[i] * weight[i] * normal[i]) / width as f32;
            for (((d_x, d_y), weight), normal) in d_x.iter_mut().zip(d_y).zip(weight).zip(normal) {
                *d_x = inverse_sd * (d_y * weight - mean - normal * slope);
            }
        }
    }
}

widest! {
    fn sum_gradients(d_y: &[f32], normal: &[f32], weight: &mut [f32], bias: &mut [f32]) {
        let width = weight.len();
        for (d_y, normal) in d_y.chunks_exact(width).zip(normal.chunks_exact(width)) {
            for (((weight, bias), d_y), normal) in weight.iter_mut().zip(bias.iter_mut()).zip(d_y).zip(normal) {
                *weight += d_y * normal;
                *bias += d_y;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernels::widest::tests::same_on_every_level;
    use crate::nn::testing::{check_gradient, numbers, weighted_sum};

    fn norm(weight: &[f32], bias: &[f32]) -> LayerNorm {
        LayerNorm { weight: Parameter::new(weight.to_vec()), bias: Parameter::new(bias.to_vec()) }
    }

    #[test]
    fn gradients_are_those_of_differences() {
        let (n, width) = (3, 19);
        let (weight, bias) = (numbers(width, 1), numbers(width, 2));
        let (x, d_y) = (numbers(n * width, 3), numbers(n * width, 4));
        let loss = |x: &[f32], weight: &[f32], bias: &[f32]| {
            let mut y = vec![0.0; x.len()];
            norm(weight, bias).forward(x, &mut NormTape::default(), &mut y);
            weighted_sum(&y, &d_y)
        };
        let (d_x, learnt) = same_on_every_level(|| {
            let mut norm = norm(&weight, &bias);
            let (mut tape, mut y, mut d_x) = (NormTape::default(), vec![0.0; x.len()], vec![0.0; x.len()]);
            norm.forward(&x, &mut tape, &mut y);
            let mut alone = x.clone();
            norm.apply(&mut alone);
            assert_eq!(alone, y, "in place or not, the numbers are the same");
            norm.backward(&d_y, &mut tape, &mut d_x);
            norm.learn([tape].iter(), None);
            (d_x, (norm.weight.gradient, norm.bias.gradient))
        });
        check_gradient(&x, &d_x, |x| loss(x, &weight, &bias));
        check_gradient(&weight, &learnt.0, |weight| loss(&x, weight, &bias));
        check_gradient(&bias, &learnt.1, |bias| loss(&x, &weight, bias));
    }

    #[test]
    fn a_row_of_equal_numbers_becomes_the_bias() {
        let mut y = [9.0; 4];
        norm(&[2.0; 4], &[0.5; 4]).forward(&[3.0; 4], &mut NormTape::default(), &mut y);
        assert_eq!(y, [0.5; 4]);
    }
}
