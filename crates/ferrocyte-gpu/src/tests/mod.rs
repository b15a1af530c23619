//! On burn's own back end for the processor: what a GPU computes is written once, for all back ends.

mod golden;
mod training;

use ferrocyte_core::{Block, LabelSet, Labels, LogNorm, Vocabulary};

/// Numbers that look random, from 0 to 1.
struct Numbers(u64);

impl Numbers {
    fn next(&mut self) -> f32 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 40) as f32 / (1_u64 << 24) as f32
    }
}

/// Cells of labels that have genes of their own, most values zero.
fn made_up_cells(n_cells: usize, n_genes: usize, n_labels: usize) -> (Block<LogNorm>, Labels, Vocabulary) {
    let mut numbers = Numbers(7);
    let (mut row_ptr, mut gene, mut value, mut codes) = (vec![0], vec![], vec![], vec![]);
    for cell in 0..n_cells {
        let label = cell % n_labels;
        for which in 0..n_genes {
            let share = if which % n_labels == label { 0.6 } else { 0.15 };
            if numbers.next() < share {
                gene.push(which as u32);
                value.push(0.2 + 3.0 * numbers.next());
            }
        }
        row_ptr.push(gene.len());
        codes.push(label);
    }
    let set = LabelSet::new((0..n_labels).map(|label| format!("type {label}")));
    let genes = Vocabulary::new((0..n_genes).map(|gene| format!("G{gene}")).collect()).unwrap();
    (Block::new(n_genes, row_ptr, gene, value).unwrap(), Labels::from_codes(set, &codes).unwrap(), genes)
}
