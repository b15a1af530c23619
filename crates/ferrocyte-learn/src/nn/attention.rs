//! What tokens take from each other.

use super::dropout::Noise;
use crate::kernels::exponential::exp;
use crate::kernels::widest::widest;

/// Scaled dot-product attention among the tokens of a cell, in several heads, after the projections.
///
/// Vaswani et al.: <https://arxiv.org/abs/1706.03762>. With one token there is nothing to choose from: the softmax over one score is
/// 1 whatever queries and keys are, and the token's value passes unchanged. Then rows hold values alone.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Attention {
    pub(crate) tokens: usize,
    pub(crate) heads: usize,
    pub(crate) width: usize,
}

/// What the way back needs.
#[derive(Debug, Clone, Default)]
pub(crate) struct AttentionTape {
    shares: Vec<f32>,  // after softmax: cells, heads, tokens, tokens
    factors: Vec<f32>, // of dropout, in the same shape; empty where nothing is left out
}

impl Attention {
    /// Numbers per token in the input: queries, keys and values, or values alone.
    pub(crate) fn input_width(&self) -> usize {
        if self.tokens == 1 { self.width } else { 3 * self.width }
    }

    /// `x` of shape `(cells · tokens, input width)` to `y` of shape `(cells · tokens, width)`.
    pub(crate) fn forward(
        &self,
        x: &[f32],
        noise: Option<(&Noise, usize, u32)>,
        tape: &mut AttentionTape,
        y: &mut [f32],
    ) {
        let cells = y.len() / (self.tokens * self.width);
        let per_cell = self.heads * self.tokens * self.tokens;
        tape.factors.clear();
        if let Some((noise, first_cell, place)) = noise {
            tape.factors.resize(cells * per_cell, 0.0);
            noise.factors_of_rows(first_cell, per_cell, place, &mut tape.factors);
        }
        if self.tokens == 1 {
            y.copy_from_slice(x);
            self.scale_heads(&tape.factors, y);
            return;
        }
        tape.shares.resize(cells * per_cell, 0.0);
        attend(*self, x, &mut tape.shares, &tape.factors, y);
    }

    /// The gradient by `y` to the gradient by `x`.
    pub(crate) fn backward(&self, x: &[f32], d_y: &[f32], tape: &AttentionTape, d_x: &mut [f32]) {
        if self.tokens == 1 {
            d_x.copy_from_slice(d_y);
            self.scale_heads(&tape.factors, d_x);
            return;
        }
        let mut scratch = vec![0.0; self.tokens];
        back(*self, x, d_y, &tape.shares, &tape.factors, d_x, &mut scratch);
    }

    /// Multiplies each head by its factor.
    fn scale_heads(&self, factors: &[f32], rows: &mut [f32]) {
        for (head, factor) in rows.chunks_exact_mut(self.width / self.heads).zip(factors) {
            for value in head {
                *value *= factor;
            }
        }
    }
}

/// Sixteen partial sums, so that the compiler handles them at once; the order is part of the result.
#[expect(clippy::inline_always, reason = "must become part of each caller, with the caller's instructions")]
#[inline(always)]
fn product(a: &[f32], b: &[f32]) -> f32 {
    let mut sums = [0.0_f32; 16];
    let (blocks_a, rest_a) = a.as_chunks::<16>();
    let (blocks_b, rest_b) = b.as_chunks::<16>();
    for (a, b) in blocks_a.iter().zip(blocks_b) {
        for lane in 0..16 {
            sums[lane] += a[lane] * b[lane];
        }
    }
    for ((sum, a), b) in sums.iter_mut().zip(rest_a).zip(rest_b) {
        *sum += a * b;
    }
    sums.iter().sum()
}

widest! {
    fn attend(shape: Attention, x: &[f32], shares: &mut [f32], factors: &[f32], y: &mut [f32]) {
        let Attention { tokens, heads, width } = shape;
        let head_width = width / heads;
        let scale = 1.0 / (head_width as f32).sqrt();
        y.fill(0.0);
        let cells = x.chunks_exact(tokens * 3 * width).zip(y.chunks_exact_mut(tokens * width));
        for (cell, (x, y)) in cells.enumerate() {
            for head in 0..heads {
                let part = |token: usize, which: usize| &x[(token * 3 + which) * width + head * head_width..][..head_width];
                for token in 0..tokens {
                    let at = ((cell * heads + head) * tokens + token) * tokens;
                    let row = &mut shares[at..at + tokens];
                    let mut largest = f32::NEG_INFINITY;
                    for (other, share) in row.iter_mut().enumerate() {
                        *share = product(part(token, 0), part(other, 1)) * scale;
                        largest = largest.max(*share);
                    }
                    let mut sum = 0.0;
                    for share in row.iter_mut() {
                        *share = exp(*share - largest);
                        sum += *share;
                    }
                    let out = &mut y[token * width + head * head_width..][..head_width];
                    for (other, share) in row.iter_mut().enumerate() {
                        *share /= sum;
                        let kept = *share * factors.get(at + other).copied().unwrap_or(1.0);
                        for (out, value) in out.iter_mut().zip(part(other, 2)) {
                            *out += kept * value;
                        }
                    }
                }
            }
        }
    }
}

widest! {
    fn back(shape: Attention, x: &[f32], d_y: &[f32], shares: &[f32], factors: &[f32], d_x: &mut [f32], d_shares: &mut [f32]) {
        let Attention { tokens, heads, width } = shape;
        let head_width = width / heads;
        let scale = 1.0 / (head_width as f32).sqrt();
        d_x.fill(0.0);
        let cells = x.chunks_exact(tokens * 3 * width).zip(d_y.chunks_exact(tokens * width));
        for (cell, ((x, d_y), d_x)) in cells.zip(d_x.chunks_exact_mut(tokens * 3 * width)).enumerate() {
            for head in 0..heads {
                let start = |token: usize, which: usize| (token * 3 + which) * width + head * head_width;
                for token in 0..tokens {
                    let at = ((cell * heads + head) * tokens + token) * tokens;
                    let row = &shares[at..at + tokens];
                    let d_out = &d_y[token * width + head * head_width..][..head_width];
                    let mut mean = 0.0;
                    for other in 0..tokens {
                        let factor = factors.get(at + other).copied().unwrap_or(1.0);
                        let value = start(other, 2);
                        let kept = row[other] * factor;
                        for (d_value, d_out) in d_x[value..value + head_width].iter_mut().zip(d_out) {
                            *d_value += kept * d_out;
                        }
                        d_shares[other] = product(d_out, &x[value..value + head_width]) * factor;
                        mean += d_shares[other] * row[other];
                    }
                    for other in 0..tokens {
                        let d_score = row[other] * (d_shares[other] - mean) * scale;
                        let (query, key) = (start(token, 0), start(other, 1));
                        for i in 0..head_width {
                            d_x[query + i] += d_score * x[key + i];
                            d_x[key + i] += d_score * x[query + i];
                        }
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernels::widest::tests::same_on_every_level;
    use crate::nn::testing::{check_gradient, numbers, weighted_sum};

    #[test]
    fn gradients_are_those_of_differences() {
        let noise = Noise::new(1, 2, 0.3).unwrap();
        for (tokens, heads, width) in [(1, 2, 6), (3, 2, 8), (4, 1, 20)] {
            let attention = Attention { tokens, heads, width };
            let cells = 2;
            let x = numbers(cells * tokens * attention.input_width(), 1);
            let d_y = numbers(cells * tokens * width, 2);
            for noise in [None, Some((&noise, 5, 0))] {
                let (tape, d_x) = same_on_every_level(|| {
                    let (mut tape, mut y) = (AttentionTape::default(), vec![0.0; d_y.len()]);
                    attention.forward(&x, noise, &mut tape, &mut y);
                    let mut d_x = vec![0.0; x.len()];
                    attention.backward(&x, &d_y, &tape, &mut d_x);
                    (tape.shares, d_x)
                });
                assert!(tape.chunks(tokens).all(|row| (row.iter().sum::<f32>() - 1.0).abs() < 1e-6));
                check_gradient(&x, &d_x, |x| {
                    let mut y = vec![0.0; d_y.len()];
                    attention.forward(x, noise, &mut AttentionTape::default(), &mut y);
                    weighted_sum(&y, &d_y)
                });
            }
        }
    }
}
