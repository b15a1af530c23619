//! What is in a file, for people.

use ferrocyte::Inspection;
use ferrocyte::core::Coverage;

use super::{table, thousands};

/// Most columns have few values worth a look.
const EXAMPLES: usize = 4;

/// Matrices, columns and genes of a file, and how well it fits a model.
pub(crate) fn inspection(inspection: &Inspection) -> String {
    let mut text = format!(
        "{}: {}, {} cells, {:.1} MB\ngenes in {}: {}\n\n",
        inspection.file,
        inspection.format,
        thousands(inspection.cells as u64),
        inspection.bytes as f64 / 1e6,
        inspection.way_round.genes,
        inspection.way_round.why
    );
    let mut matrices = table(&["matrix", "genes", "stored as", "type", "non-zeros", "holds"]);
    for matrix in &inspection.matrices {
        matrices.add_row([
            matrix.name.clone(),
            thousands(matrix.genes as u64),
            matrix.storage.clone(),
            matrix.number_type.clone(),
            matrix.non_zeros.map_or_else(|| "–".to_owned(), thousands),
            if matrix.used { format!("{}  ← read", matrix.holds) } else { matrix.holds.clone() },
        ]);
    }
    text += &format!("{matrices}\n\n");

    let mut columns = table(&["column of obs", "kind", "values", "missing", "examples"]);
    for column in &inspection.columns {
        let examples: Vec<&str> = column.examples.iter().take(EXAMPLES).map(String::as_str).collect();
        columns.add_row([
            column.name.clone(),
            column.kind.clone(),
            thousands(column.distinct as u64),
            thousands(column.missing as u64),
            examples.join(", "),
        ]);
    }
    for text_column in [1, 4] {
        if let Some(column) = columns.column_mut(text_column) {
            column.set_cell_alignment(comfy_table::CellAlignment::Left);
        }
    }
    text += &format!("{columns}\n\n");
    text += &facts(inspection);
    if let Some(column) = &inspection.library_size_column {
        text += &format!(
            "library sizes: taken from column `{column}`, which is above the sum over the genes of the file\n"
        );
    }
    if let Some(column) = inspection.donor_like.first() {
        text += &format!(
            "donors: column `{column}` looks like it says which cells belong together; --group {column}\n"
        );
    }
    if let Some(fit) = &inspection.fit {
        let coverage = &fit.coverage;
        text += &format!(
            "model {}: {} of its {} genes are in the file ({:.1} %{}), by the names in {}\n",
            fit.model,
            thousands(coverage.shared_genes as u64),
            thousands(coverage.model_genes as u64),
            100.0 * coverage.share(),
            weight_share(coverage),
            names_from(coverage)
        );
        for (words, genes) in coverage.matched.in_words() {
            text += &format!("  {} {words}\n", thousands(genes as u64));
        }
        if !coverage.examples_missing.is_empty() {
            text += &format!("  not in the file, for example: {}\n", coverage.examples_missing.join(", "));
        }
    }
    text + &fixes(inspection)
}

/// What was found in cells, genes and labels, a line each; nothing where there is nothing to say.
fn facts(inspection: &Inspection) -> String {
    let mut lines = Vec::new();
    let cells = |n: usize| format!("{} cell{}", thousands(n as u64), if n == 1 { "" } else { "s" });
    if let Some(empty) = inspection.empty_cells.filter(|&empty| empty > 0) {
        lines.push(format!("empty cells: {} without counts; training leaves them out", cells(empty)));
    }
    if let Some(copies) = inspection.duplicate_cells.as_ref().filter(|found| found.copies > 0) {
        lines.push(format!(
            "copies: {} with exactly the counts of another cell, {} under its name; for example {}",
            cells(copies.copies),
            thousands(copies.same_name as u64),
            copies.examples.join("; ")
        ));
    }
    for column in &inspection.columns {
        let counted = |labels: &[ferrocyte::core::LabelCount]| -> String {
            let counted = labels.iter().map(|label| format!("`{}` ({})", label.label, cells(label.cells)));
            counted.take(EXAMPLES).collect::<Vec<_>>().join(", ")
        };
        if !column.missing_words.is_empty() {
            lines.push(format!("{}: no label where it says {}", column.name, counted(&column.missing_words)));
        }
        if !column.doubtful.is_empty() {
            lines.push(format!("{}: no kind of cell: {}", column.name, counted(&column.doubtful)));
        }
        for labels in column.spellings.iter().take(EXAMPLES) {
            lines.push(format!("{}: one label in several spellings: {}", column.name, counted(labels)));
        }
    }
    let mut genes =
        format!("genes: {}; {}", inspection.example_genes.join(", "), inspection.genes_are_called);
    for (n, what) in [
        (inspection.empty_genes.unwrap_or(0), "without counts"),
        (inspection.repeated_genes, "repeat another's name"),
    ] {
        if n > 0 {
            genes += &format!("; {} {what}", thousands(n as u64));
        }
    }
    lines.push(genes);
    lines.join("\n") + "\n"
}

/// The commands that deal with what was found.
fn fixes(inspection: &Inspection) -> String {
    if inspection.fixes.is_empty() {
        return String::new();
    }
    let fix = |fix: &ferrocyte::Fix| format!("- {}\n    {}\n  {}\n", fix.finding, fix.command, fix.why);
    format!("\nwhat would help\n{}", inspection.fixes.iter().map(fix).collect::<String>())
}

/// What of a model's decisions rests on the shared genes, where the model can say.
pub(super) fn weight_share(coverage: &Coverage) -> String {
    coverage
        .weight_share
        .map_or_else(String::new, |share| format!("; {:.1} % of what its decisions rest on", 100.0 * share))
}

/// Where the names of the genes were taken from.
pub(super) fn names_from(coverage: &Coverage) -> String {
    match coverage.names_from.as_str() {
        "index" => "the index of var".to_owned(),
        column => format!("column `{column}` of var"),
    }
}
