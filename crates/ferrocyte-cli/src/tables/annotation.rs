//! What the cells of a query were called.

use ferrocyte::RunRecord;

use super::{decimal, table, thousands};

/// Cells and mean confidence of each label that was given.
pub(crate) fn annotation(record: &RunRecord) -> String {
    let Some(predictions) = &record.predictions else { return String::new() };
    let mut labels = table(&["label", "cells", "mean confidence"]);
    for label in &predictions.labels {
        labels.add_row([
            label.label.clone(),
            thousands(label.cells as u64),
            decimal(Some(label.mean_confidence)),
        ]);
    }
    format!("{labels}\n")
}
