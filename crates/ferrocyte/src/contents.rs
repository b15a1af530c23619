//! What is in the cells of a matrix, found in one pass: empty cells and genes, copies.

use ferrocyte_core::SourceError;
use ferrocyte_io::{CellFile, MatrixPath};

use crate::duplicates::{self, Duplicates, GeneHashes};

/// Cells that are read at a time.
const BLOCK_CELLS: usize = 4096;

/// What was found in the cells of a matrix.
pub(crate) struct Contents {
    /// Sum of each cell.
    pub(crate) totals: Vec<f64>,
    /// Genes that no cell has a count of.
    pub(crate) empty_genes: usize,
    /// Cells that are there more than once.
    pub(crate) duplicates: Duplicates,
}

impl Contents {
    /// Reads all cells.
    pub(crate) fn of(
        content: &dyn CellFile,
        matrix: &MatrixPath,
        genes: &[String],
    ) -> Result<Self, SourceError> {
        let hashes = GeneHashes::of(genes);
        let mut seen = vec![false; genes.len()];
        let (mut totals, mut fingerprints) = (Vec::new(), Vec::new());
        let mut source = content.source(matrix, BLOCK_CELLS)?;
        while let Some(block) = source.next_block()? {
            totals.extend(block.cells().map(|cell| cell.total()));
            fingerprints.extend(hashes.fingerprints(&block));
            for &gene in block.as_csr().1 {
                seen[gene as usize] = true;
            }
        }
        let names = content.obs().index();
        Ok(Self {
            totals,
            empty_genes: seen.iter().filter(|seen| !**seen).count(),
            duplicates: duplicates::find(&fingerprints, |cell| names.get(cell).cloned().unwrap_or_default()),
        })
    }

    /// Cells without any count.
    pub(crate) fn empty_cells(&self) -> usize {
        self.totals.iter().filter(|&&total| total == 0.0).count()
    }
}
