//! Mean and variance of each gene.

use rayon::prelude::*;

use crate::cell_parts::CellParts;
use crate::models::train::FitError;

/// Cells that one thread sums.
const GROUP_CELLS: usize = 2048;

/// Weighted mean and variance over all cells of the genes that at least one cell has.
#[derive(Debug)]
pub(super) struct Moments {
    /// The genes, increasing: all that there is to learn about.
    pub(super) genes: Vec<u32>,
    pub(super) mean: Vec<f64>,     // one for each of `genes`
    pub(super) variance: Vec<f64>, // likewise
}

/// What cells add up to in one gene.
#[derive(Debug, Clone, Copy, Default)]
struct Sums {
    sum: f64,
    squares: f64,
    cells: u64,
}

impl Moments {
    /// Of cells whose weights have a sum above zero. Groups of cells are summed by themselves and then in their order, so
    /// that threads change nothing.
    pub(super) fn of(cells: CellParts<'_>, cell_weights: &[f64]) -> Result<Self, FitError> {
        let mut of_all = vec![Sums::default(); cells.n_genes()];
        let mut of_groups: Vec<Vec<Sums>> = Vec::new();
        cells.for_each_part(|part| {
            let range = part.range();
            of_groups.resize_with(range.len().div_ceil(GROUP_CELLS), Vec::new);
            of_groups.par_iter_mut().enumerate().for_each(|(group, sums)| {
                sums.clear();
                sums.resize(of_all.len(), Sums::default());
                let start = range.start + group * GROUP_CELLS;
                let cells = start..(start + GROUP_CELLS).min(range.end);
                for (cell, weight) in cells.clone().zip(&cell_weights[cells]) {
                    for (gene, value) in part.cell(cell) {
                        let sums = &mut sums[gene as usize];
                        let weighted = weight * f64::from(value);
                        sums.sum += weighted;
                        sums.squares += weighted * f64::from(value);
                        sums.cells += 1;
                    }
                }
            });
            for group in &of_groups {
                for (all, group) in of_all.iter_mut().zip(group) {
                    all.sum += group.sum;
                    all.squares += group.squares;
                    all.cells += group.cells;
                }
            }
        })?;
        let total: f64 = cell_weights.iter().sum();
        let mut found = Self { genes: Vec::new(), mean: Vec::new(), variance: Vec::new() };
        for (gene, sums) in (0..).zip(&of_all).filter(|(_, sums)| sums.cells > 0) {
            let mean = sums.sum / total;
            found.genes.push(gene);
            found.mean.push(mean);
            found.variance.push((sums.squares / total - mean * mean).max(0.0));
        }
        Ok(found)
    }
}

#[cfg(test)]
mod tests {
    use ferrocyte_core::Block;

    use super::*;
    use crate::cell_parts::PART_CELLS;
    use crate::cell_parts::tests::Elsewhere;

    #[test]
    fn moments_are_weighted_and_the_same_from_elsewhere() {
        // Gene 1 is in no cell, gene 0 in every one, gene 2 in every third.
        let n = PART_CELLS + 10;
        let (mut row_ptr, mut gene, mut value, mut weights) = (vec![0], vec![], vec![], vec![]);
        for cell in 0..n {
            gene.push(0);
            value.push((cell % 2) as f32 * 2.0);
            if cell % 3 == 0 {
                gene.push(2);
                value.push(6.0);
            }
            row_ptr.push(gene.len());
            weights.push([1.0, 3.0][cell % 2]);
        }
        let block = Block::new(3, row_ptr, gene, value).unwrap();
        let found = Moments::of(CellParts::of(&block), &weights).unwrap();
        assert_eq!(found.genes, [0, 2]);
        assert_eq!((found.mean[0], found.variance[0]), (1.5, 0.75), "of four parts three are 2");
        assert!((found.mean[1] - 2.0).abs() < 1e-3);
        let elsewhere = Elsewhere::new(&block);
        let other = Moments::of(CellParts::of(&elsewhere), &weights).unwrap();
        assert_eq!((other.mean, other.variance), (found.mean, found.variance));
    }
}
