//! Chores of the workspace, each run as `cargo xtask CHORE` and, where it can fail, as a plain test too.

pub mod cli_reference;
pub mod edges;
pub mod generated;
pub mod names;
pub mod no_c;
pub mod schema;
pub mod source_rules;
pub mod wasm;
pub mod workspace;
