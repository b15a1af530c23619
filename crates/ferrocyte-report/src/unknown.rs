//! Whether cells of labels stand out that the model was not shown.

use ferrocyte_core::{RunRecord, UnknownRecord};
use maud::{Markup, html};

use crate::label::label;
use crate::number::{count, optional_score, percent};
use crate::section::{Section, scrolling};

/// Label by label, what happened when it was left out of the training.
pub(crate) fn section(record: &RunRecord) -> Option<Section> {
    let unknown = record.unknown.as_ref()?;
    let body = html! {
        p {
            "Each label was left out of the training in turn. The area says how often one of its held-out cells looks stranger \
             than one of a known label: one half is chance. A threshold that promises to lose " (percent(unknown.promised_loss))
            " of the known cells lost " (percent(unknown.known_lost)) " of those held out."
        }
        (scrolling("Labels that were left out", &table(unknown)))
    };
    Some(Section { id: "unknown", title: "Cells of unknown types", body })
}

fn table(unknown: &UnknownRecord) -> Markup {
    html! {
        table.sortable.unknown {
            caption.unseen { "Labels that were left out of the training" }
            thead {
                tr {
                    th scope="col" { "Label left out" }
                    th.number scope="col" { "Cells" }
                    th.number scope="col" { "Area, unknown score" }
                    th.number scope="col" { "Area, largest probability" }
                    th.number scope="col" { "Found" }
                    th.number scope="col" { "Known cells lost" }
                }
            }
            tbody {
                @for class in &unknown.classes {
                    tr {
                        th scope="row" { (label(&class.label)) }
                        td.number { (count(class.cells)) }
                        td.number { (optional_score(class.auroc)) }
                        td.number { (optional_score(class.auroc_max_probability)) }
                        td.number { (percent(class.found)) }
                        td.number { (percent(class.known_lost)) }
                    }
                }
            }
        }
    }
}
