//! A number that is read first.

use maud::{Markup, html};

/// A large number, its name and what it says.
pub(crate) fn figure(name: &str, number: &Markup, meaning: &Markup) -> Markup {
    html! {
        div.figure {
            dt { (name) }
            dd {
                span.large { (number) }
                span.meaning { (meaning) }
            }
        }
    }
}

/// A number that gives the size of things.
pub(crate) fn fact(number: &Markup, name: &str) -> Markup {
    html! { li { b { (number) } " " (name) } }
}
