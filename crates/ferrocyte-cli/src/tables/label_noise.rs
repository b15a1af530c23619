//! Given labels that held-out predictions speak against.

use ferrocyte::core::{DoubtfulCell, LabelNoise};

use super::{decimal, table, thousands};

/// Pairs and cells that are shown; the record and the table have more.
const SHOWN: usize = 10;

/// How many labels are doubtful, by given and suggested label, and the first few cells.
pub(crate) fn label_noise(noise: &LabelNoise) -> String {
    let mut text = format!(
        "\ndoubtful labels: {} of {} cells ({:.1} %) seem to be another label than the one they were given\n",
        thousands(noise.doubtful as u64),
        thousands(noise.cells as u64),
        100.0 * noise.share
    );
    if noise.doubtful == 0 {
        return text;
    }
    let mut pairs = table(&["given", "seems to be", "cells"]);
    if let Some(column) = pairs.column_mut(1) {
        column.set_cell_alignment(comfy_table::CellAlignment::Left);
    }
    for pair in noise.pairs.iter().take(SHOWN) {
        pairs.add_row([pair.given.clone(), pair.suggested.clone(), thousands(pair.cells as u64)]);
    }
    text += &format!("{pairs}\n{}", more(noise.pairs.len(), "pairs"));
    let mut cells = table(&["cell", "given", "seems to be", "probability given", "of the other"]);
    for i in [1, 2] {
        if let Some(column) = cells.column_mut(i) {
            column.set_cell_alignment(comfy_table::CellAlignment::Left);
        }
    }
    for cell in noise.worst.iter().take(SHOWN) {
        cells.add_row([
            in_words(cell),
            cell.given.clone(),
            cell.suggested.clone(),
            decimal(Some(cell.probability_given)),
            decimal(Some(cell.probability_suggested)),
        ]);
    }
    text + &format!("\n{cells}\n{}", more(noise.doubtful, "cells"))
}

/// The name of a cell, with its file where there are several.
fn in_words(cell: &DoubtfulCell) -> String {
    cell.file.as_ref().map_or_else(|| cell.cell.clone(), |file| format!("{} of {file}", cell.cell))
}

/// What is not shown.
fn more(n: usize, what: &str) -> String {
    if n <= SHOWN {
        return String::new();
    }
    format!(
        "and {} more {what}: --json has the first hundred cells and all pairs, --label-noise-table all cells\n",
        thousands((n - SHOWN) as u64)
    )
}
