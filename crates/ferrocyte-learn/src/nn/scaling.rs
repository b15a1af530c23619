//! Mean and standard deviation of each gene, for z-scores that are never written down.

use crate::cell_parts::CellParts;
use crate::models::FitError;

/// Smallest standard deviation that is told from rounding.
pub(crate) const SMALLEST_SD: f32 = 1e-6;

/// Mean and standard deviation of each gene over training cells, zeros included.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Scaling {
    pub(crate) mean: Vec<f32>,
    pub(crate) sd: Vec<f32>, // 1 where a gene does not vary, as scikit-learn has it
}

impl Scaling {
    /// Over the cells named, whose positions ascend, and which genes vary among them: of the others nothing can be learnt. The
    /// standard deviation divides by the number of cells.
    pub(crate) fn over(cells: CellParts<'_>, named: &[usize]) -> Result<(Self, Vec<bool>), FitError> {
        let n_genes = cells.n_genes();
        let mut is_named = vec![false; cells.n_cells()];
        for &cell in named {
            is_named[cell] = true;
        }
        let mut sums = vec![0.0_f64; n_genes];
        let mut first: Vec<Option<f32>> = vec![None; n_genes];
        let mut seen = vec![0_u32; n_genes];
        let mut varies = vec![false; n_genes];
        cells.for_each_cell(|cell, values| {
            for (gene, value) in values.into_iter().filter(|_| is_named[cell]) {
                let gene = gene as usize;
                sums[gene] += f64::from(value);
                varies[gene] |= *first[gene].get_or_insert(value) != value;
                seen[gene] += 1;
            }
        })?;
        for (gene, varies) in varies.iter_mut().enumerate() {
            let zeros = (seen[gene] as usize) < named.len();
            *varies |= zeros && first[gene].is_some_and(|value| value != 0.0);
        }
        let n = named.len().max(1) as f64;
        let mean: Vec<f64> = sums.iter().map(|sum| sum / n).collect();
        // About the mean, so that nothing cancels; zeros are counted, not visited.
        let mut squares = vec![0.0_f64; n_genes];
        cells.for_each_cell(|cell, values| {
            for (gene, value) in values.into_iter().filter(|_| is_named[cell]) {
                let off = f64::from(value) - mean[gene as usize];
                squares[gene as usize] += off * off;
            }
        })?;
        let sd = (0..n_genes)
            .map(|gene| {
                let zeros = n - f64::from(seen[gene]);
                let sd = libm::sqrt((squares[gene] + zeros * mean[gene] * mean[gene]) / n) as f32;
                varies[gene] &= sd >= SMALLEST_SD;
                if varies[gene] { sd } else { 1.0 }
            })
            .collect();
        Ok((Self { mean: mean.into_iter().map(|mean| mean as f32).collect(), sd }, varies))
    }

    /// As [`over`](Self::over), of cells that can be read.
    #[cfg(test)]
    pub(crate) fn of(
        block: &ferrocyte_core::Block<ferrocyte_core::LogNorm>,
        named: &[usize],
    ) -> (Self, Vec<bool>) {
        Self::over(CellParts::of(block), named).expect("cells in memory can be read")
    }
}

#[cfg(test)]
mod tests {
    use ferrocyte_core::Block;

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
