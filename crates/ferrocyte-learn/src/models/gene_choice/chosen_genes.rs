//! Some genes of cells that are not in memory.

use std::ops::Range;

use ferrocyte_core::{Block, CellStore, LogNorm, SourceError};

use crate::cell_parts::CellParts;
use crate::models::train::FitError;

/// A store whose cells have some genes of those of another: each is chosen again as it is read.
pub(super) struct ChosenGenes<'a> {
    all: CellParts<'a>,
    genes: &'a [u32],
    non_zeros: u64,
}

impl<'a> ChosenGenes<'a> {
    /// All cells are read once, to know how many values are left.
    pub(super) fn new(all: CellParts<'a>, genes: &'a [u32]) -> Result<Self, FitError> {
        let mut chosen = vec![false; all.n_genes()];
        for &gene in genes {
            chosen[gene as usize] = true;
        }
        let mut non_zeros = 0;
        all.for_each_cell(|_, cell| {
            non_zeros += cell.genes.iter().filter(|&&gene| chosen[gene as usize]).count() as u64;
        })?;
        Ok(Self { all, genes, non_zeros })
    }
}

impl CellStore for ChosenGenes<'_> {
    fn n_cells(&self) -> usize {
        self.all.n_cells()
    }

    fn n_genes(&self) -> usize {
        self.genes.len()
    }

    fn n_non_zeros(&self) -> u64 {
        self.non_zeros
    }

    fn read(&self, cells: Range<usize>) -> Result<Block<LogNorm>, SourceError> {
        Ok(self.all.read(cells)?.select_genes(self.genes))
    }
}
