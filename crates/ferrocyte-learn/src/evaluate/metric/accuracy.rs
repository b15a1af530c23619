//! Share of cells that are right, counted by cell and by label.

use super::Tally;

impl Tally {
    /// Share of cells that were called what they were given; a cell without a label is wrong.
    pub(crate) fn accuracy(&self) -> f64 {
        self.right() as f64 / self.cells as f64
    }

    /// Mean recall over the labels that occur among the given ones, as scikit-learn's `balanced_accuracy_score`:
    /// <https://scikit-learn.org/1.7/modules/model_evaluation.html#balanced-accuracy-score>. Brodersen et al.
    /// 2010, <https://doi.org/10.1109/ICPR.2010.764>.
    pub(crate) fn balanced_accuracy(&self) -> f64 {
        let sum: f64 = self.given_labels().map(|code| self.recall(code)).sum();
        sum / self.given_labels().count() as f64
    }
}
