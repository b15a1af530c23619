//! Sparse cells of a batch: row by row for the way forward, gene by gene for the gradient.

use std::ops::Range;

use ferrocyte_core::{Block, LogNorm};

/// The values of some cells, each divided by its gene's standard deviation, in one row per cell and token.
#[derive(Debug, Clone, Default)]
pub(crate) struct SparseRows {
    start: Vec<usize>, // where each row begins, and the end
    gene: Vec<u32>,
    value: Vec<f32>,
}

impl SparseRows {
    /// Takes cells of a block. `factor` is one number per gene; `token_of` the token of each gene, empty where there is one.
    pub(crate) fn fill(
        &mut self,
        block: &Block<LogNorm>,
        cells: impl Iterator<Item = usize> + Clone,
        factor: &[f32],
        tokens: usize,
        token_of: &[u32],
    ) {
        self.fill_unscaled(block, cells, tokens, token_of);
        for (value, &gene) in self.value.iter_mut().zip(&self.gene) {
            *value *= factor[gene as usize];
        }
    }

    /// [`fill`](Self::fill) with the values as they are.
    pub(crate) fn fill_unscaled(
        &mut self,
        block: &Block<LogNorm>,
        cells: impl Iterator<Item = usize> + Clone,
        tokens: usize,
        token_of: &[u32],
    ) {
        self.start.clear();
        self.gene.clear();
        self.value.clear();
        self.start.push(0);
        let n = cells.clone().map(|cell| block.cell(cell).genes.len()).sum();
        self.gene.reserve_exact(n);
        self.value.reserve_exact(n);
        for cell in cells {
            let cell = block.cell(cell);
            if tokens == 1 {
                self.gene.extend_from_slice(cell.genes);
                self.value.extend_from_slice(cell.values);
                self.start.push(self.gene.len());
                continue;
            }
            for token in 0..tokens as u32 {
                for (gene, value) in cell.iter().filter(|(gene, _)| token_of[*gene as usize] == token) {
                    self.gene.push(gene);
                    self.value.push(value);
                }
                self.start.push(self.gene.len());
            }
        }
    }

    /// Number of rows.
    pub(crate) fn n_rows(&self) -> usize {
        self.start.len().saturating_sub(1)
    }

    /// Genes and values of a row.
    pub(crate) fn row(&self, row: usize) -> (&[u32], &[f32]) {
        let range = self.start[row]..self.start[row + 1];
        (&self.gene[range.clone()], &self.value[range])
    }
}

/// The cells of a batch, for the way back through the first layer, which takes them gene by gene.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Drawn<'a> {
    pub(crate) block: &'a Block<LogNorm>,
    pub(crate) cells: &'a [usize],
}

impl<'a> Drawn<'a> {
    /// Position in the batch and values of each cell, of neighbouring genes alone.
    fn values_of(self, genes: &Range<usize>) -> impl Iterator<Item = (usize, &'a [u32], &'a [f32])> {
        let (start, end) = (genes.start, genes.end);
        self.cells.iter().enumerate().map(move |(position, &cell)| {
            let cell = self.block.cell(cell);
            let first = cell.genes.partition_point(|&gene| (gene as usize) < start);
            let n = cell.genes[first..].partition_point(|&gene| (gene as usize) < end);
            (position, &cell.genes[first..first + n], &cell.values[first..first + n])
        })
    }
}

/// The values of some neighbouring genes in a batch, gene by gene. Only a few genes are turned at a time, so that the batch does
/// not lie in memory once more.
#[derive(Debug, Clone, Default)]
pub(crate) struct GeneRows {
    start: Vec<u32>, // where each gene begins, and the end
    row: Vec<u32>,   // increasing within a gene
    value: Vec<f32>,
}

impl GeneRows {
    /// Takes the values of `genes`; `factor`, `tokens` and `token_of` are as for [`SparseRows::fill`].
    pub(crate) fn fill(
        &mut self,
        batch: Drawn<'_>,
        genes: &Range<usize>,
        factor: &[f32],
        tokens: usize,
        token_of: &[u32],
    ) {
        self.start.clear();
        self.start.resize(genes.len() + 2, 0);
        // Counted two places on, so that after the sums each entry is where its gene's next value goes; when all
        // are placed, it is where the next gene begins.
        for (_, of, _) in batch.values_of(genes) {
            for &gene in of {
                self.start[gene as usize - genes.start + 2] += 1;
            }
        }
        for gene in 2..self.start.len() {
            self.start[gene] += self.start[gene - 1];
        }
        let n = self.start.last().map_or(0, |&n| n as usize);
        self.row.resize(n, 0);
        self.value.resize(n, 0.0);
        for (position, of, values) in batch.values_of(genes) {
            for (&gene, &value) in of.iter().zip(values) {
                let gene = gene as usize;
                let token = token_of.get(gene).map_or(0, |&token| token as usize);
                let to = &mut self.start[gene - genes.start + 1];
                self.row[*to as usize] = (position * tokens + token) as u32;
                self.value[*to as usize] = value * factor[gene];
                *to += 1;
            }
        }
        self.start.pop();
    }

    /// Rows and values of a gene, counted from the first that was taken.
    pub(crate) fn gene(&self, gene: usize) -> (&[u32], &[f32]) {
        let range = self.start[gene] as usize..self.start[gene + 1] as usize;
        (&self.row[range.clone()], &self.value[range])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_value_is_found_by_row_and_by_gene() {
        let block =
            Block::new(4, vec![0, 2, 2, 5], vec![0, 3, 0, 1, 2], vec![1.0, 2.0, 3.0, 4.0, 5.0]).unwrap();
        let factor = [1.0, 10.0, 100.0, 0.5];
        let (mut first, mut second) = (SparseRows::default(), SparseRows::default());
        first.fill(&block, [2, 1].into_iter(), &factor, 1, &[]);
        second.fill(&block, [0].into_iter(), &factor, 1, &[]);
        assert_eq!(first.row(0), (&[0, 1, 2][..], &[3.0, 40.0, 500.0][..]));
        assert_eq!((first.n_rows(), first.row(1).0.len()), (2, 0));
        let mut by_gene = GeneRows::default();
        let batch = Drawn { block: &block, cells: &[2, 1, 0] };
        by_gene.fill(batch, &(0..2), &factor, 1, &[]);
        assert_eq!(by_gene.gene(0), (&[0, 2][..], &[3.0, 1.0][..]));
        assert_eq!(by_gene.gene(1), (&[0][..], &[40.0][..]));
        by_gene.fill(batch, &(2..4), &factor, 1, &[]);
        assert_eq!(by_gene.gene(0), (&[0][..], &[500.0][..]));
        assert_eq!(by_gene.gene(1), (&[2][..], &[1.0][..]));
        assert_eq!(second.row(0), (&[0, 3][..], &[1.0, 1.0][..]));

        first.fill(&block, [2].into_iter(), &factor, 2, &[1, 0, 1, 0]);
        assert_eq!(first.n_rows(), 2);
        assert_eq!(first.row(0), (&[1][..], &[40.0][..]));
        assert_eq!(first.row(1), (&[0, 2][..], &[3.0, 500.0][..]));
        let batch = Drawn { block: &block, cells: &[0, 2] };
        by_gene.fill(batch, &(0..4), &factor, 2, &[1, 0, 1, 0]);
        assert_eq!(by_gene.gene(0), (&[1, 3][..], &[1.0, 3.0][..]));
        assert_eq!(by_gene.gene(1), (&[2][..], &[40.0][..]));
    }
}
