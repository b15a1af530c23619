//! A model's header, for people.

use ferrocyte::ModelHeader;

use super::{short_scores, table, thousands};

/// What the model is, what it was trained on and how well it does.
pub(crate) fn model(header: &ModelHeader) -> String {
    let training = &header.training;
    let files: Vec<&str> = training.files.iter().map(|file| file.file.as_str()).collect();
    let mut facts = table(&["model", ""]);
    if let Some(column) = facts.column_mut(1) {
        column.set_cell_alignment(comfy_table::CellAlignment::Left);
    }
    facts.add_row(["kind", &header.kind]);
    facts.add_row(["settings", &header.settings.to_string()]);
    facts.add_row(["genes", &thousands(header.genes.len() as u64)]);
    facts.add_row(["labels", &header.labels.len().to_string()]);
    facts.add_row([
        "trained on",
        &format!("{} cells of {}", thousands(training.cells as u64), files.join(", ")),
    ]);
    if training.label_column.is_empty() {
        facts.add_row(["labels", "one for each file"]);
    } else {
        facts.add_row(["label column", &training.label_column]);
    }
    if let Some(column) = &training.group_column {
        facts.add_row(["group column", &format!("{column} ({} groups)", training.groups.len())]);
    }
    facts.add_row([
        "trained by",
        &format!("ferrocyte {}, seed {}", training.ferrocyte_version, training.seed),
    ]);
    facts.add_row([
        "training",
        if training.converged { "ran to its end" } else { "stopped before it converged" },
    ]);
    let scores = header.scores.as_ref().map_or_else(
        || "none: trained with --no-score".to_owned(),
        |scores| format!("{} ({})", short_scores(&scores.metrics), scores.splits.kind.in_words()),
    );
    facts.add_row(["on held-out cells", &scores]);

    if let Some(sketch) = training.choices.iter().find(|choice| choice.setting == ferrocyte::SKETCH_SETTING) {
        facts.add_row([ferrocyte::SKETCH_SETTING, &sketch.value]);
    }

    let mut labels = table(&["label", "training cells"]);
    for (name, cells) in header.labels.names().iter().zip(&training.cells_per_label) {
        labels.add_row([name.clone(), thousands(*cells as u64)]);
    }
    format!("{facts}\n\n{labels}\n")
}
