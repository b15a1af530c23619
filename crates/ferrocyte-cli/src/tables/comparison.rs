//! Kinds of models beside each other.

use ferrocyte::{Comparison, RunRecord};

use super::{decimal, table};

/// Scores, time and memory of each kind, the differences between them, and the verdict; nothing where there is no
/// comparison.
pub(crate) fn comparison(record: &RunRecord) -> String {
    let Some(comparison) = &record.comparison else { return String::new() };
    let mut models =
        table(&["model", "accuracy", "macro F1", "log-loss", "calibration error", "seconds", "peak memory"]);
    let steps = record.timing.as_ref().map_or(&[][..], |timing| &timing.steps);
    for model in &comparison.models {
        let step = steps.iter().find(|step| step.step == model.name);
        let memory = step.and_then(|step| step.peak_bytes);
        models.add_row([
            model.name.clone(),
            decimal(Some(model.metrics.accuracy)),
            decimal(Some(model.metrics.f1_macro)),
            decimal(model.metrics.log_loss),
            decimal(model.metrics.ece),
            step.map_or_else(|| "–".to_owned(), |step| format!("{:.1}", step.secs)),
            memory.map_or_else(|| "–".to_owned(), |bytes| format!("{:.0} MB", bytes as f64 / 1e6)),
        ]);
    }
    format!("{models}\n\n{}\n{}\n", differences(comparison), comparison.verdict)
}

fn differences(comparison: &Comparison) -> String {
    let mut pairs = table(&["better", "than", "score", "by", "95 % interval", ""]);
    for column in [1, 2, 5] {
        if let Some(column) = pairs.column_mut(column) {
            column.set_cell_alignment(comfy_table::CellAlignment::Left);
        }
    }
    for pair in &comparison.differences {
        pairs.add_row([
            pair.better.clone(),
            pair.other.clone(),
            if pair.score == "f1_macro" { "macro F1".to_owned() } else { pair.score.clone() },
            format!("{:.3}", pair.difference),
            format!("{:+.3} to {:+.3}", pair.low, pair.high),
            if pair.is_clear() { String::new() } else { "may be chance".to_owned() },
        ]);
    }
    format!("{pairs}\n")
}
