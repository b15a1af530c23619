//! What needs the reader's eye.

use ferrocyte_core::{Severity, Warning};
use maud::{Markup, html};

use crate::label::prose;

/// The warnings, the gravest first, each with what to do about it.
pub(crate) fn warnings(warnings: &[Warning]) -> Markup {
    let mut sorted: Vec<&Warning> = warnings.iter().collect();
    // Stable: within a severity the order of the record stays.
    sorted.sort_by_key(|warning| std::cmp::Reverse(warning.severity));
    let (grave, notes): (Vec<&Warning>, Vec<&Warning>) =
        sorted.into_iter().partition(|warning| warning.severity == Severity::Warning);
    html! {
        section.warnings id="warnings" aria-label="Warnings" {
            @if warnings.is_empty() {
                p.none { "Nothing in this run asks for your eye: no warnings, no notes." }
            }
            @for warning in &grave { (one(warning)) }
            (folded_when_many(&notes))
        }
    }
}

/// Notes open while they are few: a page of notes would hide the scores.
fn folded_when_many(notes: &[&Warning]) -> Markup {
    const FEW: usize = 3;
    html! {
        @if notes.len() <= FEW {
            @for note in notes { (one(note)) }
        } @else {
            details {
                summary { "Notes: good to know" }
                @for note in notes { (one(note)) }
            }
        }
    }
}

fn one(warning: &Warning) -> Markup {
    let (class, word) = match warning.severity {
        Severity::Warning => ("warning", "Warning"),
        Severity::Note => ("note", "Note"),
    };
    html! {
        div.notice.(class) data-code=(warning.code) {
            strong.kind { (word) }
            div {
                p { (prose(&warning.message)) }
                @if let Some(hint) = &warning.hint { p.hint { b { "What to do: " } (prose(hint)) } }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn grave_ones_come_first_and_many_notes_fold() {
        let mut all: Vec<Warning> = (0..4).map(|i| Warning::note("n", format!("note {i}"))).collect();
        all.push(Warning::new("w", "grave").with_hint("use `--group donor`"));
        let page = warnings(&all).into_string();
        assert!(page.find("grave").unwrap() < page.find("note 0").unwrap());
        assert!(page.contains("<details>") && page.contains("<code><bdi>--group donor"));
        assert!(!warnings(&all[3..]).into_string().contains("<details>"));
        assert!(warnings(&[]).into_string().contains("no warnings"));
    }
}
