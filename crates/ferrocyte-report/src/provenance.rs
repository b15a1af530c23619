//! What a reader needs to run it again, and what came out.

use ferrocyte_core::{RunRecord, Timing};
use maud::{Markup, html};

use crate::label::{label, prose};
use crate::number::{count, seconds};
use crate::section::Section;
use crate::svg::bar;

/// Version, seed, outputs and, where it was recorded, time.
pub(crate) fn section(record: &RunRecord) -> Section {
    let body = html! {
        dl.facts {
            div { dt { "Ferrocyte" } dd { (record.ferrocyte_version) } }
            div { dt { "Job" } dd { code { "ferrocyte " (record.flow.name()) } } }
            div { dt { "Seed" } dd { data value=(record.seed) { (record.seed) } } }
            div { dt { "Record version" } dd { (count(record.schema_version)) } }
        }
        @if !record.outputs.is_empty() {
            h3 { "Files written" }
            ul.outputs {
                @for output in &record.outputs { li { code { (label(&output.file)) } " " span.badge { (output.role) } } }
            }
        }
        @if let Some(timing) = &record.timing { (time(timing)) }
        p.small.last {
            "Every number on this page stands in the run record (JSON). The same input, settings and seed give the same \
             record, but for time and memory, whatever the number of threads."
        }
    };
    Section { id: "again", title: "To run it again", body }
}

fn time(timing: &Timing) -> Markup {
    html! {
        h3 { "Time" }
        p {
            (seconds(timing.total_secs)) " in all, with " (count(timing.threads))
            @if timing.threads == 1 { " thread." } @else { " threads." }
        }
        @if !timing.steps.is_empty() {
            table.bars {
                thead.unseen { tr { th scope="col" { "Step" } th scope="col" { "Seconds" } } }
                tbody {
                    @for step in &timing.steps {
                        tr {
                            th scope="row" { (prose(&step.step)) }
                            td.number { (bar(step.secs, timing.total_secs)) (seconds(step.secs)) }
                        }
                    }
                }
            }
        }
    }
}
