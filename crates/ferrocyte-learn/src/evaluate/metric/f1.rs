//! Precision, recall and F1 of labels, and their means.

use super::Tally;

/// Which labels a macro F1 is the mean of. Cells without a label lower the recall of the labels that they were
/// given; having no label is not itself a label to be averaged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum F1Scope {
    /// Labels that some cell was given or called: scikit-learn's default.
    GivenOrCalled,
    /// Labels that some cell was given. For the parts of a data set, which lack labels by chance: a single wrong
    /// call of a label that the part lacks would otherwise count as a whole label with an F1 of zero.
    Given,
}

/// F1 is the harmonic mean of precision and recall, zero where nothing is right. Van Rijsbergen, Information
/// Retrieval, 1979; <https://scikit-learn.org/1.7/modules/model_evaluation.html#precision-recall-f-measure-metrics>.
impl Tally {
    /// Share of the cells called this that were given it; 0 where none was called this.
    pub(crate) fn precision(&self, code: usize) -> f64 {
        share(self.agreed[code], self.called[code])
    }

    /// Share of the cells given this that were called it; 0 where none was given it.
    pub(crate) fn recall(&self, code: usize) -> f64 {
        share(self.agreed[code], self.given[code])
    }

    /// `2 · agreed / (given + called)`, which is the harmonic mean of precision and recall.
    pub(crate) fn f1(&self, code: usize) -> f64 {
        share(2 * self.agreed[code], self.given[code] + self.called[code])
    }

    /// Mean F1 over labels: each counts the same, however rare.
    pub(crate) fn f1_macro(&self, scope: F1Scope) -> f64 {
        let codes: Vec<usize> = match scope {
            F1Scope::GivenOrCalled => self.occurring().collect(),
            F1Scope::Given => self.given_labels().collect(),
        };
        codes.iter().map(|&code| self.f1(code)).sum::<f64>() / codes.len() as f64
    }

    /// Mean F1 over labels, weighted by the cells that were given them.
    pub(crate) fn f1_weighted(&self) -> f64 {
        let sum: f64 = self.given_labels().map(|code| self.given[code] as f64 * self.f1(code)).sum();
        sum / self.cells as f64
    }
}

fn share(part: usize, whole: usize) -> f64 {
    if whole == 0 { 0.0 } else { part as f64 / whole as f64 }
}
