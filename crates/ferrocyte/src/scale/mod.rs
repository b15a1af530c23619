//! Which scale a matrix is on, from all of its cells.
//!
//! [`judge`] asks the rules in this order and takes the first that speaks:
//!
//! 1. **[Nothing](Kind::Empty).** No value.
//! 2. **[Below zero](negative).** Neither counts nor logarithms go there, so nothing below can be true.
//! 3. **[Two scales](mixed).** Every rule below takes the cells for one kind and would describe the larger part.
//! 4. **Logarithm of counts**: fractions that are whole once it is taken back. Before whole numbers, since the base-2
//!    logarithms of 1 + 1 and 1 + 3 are whole; before totals, since it gives back the counts.
//! 5. **Whole numbers**, all or most: [cut logarithms](truncated) where counts cannot look like that, else counts, or
//!    estimated counts where some are fractions.
//! 6. **[One total](constant_totals)** for every cell, as it is or with a logarithm taken back.
//! 7. **[Multiples of one count](multiples).** They survive when genes are taken away, and sums do not; asked after
//!    sums because these need no search.
//! 8. **[Nearly one total](almost_constant)**: weaker, so only where counts cannot be made out.
//! 9. **Multiples** without a total: the counts can still be restored.
//! 10. What is left is on no known scale.
//!
//! [`pick`] chooses among the matrices of a file, [`library_size`] finds the column with the totals of a file that has
//! only some of the genes, [`convert`] brings numbers to the scale of a model.

mod almost_constant;
mod constant_totals;
pub(crate) mod convert;
mod evidence;
pub(crate) mod found;
mod gene_sums;
mod inverted;
pub(crate) mod library_size;
mod mixed;
mod multiples;
mod negative;
pub(crate) mod pick;
mod reading;
#[cfg(test)]
mod tests;
mod truncated;
mod verdict;

use ferrocyte_core::{LogBase, TargetSum};

pub(crate) use evidence::{Evidence, Place};
pub(crate) use multiples::NumberColumn;
pub use reading::{Amount, Reading, ReadingError};
pub(crate) use verdict::{Kind, Known, Verdict};

use almost_constant::almost_constant_total;
use constant_totals::constant_total;
use inverted::Inverted;
use multiples::{are_multiples, total_of_multiples};

/// What the matrix holds. `columns` reads the numbers of obs; it is asked only where they can tell something.
pub(crate) fn judge(evidence: &Evidence, columns: &dyn Fn() -> Vec<NumberColumn>) -> Verdict {
    /// Tools that estimate or correct counts leave most values whole; a logarithm or a scaling leaves hardly any.
    const MOST: f64 = 0.5;
    let verdict = |kind, example| Verdict { kind, example };
    if evidence.values == 0 {
        return verdict(Kind::Empty, None);
    }
    if let Some(negative) = negative::negative(evidence) {
        return verdict(Kind::Negative(negative), evidence.first_negative);
    }
    if let Some(mixed) = mixed::mixed(evidence) {
        return verdict(Kind::Mixed(mixed), Some(mixed.fraction));
    }
    if let Some(base) = log_of_counts(evidence) {
        return verdict(Kind::LogOfCounts(base), evidence.first_fraction);
    }
    let fractional = evidence.fractional_share();
    if fractional <= MOST {
        return match truncated::truncated(evidence) {
            Some(truncated) => verdict(Kind::Truncated(truncated), evidence.largest_at),
            None if fractional > 0.0 => {
                verdict(Kind::EstimatedCounts { fractional }, evidence.first_fraction)
            }
            None => verdict(Kind::Counts, None),
        };
    }
    verdict(scaled(evidence, columns).unwrap_or(Kind::Unknown { fractional }), evidence.first_fraction)
}

/// The logarithm that gives whole numbers when it is taken back, where there were none.
fn log_of_counts(evidence: &Evidence) -> Option<LogBase> {
    const NEARLY_ALL: f64 = 0.95;
    let whole =
        |(log, cells): (Option<LogBase>, &Inverted)| log.filter(|_| cells.share_of_whole() >= NEARLY_ALL);
    evidence.transforms().find_map(whole)
}

/// Rules 6 to 9: fractions.
fn scaled(evidence: &Evidence, columns: &dyn Fn() -> Vec<NumberColumn>) -> Option<Kind> {
    let totals = |log, total: f64, known, multiples: bool| {
        let total = TargetSum::try_from(total).ok()?;
        let per_length = total.get() == 1e6 && !multiples;
        Some(Kind::Totals { log, total, known, per_length })
    };
    for (log, cells) in evidence.transforms() {
        if let Some(total) = constant_total(cells) {
            // Few cells may be too few to tell multiples; nothing is said against them then.
            let multiples = cells.share_of_multiples().is_none_or(|share| share >= 0.5);
            return totals(log, total, Known::Sums, multiples);
        }
    }
    let best = evidence
        .transforms()
        .filter(|(_, cells)| are_multiples(cells))
        .map(|(log, cells)| (log, cells, cells.share_of_multiples().unwrap_or_default()))
        .reduce(|best, next| if next.2 > best.2 { next } else { best });
    if let Some((log, cells, _)) = best
        && let Some((total, from)) = total_of_multiples(cells, &columns())
    {
        return totals(log, total, Known::Counts(from), true);
    }
    for (log, cells) in evidence.transforms() {
        if let Some((total, share)) = almost_constant_total(cells) {
            return totals(log, total, Known::Nearly(share), are_multiples(cells));
        }
    }
    best.map(|(log, ..)| Kind::Multiples { log })
}
