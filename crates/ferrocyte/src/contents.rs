//! What is in the cells of a matrix, found in one pass: the scale of its numbers, empty cells and genes, copies.

use ferrocyte_core::SourceError;
use ferrocyte_io::{CellFile, MatrixPath};

use crate::duplicates::{self, Duplicates, GeneHashes};
use crate::scale_check::{Looks, ScaleCheck};

/// Cells that are read at a time.
const BLOCK_CELLS: usize = 4096;

/// What was found in the cells of a matrix.
pub(crate) struct Contents {
    /// What the numbers look like.
    pub(crate) looks: Looks,
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
        let mut check = ScaleCheck::default();
        let mut seen = vec![false; genes.len()];
        let (mut totals, mut fingerprints) = (Vec::new(), Vec::new());
        let mut source = content.source(matrix, BLOCK_CELLS)?;
        while let Some(block) = source.next_block()? {
            let block = block.into_counts()?;
            check.add(&block);
            totals.extend(block.cells().map(|cell| cell.total()));
            fingerprints.extend(hashes.fingerprints(&block));
            for &gene in block.as_csr().1 {
                seen[gene as usize] = true;
            }
        }
        let names = content.obs().index();
        Ok(Self {
            looks: check.looks(),
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

/// Another matrix of the file that holds whole numbers, as far as its first cells tell.
pub(crate) fn matrix_with_counts(content: &dyn CellFile, but: &MatrixPath) -> Option<MatrixPath> {
    const LOOKED_AT: usize = 64;
    let holds_counts = |path: &MatrixPath| -> Option<bool> {
        let mut source = content.source(path, LOOKED_AT).ok()?;
        let block = source.next_block().ok()??.into_counts().ok()?;
        let mut check = ScaleCheck::default();
        check.add(&block);
        Some(block.n_non_zeros() > 0 && check.looks() == Looks::Counts)
    };
    let others = content.matrices().ok()?.into_iter().map(|info| info.path).filter(|path| path != but);
    others.into_iter().find(|path| holds_counts(path) == Some(true))
}
