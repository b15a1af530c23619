//! What the data is made of.

use ferrocyte_core::{LabelCount, RunRecord};
use maud::{Markup, html};

use crate::label::{code, label};
use crate::number::count;
use crate::section::Section;
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
                    (bars(&data.labels))
                }
            }
            @if !data.groups.is_empty() {
                div {
                    h3 { "Cells of each group" (column(data.group_column.as_deref())) }
                    (bars(&data.groups))
                }
            }
        }
    };
    Some(Section { id: "composition", title: "Data", body })
}

fn column(name: Option<&str>) -> Markup {
    html! { @if let Some(name) = name { span.from { " from column " (code(name)) } } }
}

/// Names with a bar and a number; long lists scroll in a box of their own.
pub(crate) fn bars(counts: &[LabelCount]) -> Markup {
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
    tall(&table, counts.len())
}

/// A list in a box of its own where it would take more than a screen.
pub(crate) fn tall(list: &Markup, rows: usize) -> Markup {
    const SCREENFUL: usize = 24;
    html! {
        @if rows > SCREENFUL {
            div.scroll.tall role="region" aria-label="Long list" tabindex="0" { (list) }
        } @else { (list) }
    }
}
