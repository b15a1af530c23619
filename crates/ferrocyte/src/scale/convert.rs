//! From numbers as stored to the scale of a model.

use ferrocyte_core::{Block, BlockError, Counts, GeneMap, LibrarySizes, LogNorm, Stored, TargetSum};

use super::reading::{Amount, Reading};
use crate::duplicates::Fingerprint;

/// Cells on the scale and genes of a model.
pub(crate) struct NormBlock {
    /// The values.
    pub(crate) cells: Block<LogNorm>,
    /// Counts over all genes that were measured; where the file holds something else, the sum of that. Zero only
    /// for a cell without any value.
    pub(crate) sizes: LibrarySizes,
    /// Cells that have more counts than their library size says.
    pub(crate) too_small: u64,
    /// What identifies each cell, over all genes of its file.
    pub(crate) fingerprints: Vec<Fingerprint>,
    /// Position of the file among those of the run.
    pub(crate) file: usize,
    /// Position of the first cell among all cells that are used.
    pub(crate) first: usize,
}

/// What cells are brought to.
pub(crate) struct Goal<'a> {
    /// The genes.
    pub(crate) map: &'a GeneMap,
    /// What each cell is scaled to before the logarithm.
    pub(crate) target: TargetSum,
}

/// Brings cells to the scale of a model and its genes. `sizes` are library sizes from a column, for counts.
///
/// # Errors
/// A value that the reading does not allow.
pub(crate) fn convert(
    block: Block<Stored>,
    reading: Reading,
    sizes: Option<LibrarySizes>,
    goal: &Goal<'_>,
) -> Result<NormBlock, BlockError> {
    let target = goal.target;
    match (reading.log, reading.of) {
        (None, Amount::Counts) => Ok(from_counts(block.into_counts()?, sizes, goal)),
        (Some(base), Amount::Counts) => Ok(from_counts(block.into_counts_from_log(base)?, sizes, goal)),
        (log, Amount::Multiples) => Ok(from_counts(block.into_counts_from_multiples(log)?, sizes, goal)),
        (Some(base), Amount::Total(total)) => {
            Ok(from_log_norm(sums(&block), block.into_log_norm_from_log(base, total, target)?, goal))
        }
        (None, Amount::Total(total)) => {
            Ok(from_log_norm(sums(&block), block.into_log_norm_from_totals(total, target)?, goal))
        }
    }
}

fn from_counts(counts: Block<Counts>, sizes: Option<LibrarySizes>, goal: &Goal<'_>) -> NormBlock {
    // Before the cells are aligned: genes that the model does not know still belong to the library.
    let sums = LibrarySizes::of(&counts);
    let too_small =
        sizes.as_ref().map_or(0, |sizes| super::library_size::too_small(sums.as_slice(), sizes.as_slice()));
    let sizes = sizes.unwrap_or(sums);
    let cells = counts.into_aligned(goal.map).into_log_norm_with(goal.target, &sizes);
    NormBlock { cells, sizes, too_small, fingerprints: Vec::new(), file: 0, first: 0 }
}

fn from_log_norm(sums: Vec<f64>, cells: Block<LogNorm>, goal: &Goal<'_>) -> NormBlock {
    // Sums of values that are not below zero, or the conversion would have failed: a size is only refused where one
    // is beyond f64, which sums of f32 cannot be.
    let sizes = LibrarySizes::new(sums).unwrap_or_default();
    NormBlock {
        cells: cells.into_aligned(goal.map),
        sizes,
        too_small: 0,
        fingerprints: Vec::new(),
        file: 0,
        first: 0,
    }
}

fn sums(block: &Block<Stored>) -> Vec<f64> {
    block.cells().map(|cell| cell.total().max(0.0)).collect()
}
