//! How much of the model's genes the query has.

use ferrocyte_core::RunRecord;
use maud::html;

use crate::label::code;
use crate::number::{count, score};
use crate::section::Section;
use crate::svg::bar;

/// Shared genes, with examples of missing ones: often they tell at a glance what went wrong.
pub(crate) fn section(record: &RunRecord) -> Option<Section> {
    let coverage = record.coverage.as_ref()?;
    let body = html! {
        p {
            "The query has " b { (count(coverage.shared_genes)) " of the " (count(coverage.model_genes)) }
            " genes that the model looks at; the query itself has " (count(coverage.query_genes)) " genes. "
            "Genes are matched by what they are, whatever they are called, and a missing one counts as 0."
        }
        p.gauge { (bar(coverage.shared_genes as f64, coverage.model_genes as f64)) }
        @if let Some(share) = coverage.weight_share {
            p {
                "Of all that the model's decisions rest on, " b { (score(share)) } " is in these genes: each counts by how "
                "far it moves the labels apart."
            }
            p.gauge { (bar(share, 1.0)) }
        }
        @if !coverage.names_from.is_empty() {
            p {
                "The names are those in "
                @if coverage.names_from == "index" { "the index of var" } @else { "column " (code(&coverage.names_from)) " of var" }
                ". Found: "
                @for (i, (words, genes)) in coverage.matched.in_words().into_iter().enumerate() {
                    @if i > 0 { ", " }
                    (count(genes)) " " (words)
                }
                "."
            }
        }
        @if coverage.repeated_columns > 0 {
            p {
                (count(coverage.repeated_columns))
                " columns of the query repeat a gene that stands before; their counts were summed."
            }
        }
        @if !coverage.examples_missing.is_empty() {
            p {
                "Missing, for example: "
                @for (i, gene) in coverage.examples_missing.iter().enumerate() {
                    @if i > 0 { ", " }
                    (code(gene))
                }
                "."
            }
        }
    };
    Some(Section { id: "genes", title: "Genes", body })
}
