//! Cells in the order of a score.

use rayon::prelude::*;

/// Scores of positives and negatives in order, as one word each: the bits of a number in `[0, 1]` are in the same
/// order as the number and leave the top bit free, so shifting them makes room for which of the two it is.
pub(crate) struct Ranking(Vec<u64>);

/// How many positives and negatives share a score.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Tie {
    pub(super) positives: usize,
    pub(super) negatives: usize,
}

impl Ranking {
    /// Sorts scores in `[0, 1]`, each with whether it is of a positive.
    pub(crate) fn new(scores: impl Iterator<Item = (f64, bool)>) -> Self {
        // Adding zero turns -0.0 into 0.0, which is the same score.
        let word = |(score, positive): (f64, bool)| (score + 0.0).to_bits() << 1 | u64::from(positive);
        let mut words: Vec<u64> = scores.map(word).collect();
        words.par_sort_unstable();
        Self(words)
    }

    /// Number of positives and negatives in all.
    pub(super) fn totals(&self) -> Tie {
        tie(&self.0)
    }

    /// From the highest score to the lowest; equal scores together.
    pub(super) fn ties(&self) -> impl Iterator<Item = Tie> + '_ {
        self.0.chunk_by(|one, other| one >> 1 == other >> 1).rev().map(tie)
    }
}

fn tie(words: &[u64]) -> Tie {
    let positives = words.iter().map(|word| (word & 1) as usize).sum();
    Tie { positives, negatives: words.len() - positives }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scores_come_from_high_to_low_and_equals_together() {
        let scores = [(0.0, true), (1.0, false), (0.25, true), (-0.0, false), (0.25, true), (5e-324, false)];
        let ranking = Ranking::new(scores.into_iter());
        let found: Vec<_> = ranking.ties().map(|tie| (tie.positives, tie.negatives)).collect();
        assert_eq!(found, [(0, 1), (2, 0), (0, 1), (1, 1)]);
        assert_eq!(ranking.totals(), Tie { positives: 3, negatives: 3 });
    }
}
