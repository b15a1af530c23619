//! From numbers as a file holds them to a scale that means something. Which of these is right for a matrix is for
//! the caller to find out; here is only what each one does.

use std::fmt;

use crate::block::{Block, BlockError};
use crate::scale::{Counts, LogNorm, Scale, Stored, TargetSum};

/// Base of a logarithm that was taken as `log(1 + x)`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum LogBase {
    /// The natural logarithm: `scanpy.pp.log1p`, Seurat's `LogNormalize`.
    E,
    /// Base 2: scater's `logNormCounts`, much of bulk RNA-seq.
    Two,
    /// Base 10.
    Ten,
}

impl LogBase {
    /// `b^value - 1`: what the logarithm was taken of, to the last digits also near zero.
    pub fn invert(self, value: f32) -> f64 {
        // `libm`, not the platform's: the same bytes on every machine.
        libm::expm1(f64::from(value) * self.ln())
    }

    /// `ln b`.
    fn ln(self) -> f64 {
        match self {
            Self::E => 1.0,
            Self::Two => std::f64::consts::LN_2,
            Self::Ten => std::f64::consts::LN_10,
        }
    }
}

impl fmt::Display for LogBase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::E => "log1p",
            Self::Two => "log2(1 + x)",
            Self::Ten => "log10(1 + x)",
        })
    }
}

impl Block<Stored> {
    /// Takes the numbers for `ln(1 + counts × target / library size)`, bit by bit as they are.
    ///
    /// # Errors
    /// The first value that no such logarithm can be: one below zero.
    pub fn into_log_norm_as_it_is(self) -> Result<Block<LogNorm>, BlockError> {
        self.try_map(|_, value| f64::from(value))
    }

    /// Takes the numbers `x` for `log_b(1 + y)`, where `y` adds up to `from` over all genes that were measured, and
    /// brings them to the target `to`:
    ///
    /// `ln(1 + (b^x - 1) × to / from)`
    ///
    /// It is [`into_log_norm`](Block::into_log_norm) of the counts that the numbers were made from, since those are
    /// `y × library size / from`. With base *e* and equal sums the numbers stay as they are, bit by bit.
    ///
    /// # Errors
    /// The first value that no such logarithm can be: one below zero, or so large that its inverse is not finite.
    pub fn into_log_norm_from_log(
        self,
        base: LogBase,
        from: TargetSum,
        to: TargetSum,
    ) -> Result<Block<LogNorm>, BlockError> {
        if base == LogBase::E && from == to {
            return self.into_log_norm_as_it_is();
        }
        let factor = to.get() / from.get();
        self.try_map(|_, value| libm::log1p(base.invert(value) * factor))
    }

    /// Takes the numbers `x` for values that add up to `from` over all genes that were measured (counts per ten
    /// thousand or per million, TPM), and takes the logarithm:
    ///
    /// `ln(1 + x × to / from)`
    ///
    /// # Errors
    /// The first value below zero.
    pub fn into_log_norm_from_totals(
        self,
        from: TargetSum,
        to: TargetSum,
    ) -> Result<Block<LogNorm>, BlockError> {
        let factor = to.get() / from.get();
        self.try_map(|_, value| libm::log1p(f64::from(value) * factor))
    }

    /// Takes the numbers `x` for `log_b(1 + counts)`: the counts are `b^x - 1`, rounded to the whole number that
    /// they were.
    ///
    /// # Errors
    /// The first value that is below zero, or so large that its inverse is not finite.
    pub fn into_counts_from_log(self, base: LogBase) -> Result<Block<Counts>, BlockError> {
        self.try_map(|_, value| base.invert(value).round())
    }

    /// Takes the numbers for counts that each cell was scaled by a factor of its own, which is not known, and of
    /// which the logarithm was taken where `log` says so. The smallest value of a cell is taken for one count.
    ///
    /// Where it was two or more counts, the cell's counts come out smaller by a common factor, which
    /// [`into_log_norm`](Block::into_log_norm) takes out again.
    ///
    /// # Errors
    /// As [`into_counts_from_log`](Self::into_counts_from_log).
    pub fn into_counts_from_multiples(self, log: Option<LogBase>) -> Result<Block<Counts>, BlockError> {
        let linear = |value: f32| log.map_or(f64::from(value), |base| base.invert(value));
        let units: Vec<f64> = self
            .cells()
            .map(|cell| {
                let positive = cell.values.iter().filter(|&&value| value > 0.0);
                positive.map(|&value| linear(value)).fold(f64::INFINITY, f64::min)
            })
            .collect();
        self.try_map(|cell, value| if value > 0.0 { (linear(value) / units[cell]).round() } else { 0.0 })
    }

    /// Changes every value; refuses one that was below zero or does not fit the new scale.
    fn try_map<T: Scale>(self, change: impl Fn(usize, f32) -> f64) -> Result<Block<T>, BlockError> {
        let mut wrong = None;
        let changed = self.map_cells(|row, values| {
            for (i, value) in values.iter_mut().enumerate() {
                let new = change(row, *value) as f32;
                if *value < 0.0 || !new.is_finite() {
                    wrong.get_or_insert((row, i, *value));
                }
                *value = new;
            }
        });
        match wrong {
            Some((row, i, value)) => Err(BlockError::Value { row, gene: changed.cell(row).genes[i], value }),
            None => Ok(changed),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const COUNTS: [f32; 4] = [3.0, 1.0, 12.0, 250.0];

    fn counts() -> Block<Counts> {
        Block::new(3, vec![0, 2, 2, 4], vec![0, 2, 1, 2], COUNTS.to_vec()).unwrap()
    }

    fn stored(values: Vec<f32>) -> Block<Stored> {
        Block::new(3, vec![0, 2, 2, 4], vec![0, 2, 1, 2], values).unwrap()
    }

    fn cpm() -> Vec<f64> {
        counts()
            .cells()
            .flat_map(|cell| cell.values.iter().map(move |&v| 1e6 * f64::from(v) / cell.total()))
            .collect()
    }

    fn million() -> TargetSum {
        TargetSum::try_from(1e6).unwrap()
    }

    /// `f32` holds a logarithm to 6e-8 of its size; inverting one and taking another adds as much again.
    fn close(found: &Block<LogNorm>) {
        let expected = counts().into_log_norm(TargetSum::CP10K);
        for (found, expected) in found.as_csr().2.iter().zip(expected.as_csr().2) {
            assert!((found - expected).abs() < 5e-6, "expected {expected}, found {found}");
        }
    }

    #[test]
    fn every_way_leads_to_the_same_values() {
        close(
            &stored(cpm().iter().map(|v| *v as f32).collect())
                .into_log_norm_from_totals(million(), TargetSum::CP10K)
                .unwrap(),
        );
        for (base, log) in [
            (LogBase::E, f64::ln_1p as fn(f64) -> f64),
            (LogBase::Two, |x| (1.0 + x).log2()),
            (LogBase::Ten, |x| (1.0 + x).log10()),
        ] {
            let logs = stored(cpm().iter().map(|v| log(*v) as f32).collect());
            close(&logs.clone().into_log_norm_from_log(base, million(), TargetSum::CP10K).unwrap());
            let restored = logs.into_counts_from_multiples(Some(base)).unwrap();
            assert_eq!(restored.as_csr().2[..2], [3.0, 1.0], "the smallest value is one count");
            assert_eq!(
                restored.as_csr().2[2..],
                [1.0, 21.0],
                "12 and 250 have no common unit: 20.8 is rounded"
            );
            let logs = stored(COUNTS.iter().map(|v| log(f64::from(*v)) as f32).collect());
            assert_eq!(logs.into_counts_from_log(base).unwrap(), counts());
        }
    }

    #[test]
    fn what_is_on_the_scale_already_stays_as_it_is() {
        let values = counts().into_log_norm(TargetSum::CP10K).as_csr().2.to_vec();
        let (cp10k, e) = (TargetSum::CP10K, LogBase::E);
        let same = stored(values.clone()).into_log_norm_from_log(e, cp10k, cp10k).unwrap();
        assert_eq!(same.as_csr().2, values);
    }

    #[test]
    fn values_that_a_scale_cannot_have_are_refused_with_their_place() {
        let negative = stored(vec![1.0, 2.0, 3.0, -0.5]);
        let error = BlockError::Value { row: 2, gene: 2, value: -0.5 };
        assert_eq!(negative.clone().into_log_norm_as_it_is().unwrap_err(), error);
        assert_eq!(negative.clone().into_counts_from_log(LogBase::Two).unwrap_err(), error);
        assert_eq!(negative.into_counts_from_multiples(None).unwrap_err(), error);
        let error = stored(vec![1.0, 300.0, 3.0, 4.0]).into_counts_from_log(LogBase::E).unwrap_err();
        assert_eq!(error, BlockError::Value { row: 0, gene: 2, value: 300.0 });
    }
}
