//! The scores of samples, and what they allow to be said.

use ferrocyte::core::SampleScores;

use super::scores::range;
use super::{decimal, table};

/// A row for each model, then each conclusion.
pub(crate) fn samples(scores: &SampleScores) -> String {
    let n: usize = scores.labels.iter().map(|label| label.samples).sum();
    let group = scores.group_column.as_deref().unwrap_or("group");
    let labels: Vec<String> =
        scores.labels.iter().map(|label| format!("{} `{}`", label.samples, label.label)).collect();
    let mut rows =
        table(&["samples", "accuracy", "interval", "balanced accuracy", "ROC-AUC, macro", "chance", "p"]);
    for model in &scores.models {
        let metrics = &model.metrics;
        let test = model.permutation_test.as_ref();
        rows.add_row([
            model.name.clone(),
            decimal(Some(metrics.accuracy.value)),
            range(Some(metrics.accuracy)),
            decimal(Some(metrics.balanced_accuracy.value)),
            decimal(metrics.roc_auc_macro.map(|area| area.value)),
            decimal(test.map(|test| test.score_by_chance)),
            decimal(test.map(|test| test.p_value)),
        ]);
    }
    let held_out = if scores.groups == n {
        "each held out once or with others".to_owned()
    } else {
        format!("of {} entries of `{group}`, each held out whole", scores.groups)
    };
    let mut text = format!("\n{n} samples ({}), {held_out}\n{rows}\n", labels.join(", "));
    for conclusion in &scores.conclusions {
        let what = if conclusion.shown { "shown" } else { "cannot be concluded" };
        text += &format!("{what}: {}\n", conclusion.text);
    }
    text
}
