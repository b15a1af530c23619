//! One layer of a transformer's encoder that only predicts.

use super::activation::{add, gelu_values};
use super::affine::Affine;
use super::attention::{Attention, AttentionTape};
use super::encoder_layer::EncoderLayer;
use super::layer_norm::LayerNorm;

/// What an [`EncoderLayer`] computes when nothing is left out, with nothing kept for the way back.
#[derive(Debug, Clone)]
pub(crate) struct EncoderPredictor {
    mixing: Mixing,
    norm1: LayerNorm,
    linear1: Affine,
    linear2: Affine,
    norm2: LayerNorm,
}

/// What tokens take from each other, added to what they are.
#[derive(Debug, Clone)]
enum Mixing {
    /// One token takes its own value: values, the projection after them and what came in are one matrix.
    OneToken(Affine),
    /// Several attend to each other.
    Attention { attention: Attention, in_proj: Affine, out_proj: Affine },
}

/// Memory that one part of the cells after the other is worked on in.
#[derive(Debug, Default)]
pub(crate) struct EncoderMemory {
    sum: Vec<f32>,
    hidden: Vec<f32>,
    mixed: Vec<f32>,
    attention: AttentionTape,
}

impl EncoderPredictor {
    /// What a layer computes.
    pub(crate) fn of(layer: &EncoderLayer) -> Self {
        let mixing = if layer.attention.tokens == 1 {
            Mixing::OneToken(Affine::residual(&layer.in_proj, &layer.out_proj))
        } else {
            Mixing::Attention {
                attention: layer.attention,
                in_proj: Affine::of(&layer.in_proj),
                out_proj: Affine::of(&layer.out_proj),
            }
        };
        Self {
            mixing,
            norm1: layer.norm1.clone(),
            linear1: Affine::of(&layer.linear1),
            linear2: Affine::of(&layer.linear2),
            norm2: layer.norm2.clone(),
        }
    }

    /// `rows` of shape `(cells · tokens, width)`, from what comes in to what goes out.
    pub(crate) fn apply(&self, rows: &mut [f32], memory: &mut EncoderMemory) {
        let EncoderMemory { sum, hidden, mixed, attention: tape } = memory;
        let n = rows.len() / self.linear2.width();
        match &self.mixing {
            Mixing::OneToken(affine) => affine.apply(n, rows, sum),
            Mixing::Attention { attention, in_proj, out_proj } => {
                in_proj.apply(n, rows, hidden);
                mixed.resize(rows.len(), 0.0);
                attention.forward(hidden, None, tape, mixed);
                out_proj.apply(n, mixed, sum);
                add(sum, rows);
            }
        }
        self.norm1.apply(sum);
        self.linear1.apply(n, sum, hidden);
        gelu_values(hidden);
        self.linear2.apply_into(hidden, rows);
        add(rows, sum);
        self.norm2.apply(rows);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::nn::encoder_layer::{EncoderShape, EncoderTape};
    use crate::nn::initial::Initial;
    use crate::nn::testing::numbers;

    #[test]
    fn it_computes_what_the_layer_computes() {
        for tokens in [1, 3] {
            let shape = EncoderShape { tokens, heads: 2, width: 8, hidden: 12 };
            let layer = EncoderLayer::new("layer", 0, shape, &mut Initial::new(5)).unwrap();
            let mut expected = numbers(4 * tokens * 8, 1);
            let mut found = expected.clone();
            layer.forward(&mut expected, 0, None, &mut EncoderTape::default());
            EncoderPredictor::of(&layer).apply(&mut found, &mut EncoderMemory::default());
            if tokens > 1 {
                assert_eq!(found, expected, "with several tokens no sum is in another order");
            }
            for (found, expected) in found.iter().zip(&expected) {
                // Numbers of size 1; products of two matrices are summed in another order.
                assert!((found - expected).abs() < 2e-6, "{found} and {expected}");
            }
        }
    }
}
