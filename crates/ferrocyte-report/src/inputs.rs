//! What was read, and how it was understood.

use ferrocyte_core::{InputRecord, RunRecord};
use maud::{Markup, html};

use crate::label::{label, prose};
use crate::number::{bytes, grouped};
use crate::section::Section;

/// Each file with its format, its size and the hash of its bytes.
pub(crate) fn section(record: &RunRecord) -> Option<Section> {
    if record.inputs.is_empty() {
        return None;
    }
    let body = html! { @for input in &record.inputs { (one(input)) } };
    Some(Section { id: "inputs", title: "Files read, and how", body })
}

fn one(input: &InputRecord) -> Markup {
    html! {
        div.file {
            h3 { (label(&input.file)) " " span.badge { (input.role) } }
            p { (prose(&input.reading)) }
            dl.facts {
                div { dt { "Format" } dd { (label(&input.format)) } }
                div { dt { "Size" } dd title={ (grouped(input.bytes)) " bytes" } { (bytes(input.bytes)) } }
                div { dt { "SHA-256" } dd { code.hash { (input.sha256) } } }
            }
        }
    }
}

/// Names of the files that were read for `role`.
pub(crate) fn files<'a>(record: &'a RunRecord, role: &str) -> Vec<&'a str> {
    record.inputs.iter().filter(|input| input.role == role).map(|input| input.file.as_str()).collect()
}
