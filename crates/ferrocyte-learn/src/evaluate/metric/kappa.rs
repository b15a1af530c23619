//! Cohen's kappa.

use super::Tally;

impl Tally {
    /// Agreement beyond what the shares of the labels alone would give: 1 when all are right, 0 at chance. `None`
    /// where one label only was given: chance then agrees as often as anything can.
    ///
    /// Cohen 1960, <https://doi.org/10.1177/001316446002000104>;
    /// <https://scikit-learn.org/1.7/modules/model_evaluation.html#cohen-kappa>.
    pub(crate) fn kappa(&self) -> Option<f64> {
        let cells = self.cells as i128;
        let by_chance = Self::sum_of_products(&self.given, &self.called);
        let beyond = cells * self.right() as i128 - by_chance;
        let possible = cells * cells - by_chance; // zero only where all were given and called one label
        (self.given_labels().count() > 1).then(|| beyond as f64 / possible as f64)
    }
}
