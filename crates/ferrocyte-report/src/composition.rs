//! What the data is made of.

use ferrocyte_core::{LabelCount, RunRecord};
use maud::{Markup, html};

use crate::label::{code, label};
use crate::number::count;
use crate::section::{Section, scrolling};
use crate::svg::bar;

/// Cells of each label and of each group.
pub(crate) fn section(record: &RunRecord) -> Option<Section> {
    let data = &record.data;
    if data.labels.is_empty() && data.groups.is_empty() {
        return None;
    }
    let body = html! {
        p {
            (count(data.cells_used)) " cells were used"
            @if data.cells_in_files != data.cells_used { " of " (count(data.cells_in_files)) " in the files" }
            ", with " (count(data.genes)) " genes and " (count(data.non_zeros)) " values other than zero."
        }
        div.columns {
            @if !data.labels.is_empty() {
                div {
                    h3 { "Cells of each label" (column(data.label_column.as_deref())) }
                    (bars("Cells of each label", &data.labels))
                }
            }
            @if !data.groups.is_empty() {
                div {
                    h3 { "Cells of each group" (column(data.group_column.as_deref())) }
                    (bars("Cells of each group", &data.groups))
                }
            }
        }
    };
    Some(Section { id: "composition", title: "Data", body })
}

fn column(name: Option<&str>) -> Markup {
    html! { @if let Some(name) = name { span.from { " from column " (code(name)) } } }
}

/// Names with a bar and a number.
pub(crate) fn bars(title: &str, counts: &[LabelCount]) -> Markup {
    let most = counts.iter().map(|entry| entry.cells).max().unwrap_or(0);
    let table = html! {
        table.bars {
            thead.unseen { tr { th scope="col" { "Name" } th scope="col" { "Cells" } } }
            tbody {
                @for entry in counts {
                    tr {
                        th scope="row" { (label(&entry.label)) }
                        td.number { (bar(entry.cells as f64, most as f64)) (count(entry.cells)) }
                    }
                }
            }
        }
    };
    scrolling(title, &table)
}
