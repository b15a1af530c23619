//! The model in brief.

use ferrocyte_core::{Flow, RunRecord};
use maud::html;

use crate::label::{code, label};
use crate::number::count;
use crate::section::Section;

/// Kind, size and labels of the model.
pub(crate) fn section(record: &RunRecord) -> Option<Section> {
    let model = record.model.as_ref()?;
    let body = html! {
        p {
            "Kind " (code(&model.kind)) ", over " (count(model.genes)) " genes, "
            @if record.flow == Flow::Train { "trained on " } @else { "made from " }
            (count(model.training_cells)) " cells. It can give "
            @if model.labels.len() == 1 { "one label:" } @else { (count(model.labels.len())) " labels:" }
        }
        ul.chips { @for name in &model.labels { li { (label(name)) } } }
    };
    Some(Section { id: "model", title: "Model", body })
}
