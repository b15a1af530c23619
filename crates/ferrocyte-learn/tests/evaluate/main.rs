//! What evaluation promises, seen from outside.
// Helpers of tests may panic as tests do; Clippy allows it only inside the test functions.
#![allow(clippy::unwrap_used)]

mod cross_validation;
mod golden;
mod imports;
mod metrics;
#[path = "../golden/npz.rs"]
mod npz;
mod planted_leak;
mod sampling;
mod splits;
