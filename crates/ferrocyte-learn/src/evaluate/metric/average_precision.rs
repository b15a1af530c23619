//! Average precision.

use super::Ranking;
use super::ranking::Tie;

/// Precision at each distinct score, weighted by the recall gained there: the area under the precision-recall
/// curve without interpolation. `None` without a positive.
///
/// <https://scikit-learn.org/1.7/modules/generated/sklearn.metrics.average_precision_score.html>; Davis and
/// Goadrich 2006, <https://doi.org/10.1145/1143844.1143874>, on why not to interpolate.
pub(crate) fn average_precision(ranking: &Ranking) -> Option<f64> {
    average_precision_of_draw(ranking.ties())
}

/// The same of a draw.
pub(crate) fn average_precision_of_draw(ties: impl Iterator<Item = Tie>) -> Option<f64> {
    let (mut found, mut called, mut sum) = (0_usize, 0_usize, 0.0);
    for tie in ties {
        found += tie.positives;
        called += tie.positives + tie.negatives;
        if tie.positives > 0 {
            sum += tie.positives as f64 * (found as f64 / called as f64);
        }
    }
    (found > 0).then(|| sum / found as f64)
}
