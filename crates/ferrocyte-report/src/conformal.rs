//! How often prediction sets hold the right label.

use ferrocyte_core::{ConformalRecord, GroupCoverage, RunRecord};
use maud::{Markup, html};

use crate::label::label;
use crate::number::{count, optional_score, percent, score};
use crate::section::{Section, scrolling};

/// The promise, what was measured, and label by label.
pub(crate) fn section(record: &RunRecord) -> Option<Section> {
    let conformal = record.conformal.as_ref()?;
    let body = html! {
        p {
            "A prediction set holds every label that the cell is usual for. Sets that were to hold the right label for "
            (percent(conformal.target)) " of the cells did so for " (score(conformal.coverage))
            " of the held-out ones, with " (score(conformal.mean_set_size)) " labels in the mean"
            (lowest(conformal.lowest_group.as_ref())) "."
        }
        @if let Some(groups) = &conformal.of_groups {
            p {
                "With thresholds that are to hold in nearly every group: " (score(groups.coverage)) ", with "
                (score(groups.mean_set_size)) " labels in the mean" (lowest(groups.lowest_group.as_ref())) "."
            }
        }
        p { "This is of cells like these. Of another study or condition, sets hold the right label less often." }
        (scrolling("Prediction sets of each label", &table(conformal)))
    };
    Some(Section { id: "conformal", title: "Prediction sets", body })
}

fn lowest(group: Option<&GroupCoverage>) -> Markup {
    html! {
        @if let Some(group) = group {
            "; least in " (label(&group.group)) ", " (score(group.coverage))
        }
    }
}

fn table(conformal: &ConformalRecord) -> Markup {
    html! {
        table.sortable.conformal {
            caption.unseen { "Prediction sets of the cells of each label" }
            thead {
                tr {
                    th scope="col" { "Label" }
                    th.number scope="col" { "Cells" }
                    th.number scope="col" { "Coverage" }
                    th.number scope="col" { "Mean set size" }
                    th scope="col" { "Threshold" }
                }
            }
            tbody {
                @for class in &conformal.per_class {
                    tr {
                        th scope="row" { (label(&class.label)) }
                        td.number { (count(class.cells)) }
                        td.number { (optional_score(class.coverage)) }
                        td.number { (optional_score(class.mean_set_size)) }
                        td { @if conformal.shared_threshold.contains(&class.label) { "of all cells: too few" } @else { "its own" } }
                    }
                }
            }
        }
    }
}
