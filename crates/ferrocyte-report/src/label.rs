//! Names from a user's file, which may hold anything.

use maud::{Markup, html};

/// What stands for a name without letters, so that there is something to read and to point at.
pub(crate) const NO_NAME: &str = "(no name)";

/// A label, group, gene or file name. It is isolated, so that right-to-left names leave the rest of the line alone.
pub(crate) fn label(name: &str) -> Markup {
    html! {
        @if name.trim().is_empty() { i { (NO_NAME) } } @else { bdi { (name) } }
    }
}

/// A name that people type: a column, a file, a setting.
pub(crate) fn code(name: &str) -> Markup {
    html! { code { (label(name)) } }
}

/// Text of a message, with what stands between backticks set as code.
pub(crate) fn prose(text: &str) -> Markup {
    let parts: Vec<&str> = text.split('`').collect();
    // An odd number of backticks is not markup.
    let balanced = parts.len() % 2 == 1;
    html! {
        @if balanced {
            @for (i, part) in parts.iter().enumerate() {
                @if i % 2 == 1 { code { bdi { (part) } } } @else { (part) }
            }
        } @else { (text) }
    }
}

/// Names in a row, `a · b · c`, the first few when there are many. Labels hold commas, so commas cannot part them.
pub(crate) fn list(names: &[&str], at_most: usize) -> Markup {
    let shown = &names[..names.len().min(at_most)];
    let more = names.len() > shown.len();
    html! {
        @for (i, name) in shown.iter().enumerate() {
            @if i > 0 { " · " }
            (label(name))
        }
        @if more { " · and others" }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_escaped_and_never_vanish() {
        assert_eq!(label("<b>").into_string(), "<bdi>&lt;b&gt;</bdi>");
        assert_eq!(label(" ").into_string(), "<i>(no name)</i>");
    }

    #[test]
    fn backticks_make_code_only_in_pairs() {
        assert_eq!(prose("use `--group`").into_string(), "use <code><bdi>--group</bdi></code>");
        assert_eq!(prose("a ` b").into_string(), "a ` b");
    }

    #[test]
    fn lists_say_that_there_is_more() {
        let text = |names: &[&str]| list(names, 3).into_string().replace("<bdi>", "").replace("</bdi>", "");
        assert_eq!(text(&["a"]), "a");
        assert_eq!(text(&["a", "b", "c"]), "a · b · c");
        assert_eq!(text(&["a", "b", "c", "d"]), "a · b · c · and others");
    }
}
