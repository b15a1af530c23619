//! Average precision.

use super::Ranking;

/// Precision at each distinct score, weighted by the recall gained there: the area under the precision-recall
/// curve without interpolation. `None` without a positive.
///
/// <https://scikit-learn.org/1.7/modules/generated/sklearn.metrics.average_precision_score.html>; Davis and
/// Goadrich 2006, <https://doi.org/10.1145/1143844.1143874>, on why not to interpolate.
pub(crate) fn average_precision(ranking: &Ranking) -> Option<f64> {
    let positives = ranking.totals().positives;
    let (mut found, mut called, mut sum) = (0_usize, 0_usize, 0.0);
    for tie in ranking.ties() {
        found += tie.positives;
        called += tie.positives + tie.negatives;
        sum += tie.positives as f64 * (found as f64 / called as f64);
    }
    (positives > 0).then(|| sum / positives as f64)
}
