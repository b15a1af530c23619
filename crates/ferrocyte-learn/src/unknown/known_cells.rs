//! Which clearance held-out cells of known labels have.

use ferrocyte_core::{ArrayData, NamedArray, NamedArrays, Scores};

use super::clearance::clearance;
use crate::models::LoadError;

/// Fewest held-out cells that say what is usual: a loss of one in twenty is then two cells or more.
pub const FEWEST_KNOWN_CELLS: usize = 50;
/// Levels that are kept at most: thousandths.
const MOST_LEVELS: usize = 1000;
/// Name of the array in a model file; files of before it was kept do not have it.
const ARRAY: &str = "unknown.clearance";

/// The clearances of held-out cells of known labels, as levels with as many cells between each two.
#[derive(Debug, Clone, PartialEq)]
pub struct KnownCells(Vec<f64>); // rising, 1 to MOST_LEVELS

impl KnownCells {
    /// Of the [`clearance`](super::clearance) of each held-out cell; `None` with fewer than [`FEWEST_KNOWN_CELLS`].
    pub fn fit(mut clearances: Vec<f64>) -> Option<Self> {
        if clearances.len() < FEWEST_KNOWN_CELLS {
            return None;
        }
        clearances.sort_unstable_by(f64::total_cmp);
        let levels = clearances.len().min(MOST_LEVELS);
        // The middle of each part.
        let of_part = |part: usize| clearances[(2 * part + 1) * clearances.len() / (2 * levels)];
        Some(Self((0..levels).map(of_part).collect()))
    }

    /// The unknown score: share of the known cells that stand clearer than this. Of known cells, about one in twenty has
    /// more than 0.95.
    pub fn score(&self, clearance: f64) -> f64 {
        let not_above = self.0.partition_point(|level| *level <= clearance);
        (self.0.len() - not_above) as f64 / self.0.len() as f64
    }

    /// The unknown score of each row of a model's own probabilities, before any calibration.
    pub fn score_all(&self, probabilities: &Scores) -> Vec<f64> {
        let score = |row: &[f64]| clearance(row.iter().copied()).map_or(1.0, |found| self.score(found));
        probabilities.rows().map(score).collect()
    }

    /// The arrays of a model, with these beside them.
    ///
    /// # Panics
    /// When they stand there already.
    pub fn beside(&self, arrays: &NamedArrays) -> NamedArrays {
        let own = NamedArray {
            name: ARRAY.to_owned(),
            shape: vec![self.0.len()],
            data: ArrayData::F64(self.0.clone()),
        };
        NamedArrays::new(arrays.iter().cloned().chain([own]).collect())
            .expect("no kind of model has an array of this name")
    }

    /// What a model file has, which may come from anywhere; `None` where it has none.
    ///
    /// # Errors
    /// When the levels do not rise from zero or above, or there are none or too many.
    pub fn of_model(arrays: &NamedArrays) -> Result<Option<Self>, LoadError> {
        let Some(array) = arrays.iter().find(|array| array.name == ARRAY) else { return Ok(None) };
        let wrong = |position, found, expected: String| LoadError::Value {
            array: ARRAY.to_owned(),
            position,
            found,
            expected,
        };
        let n = array.data.len();
        if !(1..=MOST_LEVELS).contains(&n) {
            return Err(wrong(0, n as f64, format!("from 1 to {MOST_LEVELS} levels")));
        }
        let levels = arrays.f64(ARRAY, &[n])?;
        let falls = (0..n).find(|&i| levels[i] < if i == 0 { 0.0 } else { levels[i - 1] });
        match falls {
            Some(position) => Err(wrong(position, levels[position], "levels that rise from 0".to_owned())),
            None => Ok(Some(Self(levels.to_vec()))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn known(n: usize) -> KnownCells {
        KnownCells::fit((0..n).rev().map(|cell| cell as f64).collect()).unwrap()
    }

    #[test]
    fn one_in_twenty_of_the_known_cells_is_over_the_threshold() {
        for n in [100, 1000, 12_345] {
            let known = known(n);
            let over = (0..n).filter(|&cell| known.score(cell as f64) > 0.95).count() as f64 / n as f64;
            assert!((over - 0.05).abs() < 0.011, "{n}: {over}");
            assert_eq!((known.score(-1.0), known.score(n as f64)), (1.0, 0.0));
        }
        assert_eq!(KnownCells::fit(vec![1.0; FEWEST_KNOWN_CELLS - 1]), None);
    }

    #[test]
    fn cells_that_are_all_alike_are_no_strangers() {
        assert_eq!(KnownCells::fit(vec![2.0; 60]).unwrap().score(2.0), 0.0);
    }

    #[test]
    fn what_a_file_says_is_checked() {
        let written = known(3000).beside(&NamedArrays::default());
        assert_eq!(KnownCells::of_model(&written).unwrap(), Some(known(3000)));
        assert_eq!(KnownCells::of_model(&NamedArrays::default()).unwrap(), None);
        let of = |values: Vec<f64>| {
            let array = NamedArray {
                name: ARRAY.to_owned(),
                shape: vec![values.len()],
                data: ArrayData::F64(values),
            };
            KnownCells::of_model(&NamedArrays::new(vec![array]).unwrap())
        };
        for wrong in [vec![], vec![-1.0], vec![2.0, 1.0], vec![0.0, f64::NAN], vec![0.0; MOST_LEVELS + 1]] {
            assert!(of(wrong.clone()).is_err(), "{wrong:?}");
        }
    }
}
