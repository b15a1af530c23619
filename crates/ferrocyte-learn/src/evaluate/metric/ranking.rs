//! Cells in the order of a score.

use rayon::prelude::*;

/// Scores of positives and negatives in order, as one word each: the bits of a number in `[0, 1]` are in the same
/// order as the number and leave the top bit free, so shifting them makes room for which of the two it is.
pub(crate) struct Ranking(Vec<u64>);

/// Which cell each score is of, from the highest score to the lowest, so that the same order serves every draw of the cells.
pub(crate) struct CellRanking(Vec<RankedCell>);

/// The same for cells that are drawn by units, all cells of a donor or none: how many positives and negatives of each unit share
/// a score. Nothing depends on the order of negatives between two positives, so these count as one score.
pub(crate) struct UnitRanking {
    n_units: usize,
    counts: Vec<u32>, // for each score: positives of each unit, then negatives of each unit
}

/// A score's cell (or pair of a cell and a label), whether it is of a positive, and whether it is lower than the score before it.
#[derive(Debug, Clone, Copy)]
struct RankedCell {
    cell: u32,
    positive: bool,
    lower: bool,
}

/// How many positives and negatives share a score.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Tie {
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

impl CellRanking {
    /// Sorts scores in `[0, 1]`, each with the cell it is of and whether it is of a positive.
    pub(crate) fn new(scores: impl Iterator<Item = (f64, u32, bool)>) -> Self {
        let mut scores: Vec<_> = scores.collect();
        // Equal scores are taken together: their order does not matter.
        scores.par_sort_unstable_by(|one, other| other.0.total_cmp(&one.0));
        let mut last = f64::NAN;
        let ranked = |&(score, cell, positive): &(f64, u32, bool)| {
            let lower = score < last;
            last = score;
            RankedCell { cell, positive, lower }
        };
        Self(scores.iter().map(ranked).collect())
    }

    /// From the highest score to the lowest, equal scores together, where each cell is there so many times.
    pub(crate) fn ties<'a>(&'a self, times: &'a [u32]) -> impl Iterator<Item = Tie> + 'a {
        self.0.chunk_by(|_, next| !next.lower).map(|cells| {
            let mut tie = Tie { positives: 0, negatives: 0 };
            for ranked in cells {
                let times = times[ranked.cell as usize] as usize;
                if ranked.positive { tie.positives += times } else { tie.negatives += times }
            }
            tie
        })
    }
}

impl UnitRanking {
    /// Of cells whose units are `of_cell`.
    pub(crate) fn new(ranking: &CellRanking, of_cell: &[u32], n_units: usize) -> Self {
        let mut counts = Vec::new();
        let mut only_negatives = false; // in the last row
        for cells in ranking.0.chunk_by(|_, next| !next.lower) {
            let positives = cells.iter().any(|ranked| ranked.positive);
            if positives || !only_negatives {
                counts.resize(counts.len() + 2 * n_units, 0);
            }
            only_negatives = !positives;
            let row = counts.len() - 2 * n_units;
            for ranked in cells {
                let unit = of_cell[ranked.cell as usize] as usize;
                counts[row + if ranked.positive { unit } else { n_units + unit }] += 1;
            }
        }
        Self { n_units, counts }
    }

    /// From the highest score to the lowest, where each unit is there so many times.
    pub(crate) fn ties<'a>(&'a self, times: &'a [u32]) -> impl Iterator<Item = Tie> + 'a {
        let drawn = move |counts: &[u32]| -> usize {
            counts.iter().zip(times).map(|(&count, &times)| count as usize * times as usize).sum()
        };
        self.counts.chunks_exact((2 * self.n_units).max(1)).map(move |row| {
            let (positives, negatives) = row.split_at(self.n_units);
            Tie { positives: drawn(positives), negatives: drawn(negatives) }
        })
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

    #[test]
    fn a_cell_that_is_drawn_twice_counts_twice() {
        let scores = [(0.0, 0, true), (1.0, 1, false), (0.25, 2, true), (-0.0, 3, false), (0.25, 4, true)];
        let ranking = CellRanking::new(scores.into_iter());
        let ties = |times: &[u32]| -> Vec<_> {
            ranking.ties(times).map(|tie| (tie.positives, tie.negatives)).collect()
        };
        assert_eq!(ties(&[1; 5]), [(0, 1), (2, 0), (1, 1)]);
        assert_eq!(ties(&[0, 0, 2, 5, 1]), [(0, 0), (3, 0), (0, 5)]);
    }

    #[test]
    fn units_are_drawn_with_all_their_cells() {
        let scores = [
            (0.9, 0, true),
            (0.8, 1, false),
            (0.7, 2, false),
            (0.7, 3, true),
            (0.6, 0, false),
            (0.5, 1, false),
        ];
        let of_cell = [0, 1, 0, 1];
        let ranking = UnitRanking::new(&CellRanking::new(scores.into_iter()), &of_cell, 2);
        let ties = |times: &[u32]| -> Vec<_> {
            ranking.ties(times).map(|tie| (tie.positives, tie.negatives)).collect()
        };
        assert_eq!(ties(&[1, 1]), [(1, 0), (0, 1), (1, 1), (0, 2)], "the last two are one");
        assert_eq!(ties(&[3, 0]), [(3, 0), (0, 0), (0, 3), (0, 3)]);
    }
}
