//! Mean and standard deviation of each gene, for z-scores that are never written down.

use ferrocyte_core::{Block, LogNorm};

/// Smallest standard deviation that is told from rounding.
pub(crate) const SMALLEST_SD: f32 = 1e-6;

/// Mean and standard deviation of each gene over training cells, zeros included.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Scaling {
    pub(crate) mean: Vec<f32>,
    pub(crate) sd: Vec<f32>, // 1 where a gene does not vary, as scikit-learn has it
}

impl Scaling {
    /// Over the cells named, and which genes vary among them. The standard deviation divides by the number of cells.
    pub(crate) fn of(block: &Block<LogNorm>, cells: &[usize]) -> (Self, Vec<bool>) {
        let mut sums = vec![0.0_f64; block.n_genes()];
        for &cell in cells {
            for (gene, value) in block.cell(cell) {
                sums[gene as usize] += f64::from(value);
            }
        }
        let n = cells.len().max(1) as f64;
        let mean: Vec<f64> = sums.iter().map(|sum| sum / n).collect();
        // About the mean, so that nothing cancels; zeros are counted, not visited.
        let mut squares = vec![0.0_f64; block.n_genes()];
        let mut seen = vec![0_u32; block.n_genes()];
        for &cell in cells {
            for (gene, value) in block.cell(cell) {
                let gene = gene as usize;
                let off = f64::from(value) - mean[gene];
                squares[gene] += off * off;
                seen[gene] += 1;
            }
        }
        let mut varies = Self::varies(block, cells);
        let sd = (0..block.n_genes())
            .map(|gene| {
                let zeros = n - f64::from(seen[gene]);
                let sd = libm::sqrt((squares[gene] + zeros * mean[gene] * mean[gene]) / n) as f32;
                varies[gene] &= sd >= SMALLEST_SD;
                if varies[gene] { sd } else { 1.0 }
            })
            .collect();
        (Self { mean: mean.into_iter().map(|mean| mean as f32).collect(), sd }, varies)
    }

    /// Which genes are not the same in all cells: of the others nothing can be learnt.
    fn varies(block: &Block<LogNorm>, cells: &[usize]) -> Vec<bool> {
        let mut first: Vec<Option<f32>> = vec![None; block.n_genes()];
        let mut seen = vec![0_usize; block.n_genes()];
        let mut varies = vec![false; block.n_genes()];
        for &cell in cells {
            for (gene, value) in block.cell(cell) {
                let gene = gene as usize;
                varies[gene] |= *first[gene].get_or_insert(value) != value;
                seen[gene] += 1;
            }
        }
        for (gene, varies) in varies.iter_mut().enumerate() {
            let zeros = seen[gene] < cells.len();
            *varies |= zeros && first[gene].is_some_and(|value| value != 0.0);
        }
        varies
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_count_zeros_and_a_gene_that_does_not_vary_has_one() {
        // Gene 0: 1, 0, 3; gene 1: 2 everywhere; gene 2: nowhere. The fourth cell is not trained on.
        let block =
            Block::new(3, vec![0, 2, 3, 5, 6], vec![0, 1, 1, 0, 1, 2], vec![1.0, 2.0, 2.0, 3.0, 2.0, 9.0])
                .unwrap();
        let (scaling, varies) = Scaling::of(&block, &[0, 1, 2]);
        assert!((scaling.mean[0] - 4.0 / 3.0).abs() < 1e-6);
        assert!((scaling.sd[0] - (14.0_f32 / 9.0).sqrt()).abs() < 1e-6);
        assert_eq!((&scaling.mean[1..], &scaling.sd[1..]), (&[2.0, 0.0][..], &[1.0, 1.0][..]));
        assert_eq!(varies, [true, false, false]);
    }
}
