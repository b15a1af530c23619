//! Differences between classifiers that answered for the same cells, and how sure they are.

use ferrocyte_core::Labels;
use rayon::prelude::*;

use super::metric::{F1Scope, Tally};
use crate::sample::{Purpose, Seeded};

/// The answers of several classifiers for the same cells.
#[derive(Debug, Clone, Copy)]
pub struct PairedAnswers<'a> {
    /// The labels that the cells were given.
    pub given: &'a Labels,
    /// For each classifier the label that it gave each cell, as code of the set of `given`.
    pub called: &'a [&'a [Option<usize>]],
    /// Which cells belong together (the donor): these are drawn whole. Each cell by itself when `None`.
    pub groups: Option<&'a Labels>,
}

/// A score of called labels that classifiers are compared by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PairedScore {
    /// Share of cells that got their given label.
    Accuracy,
    /// Mean F1 over the labels that occur.
    F1Macro,
}

/// Scores of each classifier on cells that were drawn again and again.
#[derive(Debug, Clone, PartialEq)]
pub struct Resampled {
    /// Score of each classifier on the cells as they are.
    pub scores: Vec<f64>,
    /// For each resample the scores of all classifiers, on the same draw.
    pub draws: Vec<Vec<f64>>,
}

/// Cells, by what they were given and called: all that a score of called labels depends on.
struct Unit {
    given: Vec<u32>,  // one per cell
    called: Vec<u32>, // one row per cell, one column per classifier; `NONE` for a cell without a label
}

const NONE: u32 = u32::MAX;

/// Draws units (groups where there are any, else cells) with replacement, as many as there are, `resamples` times,
/// and scores every classifier on each draw: the bootstrap of paired answers. Efron, Ann. Stat. 7, 1979,
/// <https://doi.org/10.1214/aos/1176344552>; on the same draw for all classifiers, so that what makes a donor hard for
/// all of them cancels.
///
/// The result depends on the answers and the seed alone, not on the number of threads.
///
/// # Panics
/// When classifiers or groups are not of as many cells as the labels, or there are no cells.
pub fn resample(answers: PairedAnswers<'_>, score: PairedScore, resamples: usize, seed: u64) -> Resampled {
    let PairedAnswers { given, called, groups } = answers;
    assert!(!given.is_empty(), "there are cells to be scored");
    assert!(called.iter().all(|called| called.len() == given.len()), "one answer per cell");
    let units = units(given, called, groups);
    let (n_labels, n_classifiers) = (given.set().len(), called.len());
    let on_draw = |draw: &mut dyn FnMut() -> usize| {
        let mut tallies = vec![Tally::empty(n_labels); n_classifiers];
        for _ in 0..units.len() {
            units[draw()].count(&mut tallies);
        }
        tallies.iter().map(|tally| score.of(tally)).collect::<Vec<f64>>()
    };
    let mut next = 0..units.len();
    let scores = on_draw(&mut || next.next().unwrap_or_default());
    let draws = (0..resamples)
        .into_par_iter()
        .map(|resample| {
            let mut random = Seeded::numbered(seed, Purpose::Bootstrap, resample);
            on_draw(&mut || random.below(units.len()))
        })
        .collect();
    Resampled { scores, draws }
}

impl Resampled {
    /// Share of the draws that an interval holds.
    pub const LEVEL: f64 = 0.95;

    /// The difference between two classifiers, and the interval that holds [`LEVEL`](Self::LEVEL) of the draws' differences (percentile
    /// method).
    pub fn difference(&self, one: usize, other: usize) -> (f64, f64, f64) {
        let mut differences: Vec<f64> = self.draws.iter().map(|scores| scores[one] - scores[other]).collect();
        differences.sort_by(f64::total_cmp);
        let tail = (1.0 - Self::LEVEL) / 2.0;
        let (low, high) = (quantile(&differences, tail), quantile(&differences, 1.0 - tail));
        (self.scores[one] - self.scores[other], low, high)
    }
}

impl PairedScore {
    /// The name, as run records have it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Accuracy => "accuracy",
            Self::F1Macro => "f1_macro",
        }
    }

    fn of(self, tally: &Tally) -> f64 {
        match self {
            Self::Accuracy => tally.accuracy(),
            Self::F1Macro => tally.f1_macro(F1Scope::GivenOrCalled),
        }
    }
}

impl Unit {
    fn count(&self, tallies: &mut [Tally]) {
        for (&given, called) in self.given.iter().zip(self.called.chunks_exact(tallies.len())) {
            for (tally, &called) in tallies.iter_mut().zip(called) {
                tally.add(given as usize, (called != NONE).then_some(called as usize));
            }
        }
    }
}

/// Groups in the order of their codes, or cells in their order.
fn units(given: &Labels, called: &[&[Option<usize>]], groups: Option<&Labels>) -> Vec<Unit> {
    let n_units = groups.map_or(given.len(), |groups| groups.set().len());
    let mut units: Vec<Unit> = (0..n_units).map(|_| Unit { given: Vec::new(), called: Vec::new() }).collect();
    let mut unit_of = groups.map(Labels::codes);
    for (cell, label) in given.codes().enumerate() {
        let place = unit_of.as_mut().map_or(Some(cell), Iterator::next);
        let unit = &mut units[place.unwrap_or_default()];
        unit.given.push(label as u32);
        unit.called.extend(called.iter().map(|called| called[cell].map_or(NONE, |code| code as u32)));
    }
    units.retain(|unit| !unit.given.is_empty());
    units
}

/// A quantile of sorted values, between neighbours in proportion (type 7 of Hyndman and Fan, Am. Stat. 50, 1996).
pub(super) fn quantile(sorted: &[f64], share: f64) -> f64 {
    let Some(last) = sorted.len().checked_sub(1) else { return f64::NAN };
    let place = share * last as f64;
    let (below, part) = (place.floor() as usize, place.fract());
    let (low, high) = (sorted[below], sorted[(below + 1).min(last)]);
    low + part * (high - low)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(names: &[&str]) -> Labels {
        Labels::from_names(names)
    }

    #[test]
    fn what_is_the_same_does_not_differ_and_what_is_better_everywhere_is_clearly_so() {
        let given = labels(&["a", "b"].repeat(50));
        let right: Vec<Option<usize>> = given.codes().map(Some).collect();
        let mut wrong = right.clone();
        for answer in wrong.iter_mut().step_by(3) {
            *answer = None;
        }
        let called: [&[Option<usize>]; 3] = [&right, &right, &wrong];
        let answers = PairedAnswers { given: &given, called: &called, groups: None };
        for score in [PairedScore::Accuracy, PairedScore::F1Macro] {
            let found = resample(answers, score, 200, 0);
            assert_eq!(found.difference(0, 1), (0.0, 0.0, 0.0));
            let (difference, low, high) = found.difference(0, 2);
            assert!(0.0 < low && low < difference && difference < high && high < 1.0, "{low} {high}");
        }
        // 34 of 100 cells: a binomial's standard deviation is 0.047, and the interval four of them wide.
        let (difference, low, high) = resample(answers, PairedScore::Accuracy, 2000, 1).difference(0, 2);
        assert!((difference - 0.34).abs() < 1e-12);
        assert!((high - low - 4.0 * 0.0474).abs() < 0.03, "{low} {high}");
    }

    #[test]
    fn groups_are_drawn_whole() {
        // One group in which all is wrong: a draw has it 0, 1, 2... times, never in part.
        let given = labels(&["a"; 40]);
        let groups = labels(&["w", "x", "y", "z"].map(|group| [group; 10]).concat());
        let right: Vec<Option<usize>> = vec![Some(0); 40];
        let mut worse = right.clone();
        worse[..10].fill(None);
        let called: [&[Option<usize>]; 2] = [&right, &worse];
        let answers = PairedAnswers { given: &given, called: &called, groups: Some(&groups) };
        let found = resample(answers, PairedScore::Accuracy, 100, 0);
        assert!(found.draws.iter().all(|draw| (draw[1] * 4.0).fract() == 0.0));
        assert_eq!(found, resample(answers, PairedScore::Accuracy, 100, 0));
        assert_ne!(found.draws, resample(answers, PairedScore::Accuracy, 100, 1).draws);
        let (_, low, _) = found.difference(0, 1);
        assert!(low <= 0.0, "with four groups one of them proves nothing");
    }

    #[test]
    fn quantiles_are_those_of_numpy() {
        let sorted = [1.0, 2.0, 4.0, 8.0];
        assert_eq!([0.0, 0.025, 0.5, 1.0].map(|share| quantile(&sorted, share)), [1.0, 1.075, 3.0, 8.0]);
    }
}
