//! Thresholds for every target, as a model file keeps them.

use ferrocyte_core::{ArrayData, NamedArray, NamedArrays};

use super::right_probabilities::RightProbabilities;
use super::thresholds::{Rule, Thresholds};
use crate::models::LoadError;

/// The least and the largest target that thresholds are kept for, in hundredths.
pub const TARGETS: std::ops::RangeInclusive<usize> = 50..=99;
/// Names of the arrays in a model file; files of before they were kept do not have them.
const CELLS: &str = "conformal.cells";
const GROUPS: &str = "conformal.groups";
const SHARED: &str = "conformal.shared";

/// The thresholds of every label for every target.
#[derive(Debug, Clone, PartialEq)]
pub struct PredictionSets {
    n_labels: usize,
    cells: Vec<f64>,          // (targets, n_labels)
    groups: Option<Vec<f64>>, // the same; none without groups
    shared: Vec<u16>,         // the same; 1 where a label has too few cells
}

impl PredictionSets {
    /// Of held-out cells; `None` without any.
    pub fn fit(cells: &RightProbabilities) -> Option<Self> {
        if cells.n_cells() == 0 {
            return None;
        }
        let of = |rule| TARGETS.map(move |target| Thresholds::fit(cells, target as f64 / 100.0, rule));
        let flat = |rule| of(rule).flat_map(|thresholds| thresholds.as_slice().to_vec()).collect();
        let shared = of(Rule::Cells).flat_map(|thresholds| thresholds.shared().to_vec());
        Some(Self {
            n_labels: cells.n_labels(),
            cells: flat(Rule::Cells),
            groups: cells.has_groups().then(|| flat(Rule::Groups)),
            shared: shared.map(u16::from).collect(),
        })
    }

    /// The thresholds for a target, the next full hundredth above; `None` where there are none for it, or none by this rule.
    pub fn thresholds(&self, target: f64, rule: Rule) -> Option<Thresholds> {
        let hundredths = (100.0 * target - 1e-9).ceil();
        if !(*TARGETS.start() as f64..=*TARGETS.end() as f64).contains(&hundredths) {
            return None;
        }
        let row = (hundredths as usize - TARGETS.start()) * self.n_labels..;
        let table = match rule {
            Rule::Cells => &self.cells,
            Rule::Groups => self.groups.as_ref()?,
        };
        let least = table.get(row.clone())?.get(..self.n_labels)?.to_vec();
        let shared = self.shared.get(row)?.get(..self.n_labels)?.iter().map(|&shared| shared != 0).collect();
        Some(Thresholds::of_parts(least, shared))
    }

    /// The arrays of a model, with these beside them.
    ///
    /// # Panics
    /// When they stand there already.
    pub fn beside(&self, arrays: &NamedArrays) -> NamedArrays {
        let shape = vec![TARGETS.count(), self.n_labels];
        let array = |name: &str, data| NamedArray { name: name.to_owned(), shape: shape.clone(), data };
        let mut own = vec![
            array(CELLS, ArrayData::F64(self.cells.clone())),
            array(SHARED, ArrayData::U16(self.shared.clone())),
        ];
        own.extend(self.groups.clone().map(|groups| array(GROUPS, ArrayData::F64(groups))));
        NamedArrays::new(arrays.iter().cloned().chain(own).collect())
            .expect("no kind of model has arrays of these names")
    }

    /// What a model file has, which may come from anywhere; `None` where it has none.
    ///
    /// # Errors
    /// When there is not one probability for each target and label.
    pub fn of_model(arrays: &NamedArrays, n_labels: usize) -> Result<Option<Self>, LoadError> {
        let has = |name: &str| arrays.iter().any(|array| array.name == name);
        if !has(CELLS) {
            return Ok(None);
        }
        let shape = [TARGETS.count(), n_labels];
        let table = |name: &str| {
            let values = arrays.f64(name, &shape)?;
            match values.iter().position(|value| !(0.0..=1.0).contains(value)) {
                Some(position) => Err(LoadError::Value {
                    array: name.to_owned(),
                    position,
                    found: values[position],
                    expected: "a probability".to_owned(),
                }),
                None => Ok(values.to_vec()),
            }
        };
        Ok(Some(Self {
            n_labels,
            cells: table(CELLS)?,
            groups: has(GROUPS).then(|| table(GROUPS)).transpose()?,
            shared: arrays.u16(SHARED, &shape)?.to_vec(),
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::super::RightProbability;
    use super::*;

    fn cells(grouped: bool) -> RightProbabilities {
        RightProbabilities::new(
            2,
            (0..200).map(|i| RightProbability {
                label: i % 2,
                group: grouped.then_some(i / 50),
                probability: i as f64 / 200.0,
            }),
        )
    }

    #[test]
    fn what_is_written_is_what_was_fitted() {
        for grouped in [false, true] {
            let cells = cells(grouped);
            let sets = PredictionSets::fit(&cells).unwrap();
            let read = PredictionSets::of_model(&sets.beside(&NamedArrays::default()), 2).unwrap().unwrap();
            assert_eq!(read, sets);
            for rule in [Rule::Cells, Rule::Groups] {
                let found = read.thresholds(0.9, rule);
                assert_eq!(
                    found,
                    (grouped || rule == Rule::Cells).then(|| Thresholds::fit(&cells, 0.9, rule))
                );
            }
            assert_eq!(read.thresholds(0.901, Rule::Cells), read.thresholds(0.91, Rule::Cells));
            assert_eq!(
                (read.thresholds(0.995, Rule::Cells), read.thresholds(f64::NAN, Rule::Cells)),
                (None, None)
            );
        }
    }

    #[test]
    fn what_a_file_says_is_checked() {
        let written = PredictionSets::fit(&cells(false)).unwrap().beside(&NamedArrays::default());
        assert!(PredictionSets::of_model(&written, 3).is_err(), "of a model with more labels");
        assert_eq!(PredictionSets::of_model(&NamedArrays::default(), 2).unwrap(), None);
        let arrays = written.iter().cloned().map(|mut array| {
            if let ArrayData::F64(values) = &mut array.data {
                values[7] = 1.5;
            }
            array
        });
        assert!(PredictionSets::of_model(&NamedArrays::new(arrays.collect()).unwrap(), 2).is_err());
    }
}
