//! The counts that the synthetic fixtures hold, by the rule of their `make_fixtures.py`.

use ferrocyte_core::{Block, Stored};

pub const N_CELLS: usize = 12;
pub const N_GENES: usize = 9;

/// The count of a gene in a cell.
pub fn count(cell: usize, gene: usize) -> f32 {
    if cell != 5 && (cell + 2 * gene).is_multiple_of(3) {
        ((7 * cell + 3 * gene) % 50 + 1) as f32
    } else {
        0.0
    }
}

/// All cells, on the first genes, times a factor.
pub fn counts(factor: f32, n_genes: usize) -> Block<Stored> {
    let (mut row_ptr, mut genes, mut values) = (vec![0], Vec::new(), Vec::new());
    for cell in 0..N_CELLS {
        for (gene, value) in (0..n_genes).map(|gene| (gene, count(cell, gene))).filter(|(_, v)| *v > 0.0) {
            genes.push(gene as u32);
            values.push(factor * value);
        }
        row_ptr.push(genes.len());
    }
    Block::new(n_genes, row_ptr, genes, values).unwrap()
}
