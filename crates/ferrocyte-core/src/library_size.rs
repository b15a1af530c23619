//! How many counts a cell has over all genes that were measured.

use crate::block::Block;
use crate::scale::Counts;

/// Counts of each cell over **all** genes that were measured, in cell order; finite, not negative.
///
/// It is taken before a block is aligned to a model: a query's genes that the model does not know still belong
/// to the library.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct LibrarySizes(Vec<f64>);

impl LibrarySizes {
    /// Sums the counts of each cell, in `f64`.
    pub fn of(block: &Block<Counts>) -> Self {
        Self(block.cells().map(|cell| sum_of_whole(cell.values).unwrap_or_else(|| cell.total())).collect())
    }

    /// Takes sizes from elsewhere, a column of the file for example.
    ///
    /// # Errors
    /// When a size is negative, infinite or not a number.
    pub fn new(sizes: Vec<f64>) -> Result<Self, LibrarySizeError> {
        match sizes.iter().position(|size| !(size.is_finite() && *size >= 0.0)) {
            Some(cell) => Err(LibrarySizeError { cell, found: sizes[cell] }),
            None => Ok(Self(sizes)),
        }
    }

    /// Appends the sizes of more cells.
    pub fn append(&mut self, other: &Self) {
        self.0.extend_from_slice(&other.0);
    }

    /// One size per cell.
    pub fn as_slice(&self) -> &[f64] {
        &self.0
    }

    /// The sizes of the named cells, in the order given.
    ///
    /// # Panics
    /// When an index is not below the number of cells.
    pub fn select(&self, cells: &[usize]) -> Self {
        Self(cells.iter().map(|&cell| self.0[cell]).collect())
    }
}

/// The sum of values that are whole numbers, not below zero and not too large, as counts are: no addition of them rounds, so many
/// at once give the same bits as one after the other. `None` for all others, and where there are none.
fn sum_of_whole(values: &[f32]) -> Option<f64> {
    /// Values that are added side by side.
    const LANES: usize = 16;
    /// Up to here, adding [`ROUNDS`] and taking it away again rounds to a whole number.
    const EXACT: f32 = 4_194_304.0; // 2²²
    const ROUNDS: f32 = 12_582_912.0; // 1.5 × 2²³
    let (mut sums, mut fractions) = ([0.0_f32; LANES], [0_u32; LANES]);
    let mut add = |lane: usize, value: f32| {
        sums[lane] += value;
        fractions[lane] += u32::from((value + ROUNDS) - ROUNDS != value);
    };
    let (wide, rest) = values.as_chunks::<LANES>();
    for values in wide {
        for (lane, &value) in values.iter().enumerate() {
            add(lane, value);
        }
    }
    for (lane, &value) in rest.iter().enumerate() {
        add(lane, value);
    }
    // No value is larger than the sum that it is in.
    let exact = sums.iter().all(|sum| *sum <= EXACT) && fractions.iter().all(|&fractions| fractions == 0);
    (exact && !values.is_empty()).then(|| sums.iter().map(|&sum| f64::from(sum)).sum())
}

/// A library size that no cell can have.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
#[error("cell {cell}: expected a library size that is finite and not negative, found {found}")]
pub struct LibrarySizeError {
    /// Position of the cell.
    pub cell: usize,
    /// The size found.
    pub found: f64,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_numbers_that_are_added_at_once_give_the_bits_of_one_after_the_other() {
        let whole: Vec<f32> = (0..1000).map(|i| (i * 7919 % 5003 + 1) as f32).collect();
        for n in [1, 2, 15, 16, 17, 700] {
            let one_by_one: f64 = whole[..n].iter().map(|&value| f64::from(value)).sum();
            assert_eq!(sum_of_whole(&whole[..n]).unwrap().to_bits(), one_by_one.to_bits(), "{n} values");
            for other in [0.5, 3.000_000_2, 4_194_305.0, 4_194_304.5, 8_388_607.5, 3e9, f32::MAX] {
                let others = [&whole[..n], &[other]].concat();
                assert_eq!(sum_of_whole(&others), None, "{n} values and {other}");
            }
        }
        assert_eq!(sum_of_whole(&[]), None);
        // Each of them is small, and the sum is not.
        assert_eq!(sum_of_whole(&[4_000_000.0; 17]), None);
        let cells = Block::<Counts>::new(2, vec![0, 2, 2, 3], vec![0, 1, 1], vec![0.1, 0.2, 7.0]).unwrap();
        let totals: Vec<f64> = cells.cells().map(|cell| cell.total()).collect();
        assert_eq!(LibrarySizes::of(&cells).as_slice(), totals);
    }

    #[test]
    fn sizes_no_cell_can_have_are_refused_with_their_place() {
        let error = LibrarySizes::new(vec![1.0, f64::NAN]).unwrap_err();
        assert!(error.to_string().starts_with("cell 1: expected a library size"));
        assert!(LibrarySizes::new(vec![-1.0]).is_err());
        assert_eq!(LibrarySizes::new(vec![1.0, 2.0, 3.0]).unwrap().select(&[1, 2]).as_slice(), [2.0, 3.0]);
    }
}
