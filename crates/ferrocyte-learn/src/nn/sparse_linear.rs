//! The first layer: fully connected to genes, on sparse cells, with z-scores folded in.

use ferrocyte_core::{ArrayError, Block, LogNorm};
use rayon::prelude::*;

use super::batch::{Drawn, GeneRows, SparseRows};
use super::first_predictor::FirstPredictor;
use super::linear::add_columns;
use super::parameter::{Layout, Named, Parameter, Visitor};
use super::scaling::Scaling;
use super::source::{Source, Start};
use crate::kernels::sparse_rows::add_rows;
use crate::optimise::AdamWStep;

/// Genes that one thread takes at once. Sums over genes run group by group, so this is part of the result.
const GROUP: usize = 64;

/// Genes of which a thread turns a batch at once: few, so that the batch does not lie in memory once more. Whole groups; no
/// result depends on it otherwise.
const TURNED: usize = 8 * GROUP;

/// `y = (x − mean) / sd · W + b` where only the values of `x` that are not zero are touched:
///
/// ```text
/// y       = Σ x_g / sd_g · W_g  +  offset          offset = b − Σ mean_g / sd_g · W_g
/// dL/dW_g = Σ over cells x_g / sd_g · dL/dy  −  mean_g / sd_g · Σ over cells dL/dy
/// ```
///
/// Zeros of a gene act alike in every cell, so their part of the gradient has rank one. Genes may be divided among tokens; then
/// a cell has one row per token, and a gene counts in its token's row alone.
#[derive(Debug, Clone)]
pub(crate) struct SparseLinear {
    width: usize,
    tokens: usize,
    token_of: Vec<u32>,           // token of each gene; empty where there is one token
    pub(crate) weight: Parameter, // a row per gene
    pub(crate) bias: Parameter,   // a row per token
    factor: Vec<f32>,             // 1 / sd; 0 for genes that nothing can be learnt of
    shift: Vec<f32>,              // mean / sd
    offset: Vec<f32>,             // a row per token
}

impl SparseLinear {
    /// Weights uniform within `1 / √(genes of a token)`, where they are not known.
    pub(crate) fn new(
        path: &str,
        width: usize,
        tokens: usize,
        token_of: Vec<u32>,
        scaling: &Scaling,
        source: &mut dyn Source,
    ) -> Result<Self, ArrayError> {
        let genes = scaling.mean.len();
        let start = Start::Uniform(libm::sqrt((genes as f64 / tokens as f64).max(1.0)).recip());
        let weight = source.take(&format!("{path}.weight"), &[width, genes], Layout::Transposed, start)?;
        let shape = [tokens, width];
        let shape = if tokens == 1 { &shape[1..] } else { &shape };
        let bias = source.take(&format!("{path}.bias"), shape, Layout::Rows, start)?;
        Ok(Self::with(width, tokens, token_of, scaling, weight, bias))
    }

    /// Takes no notice of genes that do not vary: their weights are zero and stay so.
    pub(crate) fn silence(&mut self, varies: &[bool]) {
        for (gene, &varies) in varies.iter().enumerate() {
            if !varies {
                self.weight.value[gene * self.width..(gene + 1) * self.width].fill(0.0);
                self.factor[gene] = 0.0;
                self.shift[gene] = 0.0;
            }
        }
        self.weights_changed();
    }

    /// With given weights, a row per gene.
    pub(crate) fn with(
        width: usize,
        tokens: usize,
        token_of: Vec<u32>,
        scaling: &Scaling,
        weight: Vec<f32>,
        bias: Vec<f32>,
    ) -> Self {
        let factor: Vec<f32> = scaling.sd.iter().map(|sd| 1.0 / sd).collect();
        let shift = scaling.mean.iter().zip(&factor).map(|(mean, factor)| mean * factor).collect();
        let (weight, bias) = (Parameter::new(weight), Parameter::new(bias));
        let offset = vec![0.0; tokens * width];
        let mut linear = Self { width, tokens, token_of, weight, bias, factor, shift, offset };
        linear.weights_changed();
        linear
    }

    pub(crate) fn tokens(&self) -> usize {
        self.tokens
    }

    /// Token of each gene; empty where there is one token.
    pub(crate) fn token_of(&self) -> &[u32] {
        &self.token_of
    }

    /// What each gene's values are multiplied by, and what is then taken off.
    pub(crate) fn folded_scaling(&self) -> (&[f32], &[f32]) {
        (&self.factor, &self.shift)
    }

    /// How far each gene moves what the layer gives, in a cell that is one standard deviation from the mean: the length
    /// of its row of weights, since the layer takes z-scores. Zero for genes that do not vary.
    pub(crate) fn gene_weights(&self) -> Vec<f64> {
        let length = |row: &[f32]| {
            libm::sqrt(row.iter().map(|&weight| f64::from(weight) * f64::from(weight)).sum::<f64>())
        };
        self.weight.value.chunks_exact(self.width).map(length).collect()
    }

    /// Takes cells of a block, as [`forward`](Self::forward) wants them.
    pub(crate) fn fill(
        &self,
        rows: &mut SparseRows,
        block: &Block<LogNorm>,
        cells: impl Iterator<Item = usize> + Clone,
    ) {
        rows.fill(block, cells, &self.factor, self.tokens, &self.token_of);
    }

    /// `y` has a row for each row of `x`.
    pub(crate) fn forward(&self, x: &SparseRows, y: &mut [f32]) {
        let offsets = self.offset.chunks_exact(self.width).cycle();
        for ((row, y), offset) in y.chunks_exact_mut(self.width).enumerate().zip(offsets) {
            y.copy_from_slice(offset);
            let (genes, values) = x.row(row);
            add_rows(genes, values, &self.weight.value, y);
        }
    }

    /// The layer as predicting alone wants it, for the weights as they are now.
    pub(crate) fn predictor(&self) -> FirstPredictor {
        FirstPredictor::new(self.width, &self.token_of, &self.weight.value, &self.factor, &self.offset)
    }

    /// Sums the gradient over a batch (`d_y` has a row for each of its rows) and moves the weights where there is a step, gene by
    /// gene: a gene's gradient is used while it is in the cache and never stored.
    pub(crate) fn learn(&mut self, batch: Drawn<'_>, d_y: &[f32], step: Option<&AdamWStep>) {
        let (width, tokens) = (self.width, self.tokens);
        let mut sums = vec![0.0; tokens * width];
        add_columns(d_y, &mut sums); // a row of `sums` as wide as all tokens of a cell: each token apart
        let Self { weight, factor, shift, token_of, .. } = self;
        let token_of_gene = |gene: usize| token_of.get(gene).map_or(0, |&token| token as usize);
        let gradients_from = |first: usize, take: &mut dyn FnMut(usize, &[f32])| {
            let genes = first..(first + TURNED).min(factor.len());
            let (mut by_gene, mut gradient) = (GeneRows::default(), vec![0.0; width]);
            by_gene.fill(batch, &genes, factor, tokens, token_of);
            for gene in genes {
                let sum = &sums[token_of_gene(gene) * width..];
                for (out, sum) in gradient.iter_mut().zip(sum) {
                    *out = -shift[gene] * sum;
                }
                let (rows, values) = by_gene.gene(gene - first);
                add_rows(rows, values, d_y, &mut gradient);
                take(gene, &gradient);
            }
        };
        let Parameter { value, gradient, first, second } = weight;
        let part = TURNED * width;
        let Some(step) = step else {
            gradient.resize(value.len(), 0.0);
            gradient.par_chunks_mut(part).enumerate().for_each(|(index, out)| {
                let mut out = out.chunks_exact_mut(width);
                gradients_from(index * TURNED, &mut |_, gradient| {
                    if let Some(out) = out.next() {
                        out.copy_from_slice(gradient);
                    }
                });
            });
            self.bias.gradient().copy_from_slice(&sums);
            return;
        };
        first.resize(value.len(), 0.0);
        second.resize(value.len(), 0.0);
        let offsets: Vec<Vec<f32>> = (value.par_chunks_mut(part))
            .zip(first.par_chunks_mut(part))
            .zip(second.par_chunks_mut(part))
            .enumerate()
            .flat_map_iter(|(index, ((value, first), second))| {
                let begin = index * TURNED;
                let mut offsets = vec![vec![0.0; tokens * width]; (value.len() / width).div_ceil(GROUP)];
                gradients_from(begin, &mut |gene, gradient| {
                    let at = (gene - begin) * width..(gene - begin + 1) * width;
                    let value = &mut value[at.clone()];
                    step.apply(gradient, value, &mut first[at.clone()], &mut second[at]);
                    let offset = &mut offsets[(gene - begin) / GROUP];
                    take(shift[gene], value, &mut offset[token_of_gene(gene) * width..][..width]);
                });
                offsets
            })
            .collect();
        self.bias.gradient().copy_from_slice(&sums);
        self.bias.apply(0, step);
        self.sum_offsets(&offsets);
    }

    /// Must be called after the weights were changed.
    pub(crate) fn weights_changed(&mut self) {
        let width = self.width;
        let offsets: Vec<Vec<f32>> = (self.weight.value.par_chunks(GROUP * width).enumerate())
            .map(|(group, value)| {
                let mut offset = vec![0.0; self.tokens * width];
                for (i, value) in value.chunks_exact(width).enumerate() {
                    let gene = group * GROUP + i;
                    let token = self.token_of.get(gene).map_or(0, |&token| token as usize);
                    take(self.shift[gene], value, &mut offset[token * width..][..width]);
                }
                offset
            })
            .collect();
        self.sum_offsets(&offsets);
    }

    /// Sums what the groups of genes take from the bias, in their order.
    fn sum_offsets(&mut self, of_groups: &[Vec<f32>]) {
        let mut sums: Vec<f64> = self.bias.value.iter().map(|&bias| f64::from(bias)).collect();
        for group in of_groups {
            for (sum, &value) in sums.iter_mut().zip(group) {
                *sum += f64::from(value);
            }
        }
        for (offset, sum) in self.offset.iter_mut().zip(sums) {
            *offset = sum as f32;
        }
    }

    pub(crate) fn visit(&mut self, path: &str, visitor: &mut Visitor<'_>) {
        let genes = self.factor.len();
        visitor(Named {
            name: format!("{path}.weight"),
            shape: vec![self.width, genes],
            layout: Layout::Transposed,
            parameter: &mut self.weight,
        });
        let shape = [self.tokens, self.width];
        self.bias.visit(format!("{path}.bias"), if self.tokens == 1 { &shape[1..] } else { &shape }, visitor);
    }
}

/// `offset −= shift · weights`.
fn take(shift: f32, weights: &[f32], offset: &mut [f32]) {
    for (offset, weight) in offset.iter_mut().zip(weights) {
        *offset -= shift * weight;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::nn::initial::Initial;
    use crate::nn::testing::{check_gradient, numbers, weighted_sum};
    use crate::optimise::AdamW;

    const WIDTH: usize = 5;

    fn cells() -> Block<LogNorm> {
        let gene = vec![0, 3, 0, 1, 2, 4];
        Block::new(5, vec![0, 2, 2, 6], gene, vec![1.0, 2.0, 3.0, 0.5, 1.5, 0.25]).unwrap()
    }

    /// The same by the book: z-scores of every gene, zeros too.
    fn by_the_book(linear: &SparseLinear, scaling: &Scaling, block: &Block<LogNorm>) -> Vec<f32> {
        let mut y = Vec::new();
        for cell in block.cells() {
            let mut x = vec![0.0; block.n_genes()];
            for (gene, value) in cell {
                x[gene as usize] = value;
            }
            for token in 0..linear.tokens {
                for column in 0..WIDTH {
                    let mut sum = f64::from(linear.bias.value[token * WIDTH + column]);
                    for (gene, x) in x.iter().enumerate() {
                        if linear.token_of.get(gene).is_none_or(|&of| of as usize == token) {
                            let z = f64::from(x - scaling.mean[gene]) / f64::from(scaling.sd[gene]);
                            sum += z * f64::from(linear.weight.value[gene * WIDTH + column]);
                        }
                    }
                    y.push(sum as f32);
                }
            }
        }
        y
    }

    fn forward(linear: &SparseLinear, block: &Block<LogNorm>) -> Vec<f32> {
        let mut x = SparseRows::default();
        linear.fill(&mut x, block, 0..block.n_cells());
        let mut y = vec![0.0; x.n_rows() * WIDTH];
        linear.forward(&x, &mut y);
        y
    }

    #[test]
    fn folded_z_scores_are_z_scores_and_gradients_are_those_of_differences() {
        let block = cells();
        let (scaling, _) = Scaling::of(&block, &[0, 1, 2]);
        for (tokens, token_of) in [(1, vec![]), (2, vec![0, 1, 1, 0, 1])] {
            let make = |weight: &[f32], bias: &[f32]| {
                SparseLinear::with(WIDTH, tokens, token_of.clone(), &scaling, weight.to_vec(), bias.to_vec())
            };
            let (weight, bias) = (numbers(5 * WIDTH, 1), numbers(tokens * WIDTH, 2));
            let mut linear = make(&weight, &bias);
            let y = forward(&linear, &block);
            for (found, expected) in y.iter().zip(by_the_book(&linear, &scaling, &block)) {
                assert!((found - expected).abs() < 1e-5, "{found} and {expected}");
            }
            let d_y = numbers(y.len(), 3);
            let batch = Drawn { block: &block, cells: &[0, 1, 2] };
            linear.learn(batch, &d_y, None);
            check_gradient(&weight, &linear.weight.gradient, |weight| {
                weighted_sum(&forward(&make(weight, &bias), &block), &d_y)
            });
            check_gradient(&bias, &linear.bias.gradient, |bias| {
                weighted_sum(&forward(&make(&weight, bias), &block), &d_y)
            });

            // A step moves as the optimiser says, and the offset follows.
            let step = AdamW { beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weight_decay: 0.1 }.step(1, 0.1);
            let mut expected = linear.weight.clone();
            expected.apply(0, &step);
            linear.learn(batch, &d_y, Some(&step));
            assert_eq!(linear.weight.value, expected.value);
            let offset = linear.offset.clone();
            linear.weights_changed();
            assert_eq!(linear.offset, offset);
        }
    }

    #[test]
    fn a_gene_that_does_not_vary_stays_silent() {
        let block = cells();
        let (scaling, varies) = Scaling::of(&block, &[0, 1]);
        assert_eq!(varies, [true, false, false, true, false]);
        let mut linear = SparseLinear::new("0", WIDTH, 1, vec![], &scaling, &mut Initial::new(0)).unwrap();
        linear.silence(&varies);
        let y = forward(&linear, &block);
        let batch = Drawn { block: &block, cells: &[0, 1, 2] };
        let step = AdamW { beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weight_decay: 0.1 }.step(1, 0.1);
        linear.learn(batch, &numbers(y.len(), 3), Some(&step));
        for gene in [1, 2, 4] {
            assert!(linear.weight.value[gene * WIDTH..(gene + 1) * WIDTH].iter().all(|&w| w == 0.0));
        }
        let row = &linear.weight.value[..WIDTH];
        let length = row.iter().map(|w| w * w).sum::<f32>().sqrt();
        let weights = linear.gene_weights();
        assert!((weights[0] - f64::from(length)).abs() < 1e-6 && weights[3] > 0.0, "{weights:?}");
        assert_eq!((weights[1], weights[2], weights[4]), (0.0, 0.0, 0.0));
    }
}
