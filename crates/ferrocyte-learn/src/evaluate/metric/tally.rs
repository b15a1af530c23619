//! The counts that every score of called labels is made of.

use super::super::answers::Answers;

/// Cells of each label: given it, called it, and both. Every score of called labels follows from these, so that
/// none needs a table of all pairs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Tally {
    /// Cells, at least one.
    pub(crate) cells: usize,
    /// Cells given each label.
    pub(crate) given: Vec<usize>,
    /// Cells called each label.
    pub(crate) called: Vec<usize>,
    /// Cells given and called each label.
    pub(crate) agreed: Vec<usize>,
    /// Cells that got no label.
    pub(crate) unassigned: usize,
}

impl Tally {
    pub(crate) fn of(answers: &Answers<'_>) -> Self {
        let given = answers.given();
        let mut tally = Self::empty(given.set().len());
        for (truth, called) in given.codes().zip(answers.called()) {
            tally.add(truth, *called);
        }
        tally
    }

    /// Of no cells yet.
    pub(crate) fn empty(n_labels: usize) -> Self {
        let zeros = vec![0; n_labels];
        Self { cells: 0, given: zeros.clone(), called: zeros.clone(), agreed: zeros, unassigned: 0 }
    }

    /// Adds a cell by the codes of what it was given and called.
    pub(crate) fn add(&mut self, given: usize, called: Option<usize>) {
        self.add_times(given, called, 1);
    }

    /// Adds a cell as often as a draw has it.
    pub(crate) fn add_times(&mut self, given: usize, called: Option<usize>, times: usize) {
        self.cells += times;
        self.given[given] += times;
        match called {
            Some(code) => {
                self.called[code] += times;
                self.agreed[code] += if code == given { times } else { 0 };
            }
            None => self.unassigned += times,
        }
    }

    /// Codes of the labels that some cell was given or called.
    pub(crate) fn occurring(&self) -> impl Iterator<Item = usize> + '_ {
        (0..self.given.len()).filter(|&code| self.given[code] + self.called[code] > 0)
    }

    /// Codes of the labels that some cell was given.
    pub(crate) fn given_labels(&self) -> impl Iterator<Item = usize> + '_ {
        (0..self.given.len()).filter(|&code| self.given[code] > 0)
    }

    /// Cells that were called what they were given.
    pub(crate) fn right(&self) -> usize {
        self.agreed.iter().sum()
    }

    /// Sum over labels of the product of two counts; wide enough for any number of cells.
    pub(super) fn sum_of_products(one: &[usize], other: &[usize]) -> i128 {
        one.iter().zip(other).map(|(&one, &other)| one as i128 * other as i128).sum()
    }
}
