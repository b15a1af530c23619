//! `annotate` where the machine fails it: a full disk, a signal, another writer, a damaged query.

#![allow(clippy::unwrap_used)] // helpers of tests may panic as tests do
#![cfg(unix)]

mod support;

use std::fs;
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use support::{command, query, reference, run};

fn model(folder: &Path) -> PathBuf {
    let model = folder.join("model.ferrocyte");
    let run = run("train {} --label cell_type --no-score -o {}", &[&reference(), &model]);
    assert!(run.status < 2, "{}", run.stderr);
    model
}

/// What lies in a folder, hidden files too.
fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

#[test]
fn a_disk_that_takes_no_more_leaves_the_old_file() {
    let folder = tempfile::tempdir().unwrap();
    let model = model(folder.path());
    for name in ["labels.csv", "labels.csv.gz", "annotated.h5ad"] {
        for old in [None, Some("old")] {
            let out = folder.path().join(format!("out-{}-{name}", old.is_some()));
            fs::create_dir(&out).unwrap();
            let output = out.join(name);
            if let Some(old) = old {
                fs::write(&output, old).unwrap();
            }
            // No file may be longer than one block: a write beyond it fails, as on a full disk.
            let limited = "trap '' XFSZ; ulimit -f 1; exec \"$0\" annotate \"$1\" -m \"$2\" -o \"$3\"";
            let run = Command::new("sh")
                .args(["-c", limited, env!("CARGO_BIN_EXE_ferrocyte")])
                .args([query(), model.clone(), output.clone()])
                .output()
                .unwrap();
            let stderr = String::from_utf8(run.stderr).unwrap();
            assert_eq!(run.status.code(), Some(2), "{stderr}");
            let named = format!("cannot write `{}`", output.display());
            assert!(stderr.contains(&named), "{stderr}");
            let expected: Vec<&str> = old.iter().map(|_| name).collect();
            assert_eq!(names(&out), expected, "nothing half-written is left");
            if let Some(old) = old {
                assert_eq!(fs::read_to_string(&output).unwrap(), old);
            }
        }
    }
}

#[test]
fn a_killed_run_leaves_the_old_file_and_the_next_one_takes_its_leftovers_away() {
    const ROUNDS: u64 = 24;
    let folder = tempfile::tempdir().unwrap();
    let (model, out) = (model(folder.path()), folder.path().join("out"));
    fs::create_dir(&out).unwrap();
    let output = out.join("annotated.h5ad");
    let line = "annotate {} -m {} -o {} --quiet";
    assert!(run(line, &[&query(), &model, &output]).status < 2);
    let whole = fs::read(&output).unwrap();
    let old = b"old".to_vec();
    let mut killed = 0;
    for round in 0..ROUNDS {
        fs::write(&output, &old).unwrap();
        let mut child = command(line, &[&query(), &model, &output]).stderr(Stdio::null()).spawn().unwrap();
        if round % 3 == 0 {
            // As soon as it writes.
            while names(&out).len() == 1 && child.try_wait().unwrap().is_none() {
                std::thread::sleep(Duration::from_micros(50));
            }
        } else {
            std::thread::sleep(Duration::from_micros(round * 7919 % 60_000));
        }
        let signal = if round % 2 == 0 { 15 } else { 9 };
        // It may have ended by itself.
        let pid = child.id().to_string();
        Command::new("kill").args([format!("-{signal}"), pid]).stderr(Stdio::null()).status().unwrap();
        let status = child.wait().unwrap();
        if status.signal().is_some() {
            assert_eq!(status.signal(), Some(signal), "the status says what ended the run");
            killed += 1;
        }
        let found = fs::read(&output).unwrap();
        assert!(found == old || found == whole, "the old file or the whole new one");
    }
    assert!(killed > 0, "no run was killed");
    assert!(run(line, &[&query(), &model, &output]).status < 2);
    assert_eq!(names(&out), ["annotated.h5ad"]);
    assert!(fs::read(&output).unwrap() == whole);
}

#[test]
fn of_two_writers_of_one_file_the_last_one_wins_whole() {
    let folder = tempfile::tempdir().unwrap();
    let (model, out) = (model(folder.path()), folder.path().join("out"));
    fs::create_dir(&out).unwrap();
    for name in ["labels.csv", "annotated.h5ad"] {
        let alone: Vec<Vec<u8>> = ["one_", "two_"]
            .map(|prefix| {
                let output = folder.path().join(format!("{prefix}{name}"));
                let line = format!("annotate {{}} -m {{}} -o {{}} --prefix {prefix}");
                assert!(run(&line, &[&query(), &model, &output]).status < 2);
                fs::read(output).unwrap()
            })
            .to_vec();
        let output = out.join(name);
        for _ in 0..3 {
            let start = |prefix: &str| {
                let line = format!("annotate {{}} -m {{}} -o {{}} --quiet --prefix {prefix}");
                command(&line, &[&query(), &model, &output]).stderr(Stdio::null()).spawn().unwrap()
            };
            let mut writers = [start("one_"), start("two_")];
            for writer in &mut writers {
                assert!(writer.wait().unwrap().code().unwrap() < 2, "both finish");
            }
            assert!(alone.contains(&fs::read(&output).unwrap()), "one of the two files, never a mixture");
        }
        assert_eq!(names(&out), [name]);
        fs::remove_file(&output).unwrap();
    }
}

#[test]
fn damaged_bytes_are_named_with_the_cells_that_need_them() {
    let folder = tempfile::tempdir().unwrap();
    let model = model(folder.path());
    let bytes = fs::read(query()).unwrap();
    let damaged = folder.path().join("damaged.h5ad");
    let output = folder.path().join("labels.csv");
    let mut named = 0;
    for part in 1..12 {
        let mut bytes = bytes.clone();
        let at = bytes.len() * part / 12;
        for byte in &mut bytes[at..at + 64] {
            *byte ^= 0x5a;
        }
        fs::write(&damaged, bytes).unwrap();
        let run = run("annotate {} -m {} -o {}", &[&damaged, &model, &output]);
        if run.stderr.contains("cells 0 to ") {
            assert_eq!(run.status, 2, "{}", run.stderr);
            assert!(run.stderr.contains(" cannot be read") && run.stderr.contains("`X/"), "{}", run.stderr);
            assert!(!output.exists());
            named += 1;
        }
        let _ = fs::remove_file(&output);
    }
    assert!(named > 0, "no chunk of the matrix was damaged");

    fs::write(&damaged, &bytes[..bytes.len() * 2 / 3]).unwrap();
    let run = run("annotate {} -m {} -o {}", &[&damaged, &model, &output]);
    assert_eq!(run.status, 2);
    assert!(run.stderr.contains("the file is cut short: expected "), "{}", run.stderr);
    assert!(!output.exists());
}
