//! Scores where a wider name than the label counts as partly right.

use ferrocyte_core::{BackOffScores, HierarchyRecord, RunRecord};
use maud::{Markup, html};

use crate::label::code;
use crate::number::{count, score};
use crate::section::{Section, scrolling};

/// Hierarchical scores, what backing off to wider names brings, and the score of each level.
pub(crate) fn section(record: &RunRecord) -> Option<Section> {
    let found = record.hierarchy.as_ref()?;
    let flat = found.flat;
    let body = html! {
        p {
            (count(found.names)) " names, from " (found.source) ". With the names above each name counted too, the labels have \
             precision " (score(flat.precision)) ", recall " (score(flat.recall)) " and F1 " (score(flat.f1))
            ": a cell that is called by the wrong kind of T cell is partly right."
        }
        @if !found.levels.is_empty() { (scrolling("Level by level", &levels(found))) }
        p {
            "A cell whose label is less probable than a threshold gets the narrowest wider name that reaches it together; without "
            "one it gets no name. Where nothing else is said the threshold is " (score(found.threshold)) "."
        }
        (scrolling("Backing off to wider names", &thresholds(&found.backed_off)))
    };
    Some(Section { id: "hierarchy", title: "With wider names", body })
}

fn levels(found: &HierarchyRecord) -> Markup {
    html! {
        table {
            caption.unseen { "Level by level" }
            thead {
                tr {
                    th scope="col" { "Level" }
                    th.number scope="col" { "Names" }
                    th.number scope="col" { "Accuracy" }
                    th.number scope="col" { "Macro F1" }
                }
            }
            tbody {
                @for level in &found.levels {
                    tr {
                        th scope="row" { (code(&level.level)) }
                        td.number { (count(level.names)) }
                        td.number { (score(level.accuracy)) }
                        td.number { (score(level.f1_macro)) }
                    }
                }
            }
        }
    }
}

fn thresholds(rows: &[BackOffScores]) -> Markup {
    html! {
        table {
            caption.unseen { "Backing off to wider names" }
            thead {
                tr {
                    th.number scope="col" { "Threshold" }
                    th.number scope="col" title="Share of the cells" { "Keep a label" }
                    th.number scope="col" title="Share of these labels" { "Labels right" }
                    th.number scope="col" title="Share of the cells" { "Wider name" }
                    th.number scope="col" title="Share of the cells" { "No name" }
                    th.number scope="col" title="Share of all names given" { "Names right" }
                    th.number scope="col" { "Precision" }
                    th.number scope="col" { "Recall" }
                    th.number scope="col" { "F1" }
                }
            }
            tbody {
                @for row in rows {
                    tr {
                        th.number scope="row" { (score(row.threshold)) }
                        td.number { (score(row.labelled)) }
                        td.number { (score(row.labels_right)) }
                        td.number { (score(row.backed_off)) }
                        td.number { (score(row.without_name)) }
                        td.number { (score(row.right)) }
                        td.number { (score(row.scores.precision)) }
                        td.number { (score(row.scores.recall)) }
                        td.number { (score(row.scores.f1)) }
                    }
                }
            }
        }
    }
}
