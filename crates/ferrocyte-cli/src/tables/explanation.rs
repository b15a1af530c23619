//! Genes that speak for labels: in a model, and in the cells that it labelled.

use ferrocyte::core::{Explanation, Explanations, GenePush, ModelMarkers};

use super::{decimal, table, thousands};

/// Genes that are shown on a line; the record has more.
const GENES: usize = 5;
/// Groups that are shown; the record has all.
const GROUPS: usize = 30;

/// The genes that most mark each label of a model.
pub(crate) fn markers(markers: &ModelMarkers) -> String {
    let mut text = format!("weights of {}", markers.by);
    text += if markers.spread_known {
        ", times the standard deviation of each gene among the training cells\n"
    } else {
        "; the model file does not say how much genes vary\n"
    };
    for label in &markers.labels {
        let mut genes = table(&["gene", "also called", "weight", "spread", "weight × spread"]);
        left(&mut genes, 1);
        for gene in &label.genes {
            genes.add_row([
                gene.gene.clone(),
                gene.other_name.clone().unwrap_or_default(),
                decimal(Some(gene.weight)),
                decimal(Some(gene.spread)),
                decimal(Some(gene.effect)),
            ]);
        }
        text += &format!("\n{}\n{genes}\n", label.label);
    }
    text
}

/// What pushed the cells of each label, and of each group.
pub(crate) fn explanations(explanations: &Explanations) -> String {
    let mut text = format!(
        "why, by the weights of {}, beside {}:\n{}",
        explanations.by,
        explanations.beside,
        lines(&explanations.labels, None)
    );
    if let Some(column) = &explanations.column {
        let shown = &explanations.groups[..explanations.groups.len().min(GROUPS)];
        text += &format!("\n{}", lines(shown, Some(column)));
        if shown.len() < explanations.groups.len() {
            let more = thousands((explanations.groups.len() - shown.len()) as u64);
            text += &format!("and {more} more of group and label: --json has all\n");
        }
    }
    text
}

fn lines(explanations: &[Explanation], column: Option<&str>) -> String {
    let mut header: Vec<&str> = column.into_iter().collect();
    header.extend(["label", "cells", "for it and against the runner-up", "expected and absent"]);
    let mut lines = table(&header);
    let first = usize::from(column.is_some());
    left(&mut lines, first);
    left(&mut lines, first + 2);
    left(&mut lines, first + 3);
    for explanation in explanations {
        let mut row: Vec<String> = explanation.group.clone().into_iter().collect();
        let absent: Vec<&str> = (explanation.expected_not_in_query.iter())
            .chain(&explanation.expected_not_detected)
            .take(GENES)
            .map(String::as_str)
            .collect();
        row.extend([
            explanation.label.clone(),
            thousands(explanation.cells as u64),
            genes(&explanation.for_label),
            absent.join(", "),
        ]);
        lines.add_row(row);
    }
    format!("{lines}\n")
}

/// The first few genes; `no X` where it is the absence of X that pushed.
fn genes(genes: &[GenePush]) -> String {
    let name = |gene: &GenePush| {
        if gene.by_absence() { format!("no {}", gene.shown()) } else { gene.shown().to_owned() }
    };
    genes.iter().take(GENES).map(name).collect::<Vec<_>>().join(", ")
}

fn left(table: &mut comfy_table::Table, column: usize) {
    if let Some(column) = table.column_mut(column) {
        column.set_cell_alignment(comfy_table::CellAlignment::Left);
    }
}
