//! Mean over the folds.

use ferrocyte_core::Metrics;

/// Mean of each score over the folds that define it; `None` where no fold does, and for no folds at all. Each fold
/// counts the same, however many cells it holds; [`Metrics::cells`] is the sum.
pub fn fold_mean(folds: &[Metrics]) -> Option<Metrics> {
    if folds.is_empty() {
        return None;
    }
    let mean = |score: fn(&Metrics) -> f64| folds.iter().map(score).sum::<f64>() / folds.len() as f64;
    let mean_of_defined = |score: fn(&Metrics) -> Option<f64>| {
        let defined = folds.iter().filter_map(score).count();
        (defined > 0).then(|| folds.iter().filter_map(score).sum::<f64>() / defined as f64)
    };
    Some(Metrics {
        cells: folds.iter().map(|fold| fold.cells).sum(),
        accuracy: mean(|fold| fold.accuracy),
        balanced_accuracy: mean(|fold| fold.balanced_accuracy),
        f1_macro: mean(|fold| fold.f1_macro),
        f1_weighted: mean(|fold| fold.f1_weighted),
        mcc: mean_of_defined(|fold| fold.mcc),
        kappa: mean_of_defined(|fold| fold.kappa),
        log_loss: mean_of_defined(|fold| fold.log_loss),
        brier: mean_of_defined(|fold| fold.brier),
        ece: mean_of_defined(|fold| fold.ece),
        roc_auc_macro: mean_of_defined(|fold| fold.roc_auc_macro),
        roc_auc_micro: mean_of_defined(|fold| fold.roc_auc_micro),
        average_precision_macro: mean_of_defined(|fold| fold.average_precision_macro),
        average_precision_micro: mean_of_defined(|fold| fold.average_precision_micro),
    })
}
