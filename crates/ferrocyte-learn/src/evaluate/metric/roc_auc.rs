//! Area under the ROC curve.

use super::Ranking;
use super::ranking::Tie;

/// Probability that a random positive scores above a random negative, equal scores counting half: the area under
/// the ROC curve, from whole numbers up to the last division. `None` without a positive or without a negative.
///
/// Hanley and `McNeil` 1982, <https://doi.org/10.1148/radiology.143.1.7063747>;
/// <https://scikit-learn.org/1.7/modules/model_evaluation.html#roc-metrics>.
pub(crate) fn roc_auc(ranking: &Ranking) -> Option<f64> {
    area(ranking.totals(), ranking.ties())
}

/// The same of a draw, whose scores are walked through twice.
pub(crate) fn roc_auc_of_draw<Ties: Iterator<Item = Tie>>(ties: impl Fn() -> Ties) -> Option<f64> {
    let totals = ties().fold(Tie { positives: 0, negatives: 0 }, |sum, tie| Tie {
        positives: sum.positives + tie.positives,
        negatives: sum.negatives + tie.negatives,
    });
    area(totals, ties())
}

fn area(totals: Tie, ties: impl Iterator<Item = Tie>) -> Option<f64> {
    let pairs = totals.positives as u128 * totals.negatives as u128;
    let mut negatives_below = totals.negatives;
    let mut twice_won: u128 = 0;
    for tie in ties {
        negatives_below -= tie.negatives;
        twice_won += tie.positives as u128 * (2 * negatives_below + tie.negatives) as u128;
    }
    (pairs > 0).then(|| twice_won as f64 / (2 * pairs) as f64)
}
