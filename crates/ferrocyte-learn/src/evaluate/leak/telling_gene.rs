//! Genes that are the label.

use ferrocyte_core::{CellStore, Labels, SourceError};

use crate::cell_parts::in_parts;

/// Fewest cells on either side for a gene without a single exception to be more than luck.
const FEWEST_CELLS: usize = 20;

/// A gene whose values tell one label from all others without a single exception.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TellingGene {
    /// Position of the gene.
    pub gene: usize,
    /// Code of the label.
    pub label: usize,
}

/// Genes whose values in the cells of one label are all above, or all below, those in every other cell. Counts are noisy:
/// hardly any real gene is like that among thousands of cells, but a label that slipped in among the genes is.
///
/// Labels with fewer than 20 cells, or with fewer than 20 cells outside, are left out.
///
/// # Errors
/// When the cells cannot be read.
///
/// # Panics
/// When there are not as many labels as cells.
pub fn telling_genes(cells: &dyn CellStore, labels: &Labels) -> Result<Vec<TellingGene>, SourceError> {
    assert_eq!(cells.n_cells(), labels.len(), "one label per cell");
    let n_genes = cells.n_genes();
    let counts = labels.counts();
    let mut present = vec![0_usize; counts.len() * n_genes]; // by label, then gene
    let mut range = vec![(f32::INFINITY, f32::NEG_INFINITY); counts.len() * n_genes]; // of what is present
    in_parts(cells, |first, part| {
        for (cell, position) in part.cells().zip(first..) {
            let label = labels.code(position);
            for (gene, value) in cell.iter().filter(|&(_, value)| value != 0.0) {
                let at = label * n_genes + gene as usize;
                present[at] += 1;
                range[at] = (range[at].0.min(value), range[at].1.max(value));
            }
        }
    })?;
    let with_zeros = |at: usize, cells: usize| {
        let (low, high) = range[at];
        if present[at] < cells { (low.min(0.0), high.max(0.0)) } else { (low, high) }
    };
    let mut found = Vec::new();
    for gene in 0..n_genes {
        for (label, &cells_of_label) in counts.iter().enumerate() {
            if cells_of_label < FEWEST_CELLS || cells.n_cells() - cells_of_label < FEWEST_CELLS {
                continue;
            }
            let inside = with_zeros(label * n_genes + gene, cells_of_label);
            let outside = (0..counts.len())
                .filter(|&other| other != label && counts[other] > 0)
                .map(|other| with_zeros(other * n_genes + gene, counts[other]))
                .fold((f32::INFINITY, f32::NEG_INFINITY), |all, one| (all.0.min(one.0), all.1.max(one.1)));
            if inside.0 > outside.1 || inside.1 < outside.0 {
                found.push(TellingGene { gene, label });
                break;
            }
        }
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;
    use ferrocyte_core::{Block, LogNorm};

    #[test]
    fn a_label_among_the_genes_is_found_and_a_marker_with_exceptions_is_not() {
        let mut row_ptr = vec![0];
        let (mut gene, mut value) = (Vec::new(), Vec::new());
        let mut names = Vec::new();
        for cell in 0..90 {
            let label = cell % 3;
            names.push(["a", "b", "c"][label]);
            let row = [
                label as f32,                                    // the label as a number
                if label == 1 && cell != 4 { 2.0 } else { 0.0 }, // a marker of `b` with one exception
                1.0 + (cell % 7) as f32 / 10.0,                  // nothing
            ];
            for (i, &v) in row.iter().enumerate().filter(|(_, v)| **v != 0.0) {
                gene.push(i as u32);
                value.push(v);
            }
            row_ptr.push(gene.len());
        }
        let cells = Block::<LogNorm>::new(3, row_ptr, gene, value).unwrap();
        let labels = Labels::from_names(&names);
        assert_eq!(telling_genes(&cells, &labels).unwrap(), [TellingGene { gene: 0, label: 0 }]);
        let few: Vec<usize> = (0..15).collect();
        assert_eq!(telling_genes(&cells.select_cells(&few), &labels.select(&few)).unwrap(), []);
    }
}
