//! A part of the page that the contents can point at.

use maud::{Markup, html};

/// A part of the page that the contents can point at. A part without anything to show is not made.
pub(crate) struct Section {
    /// Anchor.
    pub(crate) id: &'static str,
    /// Heading.
    pub(crate) title: &'static str,
    /// What stands below the heading.
    pub(crate) body: Markup,
}

impl Section {
    /// The section with its heading.
    pub(crate) fn markup(&self) -> Markup {
        html! {
            section id=(self.id) aria-labelledby={ (self.id) "-title" } {
                h2 id={ (self.id) "-title" } { (self.title) }
                (self.body)
            }
        }
    }
}

/// A wide or long thing in a box of its own, which scrolls where there is no room, by finger, wheel and keyboard.
pub(crate) fn scrolling(name: &str, content: &Markup) -> Markup {
    html! { div.scroll role="region" aria-label=(name) tabindex="0" { (content) } }
}
