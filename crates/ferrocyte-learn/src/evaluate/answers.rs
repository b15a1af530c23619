//! Called labels and probabilities beside the labels that were given.

use ferrocyte_core::{Labels, Scores};

/// What a classifier said of cells, beside the labels that they were given: what every metric reads. Checked
/// once, here.
#[derive(Debug, Clone, Copy)]
pub struct Answers<'a> {
    given: &'a Labels,                 // at least one cell
    called: &'a [Option<usize>],       // one per cell; codes of the set of `given`
    probabilities: Option<&'a Scores>, // one row per cell, one column per label; in [0, 1]
}

impl<'a> Answers<'a> {
    /// Puts labels that were called, as codes of the set of `given`, beside those that were given. `None` is a
    /// cell that got no label: it counts as wrong. `probabilities` has one row per cell and one column per label
    /// of the set; rows need not sum to one, because not every classifier gives a distribution.
    ///
    /// # Errors
    /// When there are no cells, when lengths do not agree, when a code is not below the number of labels, or
    /// when a probability is not a number in `[0, 1]`.
    pub fn new(
        given: &'a Labels,
        called: &'a [Option<usize>],
        probabilities: Option<&'a Scores>,
    ) -> Result<Self, AnswersError> {
        let (n_cells, n_labels) = (given.len(), given.set().len());
        if n_cells == 0 {
            return Err(AnswersError::NoCells);
        }
        if let Some(scores) = probabilities {
            let found = (scores.n_cells(), scores.n_labels());
            if found != (n_cells, n_labels) {
                return Err(AnswersError::Shape { expected: (n_cells, n_labels), found });
            }
            let outside = |value: &f64| !(0.0..=1.0).contains(value);
            if let Some(at) = scores.as_slice().iter().position(outside) {
                let value = scores.as_slice()[at];
                return Err(AnswersError::Probability { cell: at / n_labels, value });
            }
        }
        if called.len() != n_cells {
            return Err(AnswersError::Called { expected: n_cells, found: called.len() });
        }
        let unknown = |code: &Option<usize>| code.is_some_and(|code| code >= n_labels);
        if let Some(cell) = called.iter().position(unknown) {
            let code = called[cell].unwrap_or_default();
            return Err(AnswersError::Code { cell, code, n_labels });
        }
        Ok(Self { given, called, probabilities })
    }

    /// The labels that were given.
    pub fn given(&self) -> &'a Labels {
        self.given
    }

    /// The labels that were called, one per cell.
    pub fn called(&self) -> &'a [Option<usize>] {
        self.called
    }

    /// The probabilities, where the classifier gave any.
    pub fn probabilities(&self) -> Option<&'a Scores> {
        self.probabilities
    }
}

/// Why answers cannot be judged.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum AnswersError {
    /// A score of no cells means nothing.
    #[error("expected at least one cell to judge, found none")]
    NoCells,
    /// Not one called label per cell.
    #[error("expected {expected} called labels, one per cell, found {found}")]
    Called {
        /// Number of cells.
        expected: usize,
        /// Called labels.
        found: usize,
    },
    /// A called label that is not in the set.
    #[error("cell {cell}: called label has code {code} where there are {n_labels} labels")]
    Code {
        /// The cell.
        cell: usize,
        /// The code found.
        code: usize,
        /// Number of labels.
        n_labels: usize,
    },
    /// Probabilities of the wrong shape.
    #[error(
        "expected probabilities of {} cells by {} labels, found {} by {}",
        expected.0, expected.1, found.0, found.1
    )]
    Shape {
        /// `(n_cells, n_labels)` of the given labels.
        expected: (usize, usize),
        /// `(n_cells, n_labels)` of the probabilities.
        found: (usize, usize),
    },
    /// Not a probability.
    #[error("cell {cell}: expected probabilities between 0 and 1, found {value}")]
    Probability {
        /// The cell.
        cell: usize,
        /// The value found.
        value: f64,
    },
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_that_cannot_be_judged_are_refused() {
        let given = Labels::from_names(&["a", "b"]);
        let called = [Some(0), None];
        let said = |called: &[Option<usize>], n_labels: usize, values: Vec<f64>| {
            let scores = Scores::from_rows(n_labels, values).unwrap();
            Answers::new(&given, called, Some(&scores)).unwrap_err().to_string()
        };
        let fine = Scores::from_rows(2, vec![0.0, 1.0, 0.2, 0.2]).unwrap();
        assert!(Answers::new(&given, &called, Some(&fine)).is_ok());
        assert_eq!(said(&called[..1], 2, vec![0.5; 4]), "expected 2 called labels, one per cell, found 1");
        assert_eq!(
            said(&[Some(0), Some(2)], 2, vec![0.5; 4]),
            "cell 1: called label has code 2 where there are 2 labels"
        );
        assert_eq!(
            said(&called, 1, vec![0.5; 3]),
            "expected probabilities of 2 cells by 2 labels, found 3 by 1"
        );
        for (value, name) in [(f64::NAN, "NaN"), (-0.1, "-0.1"), (1.5, "1.5"), (f64::INFINITY, "inf")] {
            assert_eq!(
                said(&called, 2, vec![0.5, 0.5, value, 0.5]),
                format!("cell 1: expected probabilities between 0 and 1, found {name}")
            );
        }
        let nothing = Labels::from_names::<&str>(&[]);
        assert_eq!(Answers::new(&nothing, &[], None).unwrap_err(), AnswersError::NoCells);
    }
}
