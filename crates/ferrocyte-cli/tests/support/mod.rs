//! Runs the program as a user does.

// Each test file is a crate of its own and uses a part of this.
#![allow(dead_code, unreachable_pub)]

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// The demo's labelled cells.
pub fn reference() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../ferrocyte/demo/reference.h5ad")
}

/// The demo's cells to annotate.
pub fn query() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../ferrocyte/demo/query.h5ad")
}

/// A file of the larger real data; `None`, aloud, where `FERROCYTE_DATA` does not name the folder.
pub fn data(name: &str) -> Option<PathBuf> {
    let Some(folder) = std::env::var_os("FERROCYTE_DATA") else {
        eprintln!("skipped: FERROCYTE_DATA is not set");
        return None;
    };
    let path = Path::new(&folder).join(name);
    assert!(path.exists(), "FERROCYTE_DATA is set, but {} is not there", path.display());
    Some(path)
}

/// What a run printed and how it ended.
#[derive(Debug)]
pub struct Run {
    pub status: i32,
    pub stdout: String,
    pub stderr: String,
}

/// The program with these arguments, split at spaces; paths go in `paths`, one for each `{}`.
pub fn command(line: &str, paths: &[&Path]) -> Command {
    let mut paths = paths.iter();
    let mut command = Command::new(env!("CARGO_BIN_EXE_ferrocyte"));
    for word in line.split_whitespace() {
        if word == "{}" {
            command.arg(paths.next().expect("a path for each {}"));
        } else {
            command.arg(word);
        }
    }
    assert!(paths.next().is_none(), "a {{}} for each path");
    command
}

/// Runs the program to its end.
pub fn run(line: &str, paths: &[&Path]) -> Run {
    let Output { status, stdout, stderr } = command(line, paths).output().expect("the program starts");
    Run {
        status: status.code().expect("the program ends by itself"),
        stdout: String::from_utf8(stdout).expect("text"),
        stderr: String::from_utf8(stderr).expect("text"),
    }
}

/// The JSON in a file.
pub fn json(path: &Path) -> serde_json::Value {
    serde_json::from_slice(&std::fs::read(path).expect("the file is there")).expect("JSON")
}
