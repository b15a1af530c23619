//! The first layer as predicting alone wants it.

use ferrocyte_core::{Block, LogNorm};

use super::batch::SparseRows;
use crate::kernels::aligned::Aligned;
use crate::kernels::sparse_rows::add_rows;

/// Weights of the first layer, each row in whole cache lines, divided by the standard deviations already.
#[derive(Debug)]
pub(crate) struct FirstPredictor {
    width: usize,
    stride: usize, // of a row, in numbers: whole cache lines
    token_of: Vec<u32>,
    weight: Aligned,  // a row per gene
    offset: Vec<f32>, // a row per token
}

/// What one part of the cells after the other is worked on in.
#[derive(Debug, Default)]
pub(crate) struct FirstMemory {
    rows: SparseRows,
    sums: Aligned,
}

/// Weights that all cells are taken over before the next: 64 KiB, of which most stays in the nearest cache. No result depends on it.
const TILE: usize = 1 << 14;

/// Numbers of a cache line.
const LINE: usize = 16;

impl FirstPredictor {
    /// `weight` has a row of `width` numbers per gene and `factor` what each is multiplied by, `offset` a row per token.
    pub(crate) fn new(
        width: usize,
        token_of: &[u32],
        weight: &[f32],
        factor: &[f32],
        offset: &[f32],
    ) -> Self {
        let stride = width.next_multiple_of(LINE);
        let mut rows = Aligned::default();
        rows.resize(factor.len() * stride);
        let pairs = rows.as_mut_slice().chunks_exact_mut(stride).zip(weight.chunks_exact(width));
        for ((to, from), factor) in pairs.zip(factor) {
            to[width..].fill(0.0);
            for (to, from) in to.iter_mut().zip(from) {
                *to = from * factor;
            }
        }
        Self { width, stride, token_of: token_of.to_vec(), weight: rows, offset: offset.to_vec() }
    }

    /// Rows of each cell.
    pub(crate) fn tokens(&self) -> usize {
        self.offset.len() / self.width
    }

    /// Numbers that come out for each row.
    pub(crate) fn width(&self) -> usize {
        self.width
    }

    /// `y` of shape `(n · tokens, width)` for the `n` cells that `cells` names.
    ///
    /// All cells take some genes, then all take the next: the weights of those genes come from memory once. Each sum runs over the
    /// genes in their order all the same.
    pub(crate) fn apply(
        &self,
        block: &Block<LogNorm>,
        n: usize,
        cells: impl Fn(usize) -> usize,
        memory: &mut FirstMemory,
        y: &mut [f32],
    ) {
        let FirstMemory { rows: of_tokens, sums } = memory;
        let tokens = self.tokens();
        let mut rows: Vec<(&[u32], &[f32])> = if tokens == 1 {
            (0..n).map(|cell| block.cell(cells(cell))).map(|cell| (cell.genes, cell.values)).collect()
        } else {
            of_tokens.fill_unscaled(block, (0..n).map(&cells), tokens, &self.token_of);
            (0..n * tokens).map(|row| of_tokens.row(row)).collect()
        };
        sums.resize(rows.len() * self.stride);
        let sums = sums.as_mut_slice();
        let offsets = self.offset.chunks_exact(self.width).cycle();
        for (sums, offset) in sums.chunks_exact_mut(self.stride).zip(offsets) {
            sums[..self.width].copy_from_slice(offset);
            sums[self.width..].fill(0.0);
        }
        let weight = self.weight.as_slice();
        let tile = (TILE / self.stride).max(1);
        let n_genes = weight.len() / self.stride;
        for end in (tile..n_genes + tile).step_by(tile) {
            for (sums, (genes, values)) in sums.chunks_exact_mut(self.stride).zip(&mut rows) {
                let n = genes.iter().take_while(|&&gene| (gene as usize) < end).count();
                let (now, later) = genes.split_at(n);
                let (values_now, values_later) = values.split_at(n);
                add_rows(now, values_now, weight, sums);
                (*genes, *values) = (later, values_later);
            }
        }
        for (y, sums) in y.chunks_exact_mut(self.width).zip(sums.chunks_exact(self.stride)) {
            y.copy_from_slice(&sums[..self.width]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::nn::initial::Initial;
    use crate::nn::scaling::Scaling;
    use crate::nn::sparse_linear::SparseLinear;

    #[test]
    fn it_computes_what_the_layer_computes_whatever_cells_come_together() {
        // Two tiles of genes, and rows that are no whole cache lines.
        let (n_genes, n_cells, width) = (1500, 7, 20);
        let (mut row_ptr, mut gene, mut value) = (vec![0], vec![], vec![]);
        for cell in 0..n_cells {
            let genes =
                (0..n_genes as u32).filter(|gene| cell > 0 && gene.wrapping_mul(2_654_435_761) >> 29 == cell);
            for which in genes {
                gene.push(which);
                value.push(1.0 + (which % 5) as f32);
            }
            row_ptr.push(gene.len());
        }
        let block = Block::new(n_genes, row_ptr, gene, value).unwrap();
        let (scaling, _) = Scaling::of(&block, &[0, 1, 2, 3]);
        for tokens in [1, 3] {
            let token_of =
                if tokens == 1 { vec![] } else { (0..n_genes as u32).map(|gene| gene % 3).collect() };
            let layer =
                SparseLinear::new("0", width, tokens, token_of, &scaling, &mut Initial::new(1)).unwrap();
            let mut x = SparseRows::default();
            layer.fill(&mut x, &block, 0..n_cells as usize);
            let row = tokens * width;
            let mut expected = vec![0.0; n_cells as usize * row];
            layer.forward(&x, &mut expected);
            let first = layer.predictor();
            let mut memory = FirstMemory::default();
            let mut found = vec![0.0; expected.len()];
            first.apply(&block, n_cells as usize, |cell| cell, &mut memory, &mut found);
            for (found, expected) in found.iter().zip(&expected) {
                // Sums of some hundred products of size 1, each rounded once more.
                assert!((found - expected).abs() < 1e-4, "{found} and {expected}");
            }
            let mut alone = vec![0.0; row];
            first.apply(&block, 1, |_| 4, &mut memory, &mut alone);
            assert_eq!(alone, found[4 * row..5 * row]);
        }
    }
}
