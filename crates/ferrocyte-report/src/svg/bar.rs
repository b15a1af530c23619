//! A bar beside a number.

use maud::{Markup, html};

use super::share;

/// A bar that fills `part / whole` of its place. It says nothing that the number beside it does not say.
pub(crate) fn bar(part: f64, whole: f64) -> Markup {
    let percent = share(part, whole) * 100.0;
    html! { span.bar aria-hidden="true" { i style={ "width:" (super::px(percent)) "%" } {} } }
}
