//! The crates and their sources keep to `ARCHITECTURE.md`.

use xtask::workspace::Workspace;
use xtask::{edges, no_c, source_rules};

const NONE: [&str; 0] = [];

#[test]
fn crates_depend_only_downwards() {
    assert_eq!(edges::violations(&Workspace::read().unwrap()), NONE);
}

#[test]
fn core_learn_and_report_are_built_without_c() {
    assert_eq!(no_c::violations(&Workspace::read().unwrap()), NONE);
}

#[test]
fn sources_name_nothing_that_their_crate_must_not_know() {
    assert_eq!(source_rules::violations().unwrap(), NONE);
}
