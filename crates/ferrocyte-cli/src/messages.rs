//! Words for people, on standard error.

use std::io::Write;

use ferrocyte::{Severity, Warning};

/// Prints warnings, worst first, unless asked to be quiet.
pub(crate) fn print_warnings(warnings: &[Warning], quiet: bool) {
    if quiet {
        return;
    }
    let mut stderr = std::io::stderr().lock();
    let mut sorted: Vec<&Warning> = warnings.iter().collect();
    sorted.sort_by_key(|warning| std::cmp::Reverse(warning.severity)); // stable: else in the order found
    for warning in sorted {
        let lead = match warning.severity {
            Severity::Warning => "warning",
            Severity::Note => "note",
        };
        // A closed standard error is not a panic.
        writeln!(stderr, "{lead}: {}", warning.message).ok();
        if let Some(hint) = &warning.hint {
            writeln!(stderr, "  hint: {hint}").ok();
        }
    }
}

/// Prints a line unless asked to be quiet.
pub(crate) fn say(line: &str, quiet: bool) {
    if !quiet {
        writeln!(std::io::stderr().lock(), "{line}").ok();
    }
}
