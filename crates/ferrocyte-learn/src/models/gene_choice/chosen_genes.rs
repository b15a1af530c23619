//! Some genes of cells that are not in memory.

use std::ops::Range;

use ferrocyte_core::{Block, CellStore, LogNorm, SourceError};
use rayon::prelude::*;

use crate::cell_parts::CellParts;

/// A store whose cells have some genes of those of another: each is chosen again as it is read.
pub(super) struct ChosenGenes<'a> {
    all: CellParts<'a>,
    genes: &'a [u32],
}

impl<'a> ChosenGenes<'a> {
    pub(super) fn new(all: CellParts<'a>, genes: &'a [u32]) -> Self {
        Self { all, genes }
    }
}

impl CellStore for ChosenGenes<'_> {
    fn n_cells(&self) -> usize {
        self.all.n_cells()
    }

    fn n_genes(&self) -> usize {
        self.genes.len()
    }

    fn n_non_zeros(&self) -> Result<u64, SourceError> {
        let mut chosen = vec![false; self.all.n_genes()];
        for &gene in self.genes {
            chosen[gene as usize] = true;
        }
        let mut found = 0;
        self.all.for_each_cell(|_, cell| {
            found += cell.genes.iter().filter(|&&gene| chosen[gene as usize]).count() as u64;
        })?;
        Ok(found)
    }

    fn read(&self, cells: Range<usize>) -> Result<Block<LogNorm>, SourceError> {
        Ok(self.all.read(cells)?.select_genes(self.genes))
    }

    fn read_blocks(&self, cells: Range<usize>) -> Result<Vec<Block<LogNorm>>, SourceError> {
        let blocks = self.all.read_blocks(cells)?;
        Ok(blocks.into_par_iter().map(|block| block.select_genes(self.genes)).collect())
    }
}
