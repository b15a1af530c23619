//! Every choice that shaped the result, and why it was made.

use ferrocyte_core::{Choice, Origin, RunRecord};
use maud::{Markup, html};

use crate::label::prose;
use crate::section::Section;

/// Settings with their value, where it came from, and why.
pub(crate) fn section(record: &RunRecord) -> Option<Section> {
    if record.choices.is_empty() {
        return None;
    }
    let body = html! {
        p {
            (origin(Origin::Default)) " nobody said otherwise. "
            (origin(Origin::Flag)) " you said so. "
            (origin(Origin::Detected)) " the data says so."
        }
        dl.choices { @for choice in &record.choices { (one(choice)) } }
    };
    Some(Section { id: "choices", title: "Choices, and why", body })
}

fn one(choice: &Choice) -> Markup {
    html! {
        div {
            dt { (prose(&choice.setting)) }
            dd {
                b { (prose(&choice.value)) } " " (origin(choice.origin))
                span.reason { (prose(&choice.reason)) }
            }
        }
    }
}

fn origin(origin: Origin) -> Markup {
    let (class, word) = match origin {
        Origin::Default => ("default", "default"),
        Origin::Flag => ("flag", "flag"),
        Origin::Detected => ("detected", "detected"),
    };
    html! { span class={ "badge " (class) } { (word) } }
}
