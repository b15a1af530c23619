//! Matthews correlation coefficient of several labels.

use super::Tally;

impl Tally {
    /// Correlation of given and called labels: 1 when all are right, 0 when calling carries no information, as
    /// where one label is called for all cells. Having no label is one more way to be called. `None` where one
    /// label only was given: nothing can correlate with a constant (scikit-learn says 0 there).
    ///
    /// Gorodkin 2004, <https://doi.org/10.1016/j.compbiolchem.2004.09.006>;
    /// <https://scikit-learn.org/1.7/modules/model_evaluation.html#matthews-corrcoef>. Up to the last division
    /// everything is a whole number, so nothing is lost.
    pub(crate) fn matthews(&self) -> Option<f64> {
        let cells = self.cells as i128;
        let unassigned = self.unassigned as i128;
        let joint = cells * self.right() as i128 - Self::sum_of_products(&self.given, &self.called);
        let of_given = cells * cells - Self::sum_of_products(&self.given, &self.given);
        let of_called =
            cells * cells - Self::sum_of_products(&self.called, &self.called) - unassigned * unassigned;
        match (of_given, of_called) {
            (0, _) => None,
            (_, 0) => Some(0.0),
            _ => Some(joint as f64 / (of_given as f64 * of_called as f64).sqrt()),
        }
    }
}
