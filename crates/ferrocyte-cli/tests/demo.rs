//! The first thing a user runs.

#![allow(clippy::unwrap_used)] // helpers of tests may panic as tests do

mod support;

use std::path::Path;

use support::{json, run};

const FILES: [&str; 9] = [
    "reference.h5ad",
    "query.h5ad",
    "model.ferrocyte",
    "annotated.h5ad",
    "labels.csv",
    "run-record.json",
    "report.html",
    "annotation-record.json",
    "annotation-report.html",
];

fn demo(folder: &Path, threads: &str) {
    let demo = run(&format!("demo --threads {threads} --out {{}}"), &[folder]);
    assert_eq!(demo.status, 0, "{}", demo.stderr);
    assert!(demo.stdout.contains("cells held out of training"), "{}", demo.stdout);
    for file in FILES {
        assert!(std::fs::metadata(folder.join(file)).is_ok_and(|file| file.len() > 0), "{file} is missing");
    }
}

#[test]
fn the_demo_does_the_whole_main_job() {
    let folder = tempfile::tempdir().unwrap();
    demo(folder.path(), "2");
    let evaluation = json(&folder.path().join("run-record.json"));
    assert_eq!(evaluation["flow"], "evaluate");
    assert_eq!(evaluation["data"]["cells_used"], 560);
    // 0.838 when this was written; the commonest type alone is 0.34 of the cells.
    assert!(evaluation["metrics_plain"]["accuracy"].as_f64().unwrap() > 0.70);
    assert!(!evaluation["choices"].as_array().unwrap().is_empty());
    let annotation = json(&folder.path().join("annotation-record.json"));
    assert_eq!(annotation["data"]["cells_used"], 140);
    assert!(annotation["metrics_plain"]["accuracy"].as_f64().unwrap() > 0.65);
    let labels = std::fs::read_to_string(folder.path().join("labels.csv")).unwrap();
    assert_eq!(labels.lines().count(), 141, "a header and one row per cell");
    let report = std::fs::read_to_string(folder.path().join("report.html")).unwrap();
    assert!(!report.contains("src=\"http"), "the report needs no network");
}

#[test]
fn threads_and_repetition_do_not_change_a_byte() {
    let folders = [(); 4].map(|()| tempfile::tempdir().unwrap());
    for (folder, threads) in folders.iter().zip(["1", "2", "1", "2"]) {
        demo(folder.path(), threads);
    }
    for file in FILES {
        let bytes = |i: usize| std::fs::read(folders[i].path().join(file)).unwrap();
        for i in 1..folders.len() {
            assert!(bytes(0) == bytes(i), "{file} of run {i} differs");
        }
    }
}

#[test]
fn the_commands_that_the_demo_names_do_what_it_did() {
    let folder = tempfile::tempdir().unwrap();
    demo(folder.path(), "2");
    let at = |name: &str| folder.path().join(name);
    let again = run(
        "train {} --label cell_type --library-size n_counts_all_genes -o {}",
        &[&at("reference.h5ad"), &at("again.ferrocyte")],
    );
    assert!(again.status < 2, "{}", again.stderr);
    assert!(std::fs::read(at("again.ferrocyte")).unwrap() == std::fs::read(at("model.ferrocyte")).unwrap());
    let annotated = run(
        "annotate {} -m {} --truth cell_type -o {}",
        &[&at("query.h5ad"), &at("again.ferrocyte"), &at("again.csv")],
    );
    assert!(annotated.status < 2, "{}", annotated.stderr);
    assert!(std::fs::read(at("again.csv")).unwrap() == std::fs::read(at("labels.csv")).unwrap());
}
