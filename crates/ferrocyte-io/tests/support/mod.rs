//! What several tests need.
#![allow(dead_code, unreachable_pub)] // each test takes a part

pub mod counts;
pub mod mutations;

use std::path::{Path, PathBuf};
use std::process::Command;

/// A file that is committed beside the tests.
pub fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/write_fixtures").join(name)
}

/// The Python that `FERROCYTE_PYTHON` names, or `python3`, if it has the module; says aloud when it has not.
pub fn python_with(module: &str) -> Option<String> {
    let python = std::env::var("FERROCYTE_PYTHON").unwrap_or_else(|_| "python3".to_owned());
    let imported = Command::new(&python).args(["-c", &format!("import {module}")]).output();
    if imported.is_ok_and(|output| output.status.success()) {
        return Some(python);
    }
    eprintln!("skipped: `{python}` has no module `{module}`; name one that has it in FERROCYTE_PYTHON");
    None
}

/// Runs a Python program, which must succeed.
pub fn run_python(python: &str, arguments: &[&std::ffi::OsStr]) {
    let output = Command::new(python).args(arguments).output().expect("the interpreter was found before");
    assert!(
        output.status.success(),
        "{arguments:?}\n{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
}
