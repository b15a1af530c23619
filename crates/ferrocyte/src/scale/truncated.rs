//! Rule: are these whole numbers logarithms that were cut to whole numbers?
//!
//! A molecule is caught or not whatever happens to others, so the counts of a gene are Poisson with a rate that
//! differs from cell to cell: a mixture of Poissons ([Sarkar & Stephens 2021](https://doi.org/10.1038/s41588-021-00873-4)).
//! Two things are true of every such mixture, and of any choice of its cells and genes, and false of logarithms:
//!
//! - **Tally.** With `n_k` the number of values that are `k`, the products `k! n_k` are moments of a positive
//!   measure, so they are log-convex ([Karlis & Xekalaki 2005](https://doi.org/10.1111/j.1751-5823.2005.00250.x)):
//!   `n_{k+2}` is at least `(k+1)/(k+2) × n_{k+1}² / n_k`. Logarithms pile up on two or three numbers.
//! - **Spread.** A gene varies at least as much as its mean: `variance ≥ mean`. The logarithm of a gene that every
//!   cell has hardly varies.
//!
//! Neither looks at a matrix with a value above 20, since no logarithm of what a cell holds gets there. On the real
//! matrices that this project is tested on, and on subsets of their cells and genes down to 50 cells or 200 genes,
//! the tally is 1.27 of its bound or more and the spread 1.13 or more; both thresholds are at 0.85.

use super::evidence::{CEILING, Evidence};

/// What counts cannot look like.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Truncated {
    /// `number` occurs less often than the two numbers below it allow: `share` of the least there can be.
    Tally { number: usize, share: f64 },
    /// The genes with the highest values vary by `share` of their mean only.
    Spread { share: f64 },
    /// Ones and nothing else.
    Ones,
}

/// Below this share of what is least possible, counts are ruled out.
const BOUND: f64 = 0.85;

/// What counts cannot look like, found in whole numbers; `None` where they look like counts or are too few to tell.
pub(crate) fn truncated(evidence: &Evidence) -> Option<Truncated> {
    if evidence.largest > CEILING as f32 {
        return None;
    }
    ones(evidence).or_else(|| tally(evidence)).or_else(|| spread(evidence))
}

/// Present or absent: with hundreds of genes in a cell, some were counted twice.
fn ones(evidence: &Evidence) -> Option<Truncated> {
    const VALUES: u64 = 10_000;
    const GENES: u64 = 100;
    (evidence.largest == 1.0 && evidence.values >= VALUES && evidence.values / evidence.cells >= GENES)
        .then_some(Truncated::Ones)
}

fn tally(evidence: &Evidence) -> Option<Truncated> {
    /// Standard errors between what is found and what is least possible.
    const ERRORS: f64 = 6.0;
    let n = |k: usize| evidence.tally.get(k).map_or(0.0, |&n| n as f64);
    // Where a tally ends proves nothing: genes may have been chosen by their largest value.
    let until = (evidence.largest as usize).saturating_sub(3);
    (1..=until).find_map(|k| {
        let (one, two, three) = (n(k).max(1.0), n(k + 1), n(k + 2));
        let least = two * two / one * (k + 1) as f64 / (k + 2) as f64;
        let spread = (least + least * least * (4.0 / two.max(1.0) + 1.0 / one)).sqrt();
        let clear = least - three > ERRORS * spread && three < BOUND * least;
        clear.then(|| Truncated::Tally { number: k + 2, share: three / least })
    })
}

fn spread(evidence: &Evidence) -> Option<Truncated> {
    /// Genes with the highest means: there logarithms differ most from counts.
    const GENES: usize = 20;
    const CELLS: u64 = 50;
    if evidence.cells < CELLS {
        return None;
    }
    let mut genes = evidence.gene_sums()?.moments();
    genes.sort_by(|one, other| other.mean.total_cmp(&one.mean)); // stable: equal means in the order of the file
    genes.truncate(GENES);
    let mean: f64 = genes.iter().map(|gene| gene.mean).sum();
    let variance: f64 = genes.iter().map(|gene| gene.variance).sum();
    let share = variance / mean;
    (genes.len() == GENES && share < BOUND).then_some(Truncated::Spread { share })
}

impl Truncated {
    /// What was seen, for a sentence.
    pub(crate) fn in_words(self) -> String {
        match self {
            Self::Tally { number, share } => format!(
                "{number} occurs {:.0} % as often as the numbers below it require of counts",
                100.0 * share
            ),
            Self::Spread { share } => format!(
                "the genes with the highest values vary {:.0} % as much as counts must",
                100.0 * share
            ),
            Self::Ones => "only ones, as for presence and absence".to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scale::evidence::tests::evidence;
    use crate::scale::tests::counts;

    /// 400 cells on 300 genes.
    fn cells(highest: f64) -> Vec<Vec<f64>> {
        counts(1, 400, 300, highest)
    }

    #[test]
    fn counts_are_not_accused_however_low() {
        for highest in [0.5, 2.0, 8.0, 40.0] {
            assert_eq!(truncated(&evidence(&cells(highest))), None, "highest rate {highest}");
        }
        let few = evidence(&cells(8.0)[..20]);
        assert_eq!(truncated(&few), None, "twenty cells");
        assert_eq!(truncated(&evidence(&[vec![2.0, 2.0, 3.0, 1.0]])), None, "one cell");
    }

    #[test]
    fn logarithms_cut_to_whole_numbers_are_found() {
        let cut = |base: f64, to: fn(f64) -> f64| -> Vec<Vec<f64>> {
            cells(40.0)
                .iter()
                .map(|cell| {
                    let sum: f64 = cell.iter().sum();
                    cell.iter().map(|count| to((1e4 * count / sum).ln_1p() / base.ln())).collect()
                })
                .collect()
        };
        for base in [std::f64::consts::E, 2.0, 10.0] {
            for to in [f64::floor as fn(f64) -> f64, f64::round, f64::ceil] {
                assert!(truncated(&evidence(&cut(base, to))).is_some(), "base {base}");
            }
        }
    }

    #[test]
    fn presence_is_no_count() {
        let present =
            cells(1e3).iter().map(|cell| cell.iter().map(|c| c.min(1.0)).collect()).collect::<Vec<_>>();
        assert_eq!(truncated(&evidence(&present)), Some(Truncated::Ones));
        assert_eq!(truncated(&evidence(&present[..10])), None, "too few to say");
    }
}
