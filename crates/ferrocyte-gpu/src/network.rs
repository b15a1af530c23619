//! The network of `GeneBERT`, layer by layer.

use burn_tensor::Tensor;
use burn_tensor::activation::{gelu, relu};
use ferrocyte_learn::models::{DeviceNetwork, GenebertParams};

use crate::columns::Columns;
use crate::layers::{Dropout, EncoderLayer, layer_norm, linear};
use crate::parameters::Weights;

/// What a network is, but for its weights.
///
/// ```text
/// z-scores ─► Linear ─► GELU ─► LayerNorm ─► + position ─► encoder layers ─► mean over tokens ─► Linear ─► ReLU ─► Linear
/// ```
#[derive(Debug)]
pub(crate) struct Network {
    pub(crate) columns: Columns,
    pub(crate) n_labels: usize,
    n_genes: usize,
    params: GenebertParams,
    factor: Tensor<2>, // a column per gene, as are those of a cell
    shift: Tensor<2>,
}

impl Network {
    /// `to_device` makes a row of numbers a tensor.
    pub(crate) fn new(network: &DeviceNetwork<'_>, to_device: impl Fn(Vec<f32>) -> Tensor<2>) -> Self {
        let DeviceNetwork { params, n_labels, token_of, factor, shift } = *network;
        let columns = Columns::new(factor.len(), params.tokens, token_of);
        let factor = to_device(columns.spread(factor, 1));
        let shift = to_device(columns.spread(shift, 1));
        Self { n_genes: network.factor.len(), columns, n_labels, params: *params, factor, shift }
    }

    /// Name and shape of every array of weights, in the order of the names.
    pub(crate) fn shapes(&self) -> Vec<(String, Vec<usize>)> {
        let GenebertParams { dim: width, tokens, layers, .. } = self.params;
        let narrow = self.narrow();
        let mut shapes = Vec::new();
        let mut add = |name: &str, shape: &[usize]| shapes.push((name.to_owned(), shape.to_vec()));
        let bias: &[usize] = if tokens == 1 { &[width] } else { &[tokens, width] };
        add("embedding.0.weight", &[width, self.n_genes]);
        add("embedding.0.bias", bias);
        add("embedding.2.weight", &[width]);
        add("embedding.2.bias", &[width]);
        add("pos_encoder", &[1, tokens, width]);
        add("classifier.0.weight", &[narrow, width]);
        add("classifier.0.bias", &[narrow]);
        add("classifier.2.weight", &[self.n_labels, narrow]);
        add("classifier.2.bias", &[self.n_labels]);
        for layer in 0..layers {
            let mut add =
                |name: &str, shape: &[usize]| add(&format!("transformer.layers.{layer}.{name}"), shape);
            add("self_attn.in_proj_weight", &[3 * width, width]);
            add("self_attn.in_proj_bias", &[3 * width]);
            add("self_attn.out_proj.weight", &[width, width]);
            add("self_attn.out_proj.bias", &[width]);
            add("linear1.weight", &[4 * width, width]);
            add("linear1.bias", &[4 * width]);
            add("linear2.weight", &[width, 4 * width]);
            add("linear2.bias", &[width]);
            for norm in ["norm1", "norm2"] {
                add(&format!("{norm}.weight"), &[width]);
                add(&format!("{norm}.bias"), &[width]);
            }
        }
        shapes.sort();
        shapes
    }

    /// Width between the last two layers.
    fn narrow(&self) -> usize {
        (self.params.dim / 2).max(1)
    }

    /// Dense cells to scores of shape `(cells, labels)`.
    pub(crate) fn forward(&self, cells: Tensor<2>, weights: &Weights, dropout: &dyn Dropout) -> Tensor<2> {
        let GenebertParams { dim: width, tokens, layers, heads, .. } = self.params;
        let [n, _] = cells.dims();
        let z = cells * self.factor.clone() - self.shift.clone();
        let x = layer_norm(gelu(self.embed(z, weights)), weights, "embedding.2");
        let position = weights.get("pos_encoder", [1, tokens * width]);
        let mut x = (x.reshape([n, tokens * width]) + position).reshape([n * tokens, width]);
        for number in 0..layers {
            let layer = EncoderLayer { number, tokens, heads, width, hidden: 4 * width };
            x = layer.forward(x, weights, dropout);
        }
        let mean = x.reshape([n, tokens, width]).mean_dim(1).reshape([n, width]);
        let hidden = relu(linear(mean, weights, "classifier.0", self.narrow()));
        linear(hidden, weights, "classifier.2", self.n_labels)
    }

    /// Z-scores to one row per cell and token.
    fn embed(&self, z: Tensor<2>, weights: &Weights) -> Tensor<2> {
        let GenebertParams { dim: width, tokens, .. } = self.params;
        let ([n, _], per_token) = (z.dims(), self.columns.per_token());
        let bias: Tensor<2> = weights.get("embedding.0.bias", [1, tokens * width]);
        if tokens == 1 {
            let weight: Tensor<2> = weights.get("embedding.0.weight", [width, per_token]);
            return z.matmul(weight.transpose()) + bias;
        }
        let weight: Tensor<3> = weights.get("embedding.0.weight", [width, tokens, per_token]);
        // A product for each token: (tokens, cells, genes) · (tokens, genes, width).
        let z = z.reshape([n, tokens, per_token]).swap_dims(0, 1);
        let rows = z.matmul(weight.permute([1, 2, 0])).swap_dims(0, 1);
        (rows.reshape([n, tokens * width]) + bias).reshape([n * tokens, width])
    }
}
