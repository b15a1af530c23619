//! Layers, from their weights by name.

use burn_tensor::activation::{gelu, softmax};
use burn_tensor::{Tensor, module};
use ferrocyte_learn::models::LeftOut;

use crate::parameters::Weights;

/// Added to a variance, as in `PyTorch`.
const EPSILON: f64 = 1e-5;

/// Factors of numbers that are left out at random: 0, or what keeps the mean.
pub(crate) trait Dropout {
    /// Factors of a layer's place in shape `(rows, width)`; `None` where nothing is left out.
    fn factors(&self, layer: usize, place: LeftOut, shape: [usize; 2]) -> Option<Tensor<2>>;
}

/// `x · Wᵀ + b`.
pub(crate) fn linear(x: Tensor<2>, weights: &Weights, path: &str, width: usize) -> Tensor<2> {
    let [_, inputs] = x.dims();
    let weight: Tensor<2> = weights.get(&format!("{path}.weight"), [width, inputs]);
    x.matmul(weight.transpose()) + weights.get(&format!("{path}.bias"), [1, width])
}

/// Each row with mean 0 and variance 1, then scaled and shifted.
pub(crate) fn layer_norm(x: Tensor<2>, weights: &Weights, path: &str) -> Tensor<2> {
    let [_, width] = x.dims();
    let (weight, bias) = (format!("{path}.weight"), format!("{path}.bias"));
    module::layer_norm(x, weights.get(&weight, [width]), Some(weights.get(&bias, [width])), EPSILON)
}

/// One layer of a transformer's encoder: `TransformerEncoderLayer` of `PyTorch` with `norm_first=False`.
#[derive(Debug, Clone, Copy)]
pub(crate) struct EncoderLayer {
    pub(crate) number: usize,
    pub(crate) tokens: usize,
    pub(crate) heads: usize,
    pub(crate) width: usize,
    pub(crate) hidden: usize,
}

impl EncoderLayer {
    /// Rows of shape `(cells · tokens, width)`.
    pub(crate) fn forward(&self, x: Tensor<2>, weights: &Weights, dropout: &dyn Dropout) -> Tensor<2> {
        let Self { number, width, hidden, .. } = *self;
        let path = format!("transformer.layers.{number}");
        let leave_out = |x: Tensor<2>, place| match dropout.factors(number, place, x.dims()) {
            Some(factors) => x * factors,
            None => x,
        };
        let mixed = self.attention(x.clone(), weights, &path, dropout);
        let attended = linear(mixed, weights, &format!("{path}.self_attn.out_proj"), width);
        let x = layer_norm(x + leave_out(attended, LeftOut::Attended), weights, &format!("{path}.norm1"));
        let middle = gelu(linear(x.clone(), weights, &format!("{path}.linear1"), hidden));
        let middle = leave_out(middle, LeftOut::Hidden);
        let forwarded = linear(middle, weights, &format!("{path}.linear2"), width);
        layer_norm(x + leave_out(forwarded, LeftOut::Forwarded), weights, &format!("{path}.norm2"))
    }

    /// Scaled dot-product attention among the tokens of a cell, before the projection of what it gives.
    fn attention(&self, x: Tensor<2>, weights: &Weights, path: &str, dropout: &dyn Dropout) -> Tensor<2> {
        let Self { number, tokens, heads, width, .. } = *self;
        let [rows, _] = x.dims();
        let (cells, head) = (rows / tokens, width / heads);
        let weight: Tensor<2> = weights.get(&format!("{path}.self_attn.in_proj_weight"), [3 * width, width]);
        let bias: Tensor<2> = weights.get(&format!("{path}.self_attn.in_proj_bias"), [1, 3 * width]);
        let factors = dropout.factors(number, LeftOut::Shares, [cells, heads * tokens * tokens]);
        if tokens == 1 {
            // The softmax over one score is 1, whatever queries and keys are: values pass, head by head.
            let weight = weight.slice([2 * width..3 * width, 0..width]);
            let values = x.matmul(weight.transpose()) + bias.slice([0..1, 2 * width..3 * width]);
            let Some(factors) = factors else { return values };
            let by_head = values.reshape([cells, heads, head]) * factors.reshape([cells, heads, 1]);
            return by_head.reshape([rows, width]);
        }
        let projected = x.matmul(weight.transpose()) + bias;
        let part = |which: usize| {
            let part = projected.clone().slice([0..rows, which * width..(which + 1) * width]);
            part.reshape([cells, tokens, heads, head]).swap_dims(1, 2)
        };
        let scores = part(0).matmul(part(1).swap_dims(2, 3)).div_scalar((head as f64).sqrt());
        let mut shares = softmax(scores, 3);
        if let Some(factors) = factors {
            shares = shares * factors.reshape([cells, heads, tokens, tokens]);
        }
        shares.matmul(part(2)).swap_dims(1, 2).reshape([rows, width])
    }
}
