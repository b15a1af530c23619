//! What is in a file, for people.

use ferrocyte::Inspection;

use super::{table, thousands};

/// Most columns have few values worth a look.
const EXAMPLES: usize = 4;

/// Matrices, columns and genes of a file, and how well it fits a model.
pub(crate) fn inspection(inspection: &Inspection) -> String {
    let mut text = format!(
        "{}: {}, {} cells, {:.1} MB\n\n",
        inspection.file,
        inspection.format,
        thousands(inspection.cells as u64),
        inspection.bytes as f64 / 1e6
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
    text += &format!("{columns}\n\ngenes: {}\n", inspection.example_genes.join(", "));
    if let Some(column) = inspection.donor_like.first() {
        text += &format!(
            "donors: column `{column}` looks like it says which cells belong together; --group {column}\n"
        );
    }
    if let Some(fit) = &inspection.fit {
        let coverage = &fit.coverage;
        text += &format!(
            "model {}: {} of its {} genes are in the file ({:.1} %)\n",
            fit.model,
            thousands(coverage.shared_genes as u64),
            thousands(coverage.model_genes as u64),
            100.0 * coverage.share()
        );
        if !coverage.examples_missing.is_empty() {
            text += &format!("  not in the file, for example: {}\n", coverage.examples_missing.join(", "));
        }
    }
    text
}
