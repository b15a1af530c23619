//! The training cells a second time, gene by gene.

use std::ops::Range;

use ferrocyte_core::{Block, LogNorm};
use rayon::prelude::*;

/// Cells of one [`Slab`]: their residuals stay in the second-level cache (512 KiB for up to 16 labels), and a
/// cell's position in its slab fits 16 bits.
pub(crate) const SLAB_CELLS: usize = 8192;

/// The non-zeros of a block ordered by gene, in slabs of [`SLAB_CELLS`] cells.
///
/// The gradient of a gene is a sum over its cells. Gene by gene it is summed in registers, always in the same
/// order, by one thread; cell by cell it would be scattered into memory, and threads would have to share it.
/// The price is 6 bytes a non-zero.
#[derive(Debug)]
pub(crate) struct GeneMajor {
    /// Genes that at least one cell has, increasing: all that there is to learn about.
    pub(crate) genes: Vec<u32>,
    pub(crate) slabs: Vec<Slab>,
}

/// Up to [`SLAB_CELLS`] consecutive cells, gene by gene.
#[derive(Debug)]
pub(crate) struct Slab {
    /// The cells, in the block.
    pub(crate) cells: Range<usize>,
    start: Vec<u32>, // len n genes + 1: where each gene's non-zeros begin; a slab has less than 2^32 of them
    cell: Vec<u16>,  // position in the slab, increasing within a gene
    value: Vec<f32>,
}

impl GeneMajor {
    pub(crate) fn new(block: &Block<LogNorm>) -> Self {
        let mut seen = vec![false; block.n_genes()];
        for &gene in block.as_csr().1 {
            seen[gene as usize] = true;
        }
        let genes: Vec<u32> = (0..).zip(&seen).filter(|(_, seen)| **seen).map(|(gene, _)| gene).collect();
        let mut position = vec![0_u32; block.n_genes()]; // of a seen gene among the seen genes
        for (new, &gene) in (0..).zip(&genes) {
            position[gene as usize] = new;
        }
        let n_cells = block.n_cells();
        let slabs = (0..n_cells.div_ceil(SLAB_CELLS))
            .into_par_iter()
            .map(|slab| slab * SLAB_CELLS..((slab + 1) * SLAB_CELLS).min(n_cells))
            .map(|cells| Slab::new(block, cells, &position, genes.len()))
            .collect();
        Self { genes, slabs }
    }
}

impl Slab {
    fn new(block: &Block<LogNorm>, cells: Range<usize>, position: &[u32], n_genes: usize) -> Self {
        let (row_ptr, gene, value) = block.as_csr();
        let non_zeros = row_ptr[cells.start]..row_ptr[cells.end];
        let mut start = vec![0_u32; n_genes + 1];
        for &gene in &gene[non_zeros.clone()] {
            start[position[gene as usize] as usize + 1] += 1;
        }
        for i in 0..n_genes {
            start[i + 1] += start[i];
        }
        let mut next = start.clone();
        let mut slab_cell = vec![0_u16; non_zeros.len()];
        let mut slab_value = vec![0.0_f32; non_zeros.len()];
        for (in_slab, cell) in cells.clone().enumerate() {
            for i in row_ptr[cell]..row_ptr[cell + 1] {
                let to = &mut next[position[gene[i] as usize] as usize];
                slab_cell[*to as usize] = in_slab as u16;
                slab_value[*to as usize] = value[i];
                *to += 1;
            }
        }
        Self { cells, start, cell: slab_cell, value: slab_value }
    }

    /// Cells (positions in the slab) and values of a gene, by its position among the genes that were seen.
    pub(crate) fn gene(&self, gene: usize) -> (&[u16], &[f32]) {
        let range = self.start[gene] as usize..self.start[gene + 1] as usize;
        (&self.cell[range.clone()], &self.value[range])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_value_is_found_under_its_gene_and_slab() {
        // Two slabs; gene 1 is in no cell, gene 2 in every 3rd, gene 3 in every 1000th.
        let n_cells = SLAB_CELLS + 100;
        let (mut row_ptr, mut gene, mut value) = (vec![0], vec![], vec![]);
        for cell in 0..n_cells {
            for (which, every) in [(0, 7), (2, 3), (3, 1000)] {
                if cell % every == 0 {
                    gene.push(which);
                    value.push((cell * 4) as f32 + which as f32);
                }
            }
            row_ptr.push(gene.len());
        }
        let block = Block::new(4, row_ptr, gene, value).unwrap();
        let by_gene = GeneMajor::new(&block);
        assert_eq!(by_gene.genes, [0, 2, 3]);
        let mut found = 0;
        for slab in &by_gene.slabs {
            for (position, &gene) in by_gene.genes.iter().enumerate() {
                let (cells, values) = slab.gene(position);
                assert!(cells.is_sorted());
                for (&cell, &value) in cells.iter().zip(values) {
                    let cell = slab.cells.start + usize::from(cell);
                    assert_eq!(value, (cell * 4) as f32 + gene as f32);
                    found += 1;
                }
            }
        }
        assert_eq!((by_gene.slabs.len(), found), (2, block.n_non_zeros()));
    }
}
