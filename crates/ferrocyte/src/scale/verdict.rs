//! What a matrix holds, and how it is read.

use ferrocyte_core::{LogBase, TargetSum};

use super::evidence::Place;
use super::mixed::Mixed;
use super::multiples::TotalFrom;
use super::negative::Negative;
use super::reading::{Amount, Reading, grouped};
use super::truncated::Truncated;

/// What a matrix holds.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Verdict {
    pub(crate) kind: Kind,
    /// A value that shows it.
    pub(crate) example: Option<Place>,
}

/// The kinds of numbers that are told apart.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Kind {
    /// No value other than zero.
    Empty,
    Counts,
    EstimatedCounts {
        /// Share of values that are not whole.
        fractional: f64,
    },
    LogOfCounts(LogBase),
    Totals {
        log: Option<LogBase>,
        total: TargetSum,
        known: Known,
        /// A million, and no multiples of one count: transcripts per million.
        per_length: bool,
    },
    /// Counts times a factor of each cell that cannot be made out.
    Multiples {
        log: Option<LogBase>,
    },
    Truncated(Truncated),
    Negative(Negative),
    Mixed(Mixed),
    Unknown {
        fractional: f64,
    },
}

/// How the total of the cells is known.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Known {
    /// Every cell adds up to it.
    Sums,
    /// From the worth of one count; genes are missing.
    Counts(TotalFrom),
    /// Cells come near it; half of them hold at least this share.
    Nearly(f64),
}

impl Verdict {
    /// How the matrix is read; `None` where it cannot be brought to the scale of a model.
    pub(crate) fn reading(&self) -> Option<Reading> {
        let reading = |log, of| Some(Reading { log, of });
        match &self.kind {
            Kind::Empty | Kind::Counts | Kind::EstimatedCounts { .. } => Some(Reading::COUNTS),
            Kind::LogOfCounts(base) => reading(Some(*base), Amount::Counts),
            Kind::Totals { log, total, .. } => reading(*log, Amount::Total(*total)),
            Kind::Multiples { log } => reading(*log, Amount::Multiples),
            Kind::Truncated(_) | Kind::Negative(_) | Kind::Mixed(_) | Kind::Unknown { .. } => None,
        }
    }

    /// Which of several matrices is read: the lower, the rather.
    pub(crate) fn rank(&self) -> u8 {
        match &self.kind {
            Kind::Counts => 0,
            Kind::EstimatedCounts { .. } => 1,
            Kind::LogOfCounts(_) => 2,
            Kind::Totals { per_length: false, known: Known::Sums | Known::Counts(_), .. } => 3,
            Kind::Multiples { .. } => 4,
            Kind::Totals { .. } => 5,
            Kind::Empty => 6,
            Kind::Truncated(_) | Kind::Negative(_) | Kind::Mixed(_) | Kind::Unknown { .. } => 7,
        }
    }

    /// For a table.
    pub(crate) fn in_words(&self) -> String {
        let of = |log: &Option<LogBase>| log.map_or_else(String::new, |base| format!("{base} of "));
        match &self.kind {
            Kind::Empty => "nothing: every value is zero".to_owned(),
            Kind::Counts => "counts".to_owned(),
            Kind::EstimatedCounts { fractional } => {
                format!("estimated counts ({:.1} % fractions)", 100.0 * fractional)
            }
            Kind::LogOfCounts(base) => format!("{base} of counts"),
            Kind::Totals { log, total, known, per_length } => {
                let unit = if *per_length { " (TPM)" } else { "" };
                let part = match known {
                    Known::Sums => String::new(),
                    Known::Counts(TotalFrom::Division) => ", some of the genes".to_owned(),
                    Known::Counts(TotalFrom::Column(column)) => {
                        format!(", some of the genes (total from column `{column}`)")
                    }
                    Known::Nearly(share) => format!(", nearly ({:.1} %)", 100.0 * share),
                };
                format!("{}{} per cell{unit}{part}", of(log), grouped(total.get()))
            }
            Kind::Multiples { log } => format!("{}counts times a factor of each cell", of(log)),
            Kind::Truncated(truncated) => format!(
                "whole numbers that are no counts ({}): logarithms cut to whole numbers?",
                truncated.in_words()
            ),
            Kind::Negative(Negative { z_scores, clipped_at, share }) => {
                let what = if *z_scores { "z-scores" } else { "numbers below zero" };
                let clipped = clipped_at.map_or_else(String::new, |at| format!(", cut off at {at}"));
                format!("{what} ({:.1} % below zero{clipped})", 100.0 * share)
            }
            Kind::Mixed(Mixed { whole_share, .. }) => {
                format!(
                    "two scales: {:.1} % of the cells whole numbers, the others fractions",
                    100.0 * whole_share
                )
            }
            Kind::Unknown { fractional } => {
                format!("numbers on no known scale ({:.1} % fractions, no common total)", 100.0 * fractional)
            }
        }
    }
}
