//! What the numbers of a block mean, as types.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::block::Block;
use crate::library_size::LibrarySizes;

mod sealed {
    pub trait Sealed {}
}

/// What the numbers of a [`Block`] mean. Sealed: a new scale is a design decision, not something that a call
/// site invents.
pub trait Scale: sealed::Sealed + Send + Sync + fmt::Debug + Clone + PartialEq + 'static {
    /// The scale in words, for messages.
    const NAME: &'static str;

    /// The lowest value there can be.
    const LOWEST: f32;
}

/// Numbers as a file holds them. What they mean is not known yet: counts, logarithms, scaled values.
#[derive(Debug, Clone, PartialEq)]
pub enum Stored {}

/// Molecules (or reads) counted per cell and gene.
#[derive(Debug, Clone, PartialEq)]
pub enum Counts {}

/// `ln(1 + counts × target / library size)`.
#[derive(Debug, Clone, PartialEq)]
pub enum LogNorm {}

impl sealed::Sealed for Stored {}
impl sealed::Sealed for Counts {}
impl sealed::Sealed for LogNorm {}

impl Scale for Stored {
    const NAME: &'static str = "numbers as stored";
    const LOWEST: f32 = f32::MIN;
}

impl Scale for Counts {
    const NAME: &'static str = "counts";
    const LOWEST: f32 = 0.0;
}

impl Scale for LogNorm {
    const NAME: &'static str = "log-normalised";
    const LOWEST: f32 = 0.0;
}

/// Counts that each cell is scaled to before the logarithm; positive and finite.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "f64", into = "f64")]
pub struct TargetSum(f64);

impl TargetSum {
    /// 10,000 counts per cell, the field's habit (scanpy tutorials, `CellTypist`, Seurat).
    pub const CP10K: Self = Self(1e4);

    /// The number of counts.
    pub fn get(self) -> f64 {
        self.0
    }
}

/// A target sum that is zero, negative or not a number.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
#[error("the target sum must be positive and finite, found {0}")]
pub struct TargetSumError(f64);

impl TryFrom<f64> for TargetSum {
    type Error = TargetSumError;

    fn try_from(sum: f64) -> Result<Self, Self::Error> {
        if sum.is_finite() && sum > 0.0 { Ok(Self(sum)) } else { Err(TargetSumError(sum)) }
    }
}

impl From<TargetSum> for f64 {
    fn from(sum: TargetSum) -> Self {
        sum.0
    }
}

impl Block<Counts> {
    /// Scales every cell to `target` counts and takes `ln(1 + x)`, in place, as `scanpy.pp.normalize_total`
    /// followed by `scanpy.pp.log1p` do.
    ///
    /// A cell without counts stays empty. The library size of a cell is the sum over the genes of this block;
    /// where the block holds only some of the genes that were measured, use
    /// [`into_log_norm_with`](Self::into_log_norm_with).
    pub fn into_log_norm(self, target: TargetSum) -> Block<LogNorm> {
        let sizes = LibrarySizes::of(&self);
        self.into_log_norm_with(target, &sizes)
    }

    /// As [`into_log_norm`](Self::into_log_norm), with library sizes that are known from elsewhere: from all
    /// genes of the query before it was aligned to a model, or from a column of the file.
    ///
    /// # Panics
    /// When `sizes` does not hold one size per cell.
    pub fn into_log_norm_with(self, target: TargetSum, sizes: &LibrarySizes) -> Block<LogNorm> {
        /// Most counts are below this; what becomes of one is the same all over a cell, and worked out once.
        const SMALL: usize = 32;
        /// The sum of this and a small number is rounded to a whole one, which stands in the lowest bits.
        const ROUNDS: f32 = 8_388_608.0; // 2²³
        assert_eq!(sizes.as_slice().len(), self.n_cells(), "one library size per cell");
        self.map_cells(|cell, values| {
            let total = sizes.as_slice()[cell];
            if total > 0.0 {
                let factor = (target.0 / total) as f32;
                // `libm`, not the platform's: the same bytes on every machine.
                let log = |count: f32| libm::log1pf(count * factor);
                let mut known = [0.0_f32; SMALL];
                for value in values {
                    let rounded = *value + ROUNDS;
                    let count = rounded.to_bits().wrapping_sub(ROUNDS.to_bits()) as usize;
                    *value = match known.get_mut(count) {
                        Some(known) if rounded - ROUNDS == *value => {
                            if *known == 0.0 {
                                *known = log(*value);
                            }
                            *known
                        }
                        _ => log(*value),
                    };
                }
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // scanpy 1.11.5: a = AnnData(np.array([[3., 0., 1.]], "f4"))
    //                sc.pp.normalize_total(a, target_sum=1e4); sc.pp.log1p(a); a.X
    const SCANPY: [f32; 2] = [8.922_792, 7.824_446];
    const TOLERANCE: f32 = 1e-5; // f32 rounding of one product and one ln_1p

    #[test]
    fn log_norm_agrees_with_scanpy() {
        let block = Block::<Counts>::new(3, vec![0, 2], vec![0, 2], vec![3.0, 1.0]).unwrap();
        let found = block.into_log_norm(TargetSum::CP10K);
        for ((_, value), expected) in found.cell(0).iter().zip(SCANPY) {
            assert!((value - expected).abs() < TOLERANCE, "expected {expected}, found {value}");
        }
    }

    #[test]
    fn what_is_worked_out_once_is_what_is_worked_out_each_time() {
        let counts =
            [0.5, 1.0, 1.5, 2.0, 31.0, 31.5, 32.0, 33.0, 1.0, 31.0, 7e6, 8_388_608.0, 8_388_609.0, 3e9, 0.25];
        let counts = [&counts[..], &[1e-30, 2.0, 0.999_999_94, 1.000_000_1, 31.999_998, f32::MAX]].concat();
        let genes = (0..counts.len() as u32).collect();
        let block = Block::<Counts>::new(counts.len(), vec![0, counts.len()], genes, counts.clone()).unwrap();
        let sizes = LibrarySizes::new(vec![777.0]).unwrap();
        let found = block.into_log_norm_with(TargetSum::CP10K, &sizes);
        let expected: Vec<u32> =
            counts.iter().map(|count| libm::log1pf(count * (1e4 / 777.0_f64) as f32).to_bits()).collect();
        let found: Vec<u32> = found.cell(0).values.iter().map(|value| value.to_bits()).collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn a_known_library_size_replaces_the_sum() {
        let block = Block::<Counts>::new(3, vec![0, 1, 1], vec![0], vec![3.0]).unwrap();
        let sizes = LibrarySizes::new(vec![30_000.0, 5.0]).unwrap();
        let found = block.into_log_norm_with(TargetSum::CP10K, &sizes);
        assert!((found.cell(0).values[0] - 2.0_f32.ln()).abs() < 1e-6);
        assert!(found.cell(1).is_empty());
    }

    #[test]
    fn target_sums_that_make_no_sense_are_refused() {
        for sum in [0.0, -1.0, f64::NAN, f64::INFINITY] {
            assert!(TargetSum::try_from(sum).is_err());
        }
    }
}
