//! Which calibration is taken.

use ferrocyte_core::{Calibration, Scores};
use rayon::prelude::*;

use super::apply::apply;
use super::held_out::HeldOut;
use super::{isotonic, temperature, vector};
use crate::evaluate::brier;

/// Fewest held-out cells that a calibration is fitted on.
const FEWEST_CELLS: usize = 50;
/// Share of the cells that a calibration may make wrong.
const MOST_HARM: f64 = 0.002;
/// Times the Brier score of a part may rise. What mends three studies and harms the fourth cannot be trusted with a fifth.
const MOST_WORSE: f64 = 1.05;
/// Times the best Brier score that a simpler kind may have: what it says of other donors and studies rests on fewer numbers.
const AS_GOOD: f64 = 1.01;

/// A calibration, and what it does to cells that it was not fitted on.
#[derive(Debug, Clone, PartialEq)]
pub struct Chosen {
    /// Fitted on all held-out cells: for new ones.
    pub calibration: Calibration,
    /// The probabilities that the same kind of calibration gives to each part when it is fitted on the others: what can
    /// be scored.
    pub probabilities: Scores,
}

/// The kinds of calibration, from the simplest.
#[derive(Debug, Clone, Copy)]
enum Kind {
    None,
    Temperature,
    Vector,
    Isotonic,
}

/// Fits each kind of calibration to all parts but one and judges it on that one, part after part, by the Brier score: it is
/// lowest where probabilities are honest and sharp. Of the kinds within a hundredth of the best over all parts the simplest is taken,
/// none before all; a kind that makes more than two cells in a thousand wrong which were right is not, nor one that raises the
/// Brier score of any part by more than a twentieth of it.
///
/// `part_of` says in which part (fold) a cell was held out. With fewer than two parts, or fewer than 50 cells outside a part, nothing
/// is fitted.
///
/// # Panics
/// When probabilities, labels and parts are not of as many cells.
pub fn choose(held_out: &HeldOut<'_>, part_of: &[usize]) -> Chosen {
    let n_cells = held_out.labels.len();
    assert_eq!(n_cells, part_of.len(), "a part for each cell");
    assert_eq!(n_cells, held_out.probabilities.n_cells(), "probabilities of each cell");
    let n_parts = part_of.iter().max().map_or(0, |last| last + 1);
    let parts: Vec<(Vec<usize>, Vec<usize>)> = (0..n_parts)
        .map(|part| (0..n_cells).partition(|&cell| part_of[cell] == part))
        .filter(|(inside, _): &(Vec<usize>, Vec<usize>)| !inside.is_empty())
        .collect();
    let none = Chosen { calibration: Calibration::None, probabilities: held_out.probabilities.clone() };
    if parts.len() < 2 || parts.iter().any(|(_, others)| others.len() < FEWEST_CELLS) {
        return none;
    }
    let all: Vec<usize> = (0..n_cells).collect();
    let tried: Vec<Tried> = [Kind::None, Kind::Temperature, Kind::Vector, Kind::Isotonic]
        .into_par_iter()
        .map(|kind| {
            let mut probabilities = held_out.probabilities.clone();
            let mut of_parts = Vec::with_capacity(parts.len());
            for (inside, others) in &parts {
                let calibration = kind.fit(held_out, others);
                let rows: Vec<f64> =
                    inside.iter().flat_map(|&cell| held_out.probabilities.row(cell)).copied().collect();
                let Ok(mut of_part) = Scores::from_rows(held_out.probabilities.n_labels(), rows) else {
                    continue;
                };
                apply(&calibration, &mut of_part);
                of_parts.push(brier(&held_out.labels.select(inside), &of_part));
                for (&cell, row) in inside.iter().zip(of_part.rows()) {
                    probabilities.row_mut(cell).copy_from_slice(row);
                }
            }
            let held_out = HeldOut { probabilities: &probabilities, labels: held_out.labels };
            let right = held_out.tops(&all).iter().filter(|top| top.right).count();
            Tried { kind, brier: brier(held_out.labels, &probabilities), of_parts, right, probabilities }
        })
        .collect();
    let (without, parts_without) =
        tried.first().map_or((0, Vec::new()), |none| (none.right, none.of_parts.clone()));
    let harmless = |tried: &Tried| {
        let mut parts = tried.of_parts.iter().zip(&parts_without);
        parts.all(|(with, without)| *with <= without * MOST_WORSE)
            && tried.right as f64 >= without as f64 - MOST_HARM * n_cells as f64
    };
    let tried: Vec<Tried> = tried.into_iter().filter(harmless).collect();
    let least = tried.iter().map(|tried| tried.brier).fold(f64::INFINITY, f64::min);
    // They stand in the order of their numbers.
    let best = tried.into_iter().find(|tried| tried.brier <= least * AS_GOOD);
    best.map_or(none, |best| Chosen {
        calibration: best.kind.fit(held_out, &all),
        probabilities: best.probabilities,
    })
}

/// What a kind of calibration did on parts that it was not fitted on.
struct Tried {
    kind: Kind,
    probabilities: Scores,
    brier: f64,
    of_parts: Vec<f64>, // the Brier score of each part
    right: usize,       // cells
}

impl Kind {
    fn fit(self, held_out: &HeldOut<'_>, cells: &[usize]) -> Calibration {
        match self {
            Self::None => Calibration::None,
            Self::Temperature => Calibration::Temperature { temperature: temperature::fit(held_out, cells) },
            Self::Vector => {
                let vector::Vector { slopes, shifts } = vector::fit(held_out, cells);
                Calibration::Vector { slopes, shifts }
            }
            Self::Isotonic => {
                let isotonic::Isotonic { confidence, right } = isotonic::fit(held_out, cells);
                Calibration::Isotonic { confidence, right }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use ferrocyte_core::Labels;

    use super::*;
    use crate::sample::{Purpose, Seeded};

    /// Cells in four parts whose probabilities are honest when raised to the power `1 / sure`.
    fn example(sure: f64) -> (Scores, Labels, Vec<usize>) {
        let mut random = Seeded::new(11, Purpose::Bootstrap);
        let (mut rows, mut names, mut parts) = (Vec::new(), Vec::new(), Vec::new());
        for cell in 0..4000 {
            let honest = 0.34 + 0.65 * random.below(1000) as f64 / 1000.0;
            let row = [honest, (1.0 - honest) * 0.7, (1.0 - honest) * 0.3];
            let drawn = random.below(1_000_000) as f64 / 1e6;
            let truth = if drawn < row[0] { 0 } else { usize::from(drawn >= row[0] + row[1]) + 1 };
            names.push(["a", "b", "c"][truth]);
            let mut said = row;
            temperature::apply(1.0 / sure, &mut said);
            rows.extend(said);
            parts.push(cell % 4);
        }
        (Scores::from_rows(3, rows).unwrap(), Labels::from_names(&names), parts)
    }

    fn gap(probabilities: &Scores, labels: &Labels) -> f64 {
        let tops = HeldOut { probabilities, labels }.tops(&(0..labels.len()).collect::<Vec<_>>());
        let n = tops.len() as f64;
        let sure: f64 = tops.iter().map(|top| top.confidence).sum();
        let right: f64 = tops.iter().map(|top| f64::from(u8::from(top.right))).sum();
        ((sure - right) / n).abs()
    }

    #[test]
    fn what_is_too_sure_is_made_honest_and_what_is_honest_is_left() {
        let (said, labels, parts) = example(3.0);
        let chosen = choose(&HeldOut { probabilities: &said, labels: &labels }, &parts);
        assert_ne!(chosen.calibration, Calibration::None);
        assert!(gap(&said, &labels) > 0.1 && gap(&chosen.probabilities, &labels) < 0.02);
        let (honest, labels, parts) = example(1.0);
        let chosen = choose(&HeldOut { probabilities: &honest, labels: &labels }, &parts);
        assert!(gap(&chosen.probabilities, &labels) < 0.02);
    }

    #[test]
    fn what_mends_most_parts_and_harms_one_is_left_alone() {
        let (said, labels, parts) = example(3.0);
        let (honest, _, _) = example(1.0);
        // Three parts are too sure, and the fourth is honest: less sure would harm it.
        let rows = (0..labels.len())
            .flat_map(|cell| if parts[cell] == 3 { honest.row(cell) } else { said.row(cell) })
            .copied()
            .collect();
        let mixed = Scores::from_rows(3, rows).unwrap();
        let chosen = choose(&HeldOut { probabilities: &mixed, labels: &labels }, &parts);
        assert_eq!(chosen.calibration, Calibration::None);
        assert_eq!(chosen.probabilities, mixed);
    }

    #[test]
    fn every_kind_undoes_too_much_certainty() {
        let (said, labels, _) = example(3.0);
        let held_out = HeldOut { probabilities: &said, labels: &labels };
        let all: Vec<usize> = (0..labels.len()).collect();
        for kind in [Kind::Temperature, Kind::Vector, Kind::Isotonic] {
            let calibration = kind.fit(&held_out, &all);
            let mut made = said.clone();
            apply(&calibration, &mut made);
            assert!(gap(&made, &labels) < 0.02, "{calibration:?}");
            for (cell, row) in made.rows().enumerate() {
                assert!((row.iter().sum::<f64>() - 1.0).abs() < 1e-9);
                if !matches!(kind, Kind::Vector) {
                    assert_eq!(made.best(cell), said.best(cell), "{calibration:?}: {row:?}");
                }
            }
        }
        let Calibration::Temperature { temperature } = Kind::Temperature.fit(&held_out, &all) else {
            panic!()
        };
        assert!((temperature - 3.0).abs() < 0.3, "{temperature}");
    }

    #[test]
    fn few_cells_and_single_parts_are_left_as_they_are() {
        let (said, labels, parts) = example(3.0);
        let held_out = HeldOut { probabilities: &said, labels: &labels };
        assert_eq!(choose(&held_out, &vec![0; parts.len()]).calibration, Calibration::None);
        let few: Vec<usize> = (0..60).collect();
        let rows = few.iter().flat_map(|&cell| said.row(cell)).copied().collect();
        let said = Scores::from_rows(3, rows).unwrap();
        let labels = labels.select(&few);
        let held_out = HeldOut { probabilities: &said, labels: &labels };
        assert_eq!(choose(&held_out, &parts[..60]).calibration, Calibration::None);
    }

    #[test]
    fn what_is_impossible_stays_so() {
        let (said, labels, _) = example(2.0);
        let held_out = HeldOut { probabilities: &said, labels: &labels };
        let all: Vec<usize> = (0..labels.len()).collect();
        for kind in [Kind::Temperature, Kind::Vector, Kind::Isotonic] {
            let mut scores = Scores::from_rows(3, vec![0.8, 0.2, 0.0, 1.0, 0.0, 0.0]).unwrap();
            apply(&kind.fit(&held_out, &all), &mut scores);
            assert_eq!((scores.row(0)[2], scores.row(1)[1]), (0.0, 0.0), "{kind:?}");
        }
    }
}
