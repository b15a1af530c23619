//! How far chance could have moved the scores.

use ferrocyte_core::{ClassIntervals, Interval, Labels, MetricIntervals, Metrics, ResampledUnit, Resampling};
use rayon::prelude::*;

use super::answers::Answers;
use super::judge::mean_of_defined;
use super::metric::{self, CellRanking, Confidence, F1Scope, Tally, UnitRanking};
use super::paired::{Resampled, quantile};
use crate::sample::{Purpose, Seeded};

/// Draws for each interval: the ends of one that holds 95 % are then known to about a twentieth of its width.
const RESAMPLES: usize = 1000;
/// Draws where there are many cells: the intervals are narrow there, and their ends need not be known as well.
const FEWER_RESAMPLES: usize = 200;
/// Pairs of cells and labels from which there are fewer draws.
const MANY_PAIRS: usize = 2_000_000;
/// Pairs of cells and labels from which the areas under curves have no intervals: each draw walks through all of them.
const TOO_MANY_PAIRS: usize = 20_000_000;
/// Units, and pairs of cells and units (64 MiB of memory), up to which curves are walked through by units.
const FEW_UNITS: usize = 64;
const FEW_COUNTS: usize = 1 << 21;

/// The scores of [`judge`](super::judge), each with its interval.
#[derive(Debug, Clone, PartialEq)]
pub struct Intervals {
    /// Over all cells.
    pub metrics: MetricIntervals,
    /// Of each label that some cell was given or called, in label order.
    pub per_class: Vec<ClassIntervals>,
    /// What was drawn; the column is the caller's to name.
    pub resampling: Resampling,
}

/// The bootstrap: draws units (groups where there are any, else cells) with replacement, as many as there are, again and
/// again, and gives for each score the interval that holds the middle 95 % of the draws (percentile method). Efron, Ann.
/// Stat. 7, 1979, <https://doi.org/10.1214/aos/1176344552>.
///
/// An interval holds the score itself: some scores (the calibration error) are larger on nearly all draws than on the cells
/// that they were drawn from. The result depends on the answers and the seed alone, not on the number of threads.
///
/// # Panics
/// When `groups` are not of as many cells as the answers.
pub fn intervals(answers: &Answers<'_>, groups: Option<&Labels>, seed: u64) -> Intervals {
    let n_cells = answers.given().len();
    assert!(groups.is_none_or(|groups| groups.len() == n_cells), "one group per cell");
    let units = Units::of(n_cells, groups);
    let judge = Judge::of(answers, &units);
    let n_pairs = n_cells * answers.given().set().len();
    let resamples = if n_pairs < MANY_PAIRS { RESAMPLES } else { FEWER_RESAMPLES };
    let itself = judge.score(&units.each_once(), F1Scope::GivenOrCalled);
    let draws: Vec<Drawn> = (0..resamples)
        .into_par_iter()
        .map(|number| {
            let draw = units.draw(&mut Seeded::numbered(seed, Purpose::Bootstrap, number));
            // A label that a draw lacks by chance is not to count as one that was never found.
            judge.score(&draw, F1Scope::Given)
        })
        .collect();

    let interval = |value: f64, of_draws: Vec<f64>| {
        let (low, high) = middle(of_draws);
        Interval { value, low: low.min(value), high: high.max(value) }
    };
    let plain = |of: fn(&Metrics) -> f64| {
        interval(of(&itself.metrics), draws.iter().map(|draw| of(&draw.metrics)).collect())
    };
    let defined = |of: fn(&Metrics) -> Option<f64>| {
        let value = of(&itself.metrics)?;
        let of_draws: Vec<f64> = draws.iter().filter_map(|draw| of(&draw.metrics)).collect();
        Some(interval(value, of_draws))
    };
    let metrics = MetricIntervals {
        accuracy: plain(|m| m.accuracy),
        balanced_accuracy: plain(|m| m.balanced_accuracy),
        f1_macro: plain(|m| m.f1_macro),
        f1_weighted: plain(|m| m.f1_weighted),
        mcc: defined(|m| m.mcc),
        kappa: defined(|m| m.kappa),
        log_loss: defined(|m| m.log_loss),
        brier: defined(|m| m.brier),
        ece: defined(|m| m.ece),
        roc_auc_macro: defined(|m| m.roc_auc_macro),
        roc_auc_micro: defined(|m| m.roc_auc_micro),
        average_precision_macro: defined(|m| m.average_precision_macro),
        average_precision_micro: defined(|m| m.average_precision_micro),
    };
    // A draw without cells of a label says nothing about it.
    let of_label = |code: usize, of: fn(&Tally, usize) -> f64| {
        let with_label = draws.iter().map(|draw| &draw.tally).filter(|tally| tally.given[code] > 0);
        interval(of(&itself.tally, code), with_label.map(|tally| of(tally, code)).collect())
    };
    let per_class = itself
        .tally
        .occurring()
        .map(|code| ClassIntervals {
            precision: of_label(code, Tally::precision),
            recall: of_label(code, Tally::recall),
            f1: of_label(code, Tally::f1),
        })
        .collect();
    let resampling = Resampling {
        unit: if groups.is_some() { ResampledUnit::Groups } else { ResampledUnit::Cells },
        column: None,
        units: units.n_units,
        resamples,
        level: Resampled::LEVEL,
    };
    Intervals { metrics, per_class, resampling }
}

/// The ends between which the middle share of the values lies.
fn middle(mut values: Vec<f64>) -> (f64, f64) {
    if values.is_empty() {
        return (f64::INFINITY, f64::NEG_INFINITY);
    }
    values.sort_by(f64::total_cmp);
    let tail = (1.0 - Resampled::LEVEL) / 2.0;
    (quantile(&values, tail), quantile(&values, 1.0 - tail))
}

/// Which cells are drawn together.
struct Units {
    of_cell: Vec<u32>,
    n_units: usize,
}

impl Units {
    fn of(n_cells: usize, groups: Option<&Labels>) -> Self {
        match groups.map(Labels::over_occurring) {
            Some(groups) => Self {
                of_cell: groups.codes().map(|code| code as u32).collect(),
                n_units: groups.set().len(),
            },
            None => Self { of_cell: (0..n_cells as u32).collect(), n_units: n_cells },
        }
    }

    fn draw(&self, random: &mut Seeded) -> Draw {
        let mut times = vec![0_u32; self.n_units];
        for _ in 0..self.n_units {
            times[random.below(self.n_units)] += 1;
        }
        Draw { of_cells: self.of_cell.iter().map(|&unit| times[unit as usize]).collect(), of_units: times }
    }

    fn each_once(&self) -> Draw {
        Draw { of_cells: vec![1; self.of_cell.len()], of_units: vec![1; self.n_units] }
    }
}

/// How often each cell, and each unit, is there.
struct Draw {
    of_cells: Vec<u32>,
    of_units: Vec<u32>,
}

/// The scores of a draw.
struct Drawn {
    tally: Tally,
    metrics: Metrics,
}

/// What is the same in all draws.
struct Judge<'a> {
    answers: &'a Answers<'a>,
    cells: Vec<OfCell>, // empty without probabilities
    confidences: Vec<Confidence>,
    labels: Vec<Curve>,   // by code; empty where there are too many pairs
    pairs: Option<Curve>, // of all labels together
}

/// What the areas under the curves are found from: few units are walked through faster than many cells.
enum Curve {
    OfCells(CellRanking),
    OfUnits(UnitRanking),
}

impl Curve {
    fn new(ranking: CellRanking, units: &Units) -> Self {
        if units.n_units <= FEW_UNITS && units.of_cell.len() * units.n_units <= FEW_COUNTS {
            Self::OfUnits(UnitRanking::new(&ranking, &units.of_cell, units.n_units))
        } else {
            Self::OfCells(ranking)
        }
    }

    fn roc_auc(&self, draw: &Draw) -> Option<f64> {
        match self {
            Self::OfCells(ranking) => metric::roc_auc_of_draw(|| ranking.ties(&draw.of_cells)),
            Self::OfUnits(ranking) => metric::roc_auc_of_draw(|| ranking.ties(&draw.of_units)),
        }
    }

    fn average_precision(&self, draw: &Draw) -> Option<f64> {
        match self {
            Self::OfCells(ranking) => metric::average_precision_of_draw(ranking.ties(&draw.of_cells)),
            Self::OfUnits(ranking) => metric::average_precision_of_draw(ranking.ties(&draw.of_units)),
        }
    }
}

/// What a cell adds to sums.
struct OfCell {
    log_loss: f64,
    brier: f64,
}

impl<'a> Judge<'a> {
    fn of(answers: &'a Answers<'a>, units: &Units) -> Self {
        let given = answers.given();
        let Some(scores) = answers.probabilities() else {
            return Self { answers, cells: vec![], confidences: vec![], labels: vec![], pairs: None };
        };
        let cells = given.codes().zip(scores.rows()).map(|(code, row)| OfCell {
            log_loss: metric::log_loss_of_cell(code, row),
            brier: metric::brier_of_cell(code, row),
        });
        let few = scores.as_slice().len() < TOO_MANY_PAIRS;
        let of_label = |label: usize| {
            let ranked = scores.rows().zip(given.codes()).enumerate();
            let scores = ranked.map(|(cell, (row, code))| (row[label], cell as u32, code == label));
            Curve::new(CellRanking::new(scores), units)
        };
        let of_pairs = || {
            let ranked = scores.rows().zip(given.codes()).enumerate();
            let scores = ranked.flat_map(|(cell, (row, code))| {
                let pair = move |(label, &score): (usize, &f64)| (score, cell as u32, code == label);
                row.iter().enumerate().map(pair)
            });
            Curve::new(CellRanking::new(scores), units)
        };
        Self {
            answers,
            cells: cells.collect(),
            confidences: metric::confidences(given, scores),
            labels: if few { (0..scores.n_labels()).map(of_label).collect() } else { vec![] },
            pairs: few.then(of_pairs),
        }
    }

    fn score(&self, draw: &Draw, scope: F1Scope) -> Drawn {
        let (given, times) = (self.answers.given(), &draw.of_cells);
        let mut tally = Tally::empty(given.set().len());
        for ((code, called), &times) in given.codes().zip(self.answers.called()).zip(times) {
            tally.add_times(code, *called, times as usize);
        }
        let total = tally.cells as f64;
        let mean = |of: fn(&OfCell) -> f64| {
            let sum: f64 =
                self.cells.iter().zip(times).map(|(cell, &times)| f64::from(times) * of(cell)).sum();
            (!self.cells.is_empty()).then(|| sum / total)
        };
        let ece = (!self.confidences.is_empty()).then(|| {
            let bins = metric::reliability_of_draw(&self.confidences, |cell| times[cell] as usize);
            metric::expected_calibration_error(&bins)
        });
        let areas: Vec<Option<f64>> = self.labels.iter().map(|curve| curve.roc_auc(draw)).collect();
        let precisions: Vec<Option<f64>> =
            self.labels.iter().map(|curve| curve.average_precision(draw)).collect();
        let pairs = self.pairs.as_ref();
        let metrics = Metrics {
            cells: tally.cells,
            accuracy: tally.accuracy(),
            balanced_accuracy: tally.balanced_accuracy(),
            f1_macro: tally.f1_macro(scope),
            f1_weighted: tally.f1_weighted(),
            mcc: tally.matthews(),
            kappa: tally.kappa(),
            log_loss: mean(|cell| cell.log_loss),
            brier: mean(|cell| cell.brier),
            ece,
            roc_auc_macro: mean_of_defined(&areas),
            roc_auc_micro: pairs.and_then(|curve| curve.roc_auc(draw)),
            average_precision_macro: mean_of_defined(&precisions),
            average_precision_micro: pairs.and_then(|curve| curve.average_precision(draw)),
        };
        Drawn { tally, metrics }
    }
}

#[cfg(test)]
mod tests {
    use super::super::judge;
    use super::*;
    use ferrocyte_core::Scores;

    /// Answers of two labels, of which each third is wrong in the last group.
    fn example() -> (Labels, Vec<Option<usize>>, Scores, Labels) {
        let n = 240;
        let given = Labels::from_names(&["a", "b", "b", "a"].repeat(n / 4));
        let groups: Vec<String> = (0..n).map(|cell| format!("donor {}", cell * 4 / n)).collect();
        let groups = Labels::from_names(&groups.iter().map(String::as_str).collect::<Vec<_>>());
        let mut rows = Vec::new();
        let mut called = Vec::new();
        for (cell, code) in given.codes().enumerate() {
            let wrong = cell >= n * 3 / 4 && cell % 3 == 0;
            let said = if wrong { 1 - code } else { code };
            let sure = 0.6 + 0.35 * ((cell * 7) % 11) as f64 / 10.0;
            rows.extend((0..2).map(|label| if label == said { sure } else { 1.0 - sure }));
            called.push(Some(said));
        }
        (given, called, Scores::from_rows(2, rows).unwrap(), groups)
    }

    #[test]
    fn the_scores_themselves_are_those_of_judge() {
        let (given, called, scores, groups) = example();
        let answers = Answers::new(&given, &called, Some(&scores)).unwrap();
        let judged = judge(&answers);
        let found = intervals(&answers, Some(&groups), 0);
        let close = |interval: Option<Interval>, value: Option<f64>| {
            let (interval, value) = (interval.unwrap(), value.unwrap());
            assert!((interval.value - value).abs() < 1e-12, "{interval:?} {value}");
            assert!(interval.low <= interval.value && interval.value <= interval.high);
        };
        let (m, plain) = (found.metrics, judged.metrics);
        close(Some(m.accuracy), Some(plain.accuracy));
        close(Some(m.balanced_accuracy), Some(plain.balanced_accuracy));
        close(Some(m.f1_macro), Some(plain.f1_macro));
        close(Some(m.f1_weighted), Some(plain.f1_weighted));
        close(m.mcc, plain.mcc);
        close(m.kappa, plain.kappa);
        close(m.log_loss, plain.log_loss);
        close(m.brier, plain.brier);
        close(m.ece, plain.ece);
        close(m.roc_auc_macro, plain.roc_auc_macro);
        close(m.roc_auc_micro, plain.roc_auc_micro);
        close(m.average_precision_macro, plain.average_precision_macro);
        close(m.average_precision_micro, plain.average_precision_micro);
        assert_eq!(found.per_class.len(), judged.per_class.len());
        close(Some(found.per_class[1].f1), Some(judged.per_class[1].f1));
    }

    #[test]
    fn donors_that_differ_make_intervals_wider_than_cells_do() {
        let (given, called, scores, groups) = example();
        let answers = Answers::new(&given, &called, Some(&scores)).unwrap();
        let width = |interval: Interval| interval.high - interval.low;
        let (of_groups, of_cells) = (intervals(&answers, Some(&groups), 0), intervals(&answers, None, 0));
        assert_eq!((of_groups.resampling.units, of_cells.resampling.units), (4, 240));
        assert!(width(of_groups.metrics.accuracy) > 2.0 * width(of_cells.metrics.accuracy));
        // 20 of 240 wrong: a binomial's standard deviation is 0.0178, the interval four of them wide.
        assert!((width(of_cells.metrics.accuracy) - 4.0 * 0.0178).abs() < 0.015);
        assert_eq!(of_groups, intervals(&answers, Some(&groups), 0));
        assert_ne!(of_groups.metrics.ece, intervals(&answers, Some(&groups), 1).metrics.ece);
    }

    #[test]
    fn what_is_not_defined_has_no_interval() {
        let given = Labels::from_names(&["a"; 6]);
        let called = [Some(0); 6];
        let found = intervals(&Answers::new(&given, &called, None).unwrap(), None, 0);
        assert_eq!(found.metrics.accuracy, Interval { value: 1.0, low: 1.0, high: 1.0 });
        assert_eq!(
            (found.metrics.mcc, found.metrics.log_loss, found.metrics.roc_auc_macro),
            (None, None, None)
        );
    }
}
