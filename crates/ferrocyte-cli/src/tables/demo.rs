//! What the demo did and where its files are.

use ferrocyte::Demo;

use super::{short_scores, table, thousands};

/// The main figures and the files, in one short table.
pub(crate) fn demo(demo: &Demo) -> String {
    let mut facts = table(&["", ""]);
    if let Some(column) = facts.column_mut(1) {
        column.set_cell_alignment(comfy_table::CellAlignment::Left);
    }
    let reference = &demo.evaluation.data;
    facts.add_row([
        "reference",
        &format!(
            "{} cells, {} genes, {} cell types",
            thousands(reference.cells_used as u64),
            thousands(reference.genes as u64),
            reference.labels.len()
        ),
    ]);
    if let Some(metrics) = &demo.evaluation.metrics_plain {
        facts.add_row(["cross-validated on it", &short_scores(metrics)]);
    }
    let query = demo.annotation.data.cells_used;
    if let Some(metrics) = &demo.annotation.metrics_plain {
        facts.add_row([
            "annotated",
            &format!("{} cells held out of training: {}", thousands(query as u64), short_scores(metrics)),
        ]);
    }
    for file in &demo.files {
        facts.add_row([file.role.clone(), file.path.display().to_string()]);
    }
    let commands: Vec<String> = demo.commands.iter().map(|command| format!("  {command}")).collect();
    format!("{facts}\n\nthe same, step by step:\n{}\n", commands.join("\n"))
}
