//! What the cells of a query were called.

use ferrocyte::RunRecord;

use super::inspection::{names_from, weight_share};
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
    let genes = record.coverage.as_ref().map(|coverage| {
        format!(
            "{} of the model's {} genes are in the query ({:.1} %{}), by the names in {}\n",
            thousands(coverage.shared_genes as u64),
            thousands(coverage.model_genes as u64),
            100.0 * coverage.share(),
            weight_share(coverage),
            names_from(coverage)
        )
    });
    format!("{}{labels}\n", genes.unwrap_or_default())
}
