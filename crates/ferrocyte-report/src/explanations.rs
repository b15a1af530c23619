//! Which genes pushed cells to their labels.

use ferrocyte_core::{Explanation, GenePush, RunRecord};
use maud::{Markup, html};

use crate::label::{code, label};
use crate::number::{count, score};
use crate::section::{Section, scrolling};

/// Genes that are shown at first.
const SHOWN: usize = 5;

/// The genes for and against each label, over its cells and over those of each group, and genes expected and absent.
pub(crate) fn section(record: &RunRecord) -> Option<Section> {
    let explanations = record.explanations.as_ref()?;
    let body = html! {
        p {
            "Genes that pushed cells to their label and away from the runner-up, by the weights of " (explanations.by)
            ", beside " (explanations.beside) ": difference of the gene's weights for the two labels, times how far its value "
            "is from the typical one. The pushes of all genes add up to how far the difference of the scores is from that of the "
            "typical cell. A gene that is marked " i { "absent" } " pushed by showing less than there."
        }
        (scrolling("Genes for each label", &short(&explanations.labels, None)))
        details.long {
            summary { "With the genes against each label, and all numbers" }
            (scrolling("Genes for and against each label", &whole(&explanations.labels)))
        }
        @if let Some(column) = &explanations.column {
            details.long {
                summary { "By " (code(column)) " and label" }
                (scrolling("Genes for each group's labels", &short(&explanations.groups, Some(column))))
            }
        }
    };
    Some(Section { id: "why", title: "Why these labels", body })
}

/// The first few genes for each label, and those that are missed.
fn short(explanations: &[Explanation], column: Option<&str>) -> Markup {
    html! {
        table.sortable {
            caption.unseen { "Genes for labels, and genes that are absent" }
            thead {
                tr {
                    @if let Some(column) = column { th scope="col" { (label(column)) } }
                    th scope="col" { "Label" }
                    th.number scope="col" { "Cells" }
                    th scope="col" { "Genes for the label" }
                    th scope="col" { "Expected, not in the query" }
                    th scope="col" { "Expected, not detected" }
                }
            }
            tbody {
                @for explanation in explanations {
                    tr {
                        @if column.is_some() { td { (label(explanation.group.as_deref().unwrap_or(""))) } }
                        th scope="row" { (label(&explanation.label)) }
                        td.number { (count(explanation.cells)) }
                        td { (genes(&explanation.for_label[..explanation.for_label.len().min(SHOWN)])) }
                        td { (names(&explanation.expected_not_in_query)) }
                        td { (names(&explanation.expected_not_detected)) }
                    }
                }
            }
        }
    }
}

/// Genes for and against each label, and what they add up to.
fn whole(explanations: &[Explanation]) -> Markup {
    html! {
        table.sortable {
            caption.unseen { "Genes for and against labels" }
            thead {
                tr {
                    th scope="col" { "Label" }
                    th scope="col" { "Runners-up" }
                    th.number scope="col" { "Score difference" }
                    th.number scope="col" { "In a typical cell" }
                    th scope="col" { "Genes for the label" }
                    th scope="col" { "Genes against it" }
                    th.number scope="col" { "All others" }
                }
            }
            tbody {
                @for explanation in explanations {
                    tr {
                        th scope="row" { (label(&explanation.label)) }
                        td {
                            @for (i, runner_up) in explanation.runners_up.iter().enumerate() {
                                @if i > 0 { " · " }
                                (label(&runner_up.label)) " " span.of { (count(runner_up.cells)) }
                            }
                        }
                        td.number { (score(explanation.score_difference)) }
                        td.number { (score(explanation.typical_difference)) }
                        td { (genes(&explanation.for_label)) }
                        td { (genes(&explanation.against_label)) }
                        td.number { (score(explanation.other_genes)) }
                    }
                }
            }
        }
    }
}

fn genes(genes: &[GenePush]) -> Markup {
    html! {
        @for (i, gene) in genes.iter().enumerate() {
            @if i > 0 { " · " }
            (label(gene.shown())) " "
            @if gene.by_absence() { i { "absent" } " " }
            span.of { (score(gene.push)) }
        }
    }
}

fn names(names: &[String]) -> Markup {
    html! {
        @for (i, name) in names.iter().enumerate() {
            @if i > 0 { " · " }
            (label(name))
        }
    }
}
