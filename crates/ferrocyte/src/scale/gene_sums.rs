//! Sums over cells, gene by gene.

use ferrocyte_core::Cell;

/// Sums and sums of squares of each gene, over all cells with their zeros.
#[derive(Debug, Clone, Default)]
pub(crate) struct GeneSums {
    sum: Vec<f64>,
    squares: Vec<f64>,
    cells: u64,
}

/// Mean and variance of a gene.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Moments {
    pub(crate) mean: f64,
    pub(crate) variance: f64,
}

impl GeneSums {
    /// Adds a cell. Cells come in order, so the sums do not depend on how they are cut into blocks.
    pub(crate) fn add(&mut self, n_genes: usize, cell: Cell<'_>) {
        if self.sum.len() < n_genes {
            self.sum.resize(n_genes, 0.0);
            self.squares.resize(n_genes, 0.0);
        }
        for (gene, value) in cell.iter() {
            let value = f64::from(value);
            self.sum[gene as usize] += value;
            self.squares[gene as usize] += value * value;
        }
        self.cells += 1;
    }

    /// Mean and variance of every gene; nothing with fewer than two cells.
    pub(crate) fn moments(&self) -> Vec<Moments> {
        if self.cells < 2 {
            return Vec::new();
        }
        let n = self.cells as f64;
        self.sum
            .iter()
            .zip(&self.squares)
            .map(|(sum, squares)| Moments {
                mean: sum / n,
                variance: ((squares - sum * sum / n) / (n - 1.0)).max(0.0),
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zeros_that_are_not_stored_count() {
        let mut sums = GeneSums::default();
        sums.add(2, Cell { genes: &[0, 1], values: &[2.0, 3.0] });
        sums.add(2, Cell { genes: &[1], values: &[3.0] });
        assert_eq!(
            sums.moments(),
            [Moments { mean: 1.0, variance: 2.0 }, Moments { mean: 3.0, variance: 0.0 }]
        );
    }
}
