//! How cells are divided for a score, as a user asks for it.

#![allow(clippy::unwrap_used)] // helpers of tests may panic as tests do

mod support;

use std::fmt::Write;
use std::path::Path;

use support::{Run, json, run};

/// Genes; the first nine are markers, three of each label.
const GENES: [&str; 12] =
    ["CD3D", "CD3E", "IL7R", "MS4A1", "CD79A", "CD79B", "LYZ", "CD14", "S100A8", "ACTB", "B2M", "GAPDH"];

/// 60 cells of three labels, four donors in two studies; `s3` is one donor with one cell, and `rare` is in study s2 alone.
fn table(path: &Path) {
    let mut text = format!("cell\t{}\tdonor\tstudy\tcondition\tone_label\tcell_type\n", GENES.join("\t"));
    for cell in 0..61_usize {
        let label = cell % 3;
        let count = |gene: usize| {
            if gene < 9 && gene / 3 == label {
                12 + (cell * 5 + gene * 3) % 7
            } else {
                1 + (cell * 7 + gene * 11) % 5
            }
        };
        let counts: Vec<String> = (0..GENES.len()).map(|gene| count(gene).to_string()).collect();
        let donor = if cell == 60 { 9 } else { cell % 4 };
        let study = if cell == 60 { 3 } else { 1 + donor / 2 };
        let condition = if cell % 10 < 3 { "stim" } else { "ctrl" };
        let name = match (label, study) {
            (2, 2) => "rare",
            (2, _) => "B cell",
            (1, _) => "Monocyte",
            _ => "T cell",
        };
        let one = if study == 2 { name } else { "T cell" };
        writeln!(text, "cell_{cell}\t{}\td{donor}\ts{study}\t{condition}\t{one}\t{name}", counts.join("\t"))
            .unwrap();
    }
    std::fs::write(path, text).unwrap();
}

fn evaluated(words: &str) -> (Run, serde_json::Value) {
    let folder = tempfile::tempdir().unwrap();
    let (cells, record) = (folder.path().join("cells.tsv"), folder.path().join("run.json"));
    table(&cells);
    let ended = run(&format!("evaluate {{}} {words} --json {{}}"), &[&cells, &record]);
    let record = if ended.status < 2 { json(&record) } else { serde_json::Value::Null };
    (ended, record)
}

fn warning<'a>(record: &'a serde_json::Value, code: &str) -> Option<&'a str> {
    let found = record["warnings"].as_array()?.iter().find(|warning| warning["code"] == code)?;
    found["message"].as_str()
}

#[test]
fn each_study_is_held_out_once_and_donors_are_what_is_drawn() {
    let (ended, record) = evaluated("--label cell_type --study study --group donor");
    assert!(ended.status < 2, "{}", ended.stderr);
    let splits = &record["splits"];
    assert_eq!((&splits["kind"], &splits["held_out_by"]), (&"leave-one-study-out".into(), &"study".into()));
    assert_eq!((&splits["folds"], &splits["groups"]), (&3.into(), &3.into()));
    assert_eq!(splits["sizes"], serde_json::json!([30, 30, 1]));
    let resampling = &record["resampling"];
    assert_eq!((&resampling["unit"], &resampling["column"]), (&"groups".into(), &"donor".into()));
    assert_eq!(resampling["units"], 5);
    let folds = record["folds"].as_array().unwrap();
    assert_eq!(folds[1]["held_out_groups"], serde_json::json!(["s2"]));
    // A label that one study has is named, warned of, and wrong wherever it is held out.
    assert_eq!(folds[1]["labels_not_in_training"], serde_json::json!(["rare"]));
    assert!(warning(&record, "label-not-in-training").unwrap().contains("`rare` (1 of 3 folds)"));
    let classes = record["per_class"].as_array().unwrap();
    let rare = classes.iter().find(|class| class["label"] == "rare").unwrap();
    assert_eq!((rare["recall"].as_f64(), rare["support"].as_u64()), (Some(0.0), Some(10)));
    assert!(record["leaks"].is_null(), "no donor is in two studies: {}", record["leaks"]);
    // Alone, the studies are what is drawn.
    let (_, alone) = evaluated("--label cell_type --study study");
    assert_eq!(alone["resampling"]["column"], "study");
}

#[test]
fn a_part_is_tested_and_the_groups_on_both_sides_are_named() {
    let (ended, record) = evaluated("--label cell_type --group donor --test-where condition=stim");
    assert!(ended.status < 2, "{}", ended.stderr);
    let splits = &record["splits"];
    assert_eq!((&splits["kind"], &splits["held_out_by"]), (&"test-part".into(), &"condition=stim".into()));
    let tested = splits["sizes"][0].as_u64().unwrap();
    assert_eq!(record["metrics_plain"]["cells"], tested);
    assert_eq!(record["folds"][0]["training_cells"], 61 - tested);
    assert_eq!(record["baselines"].as_array().unwrap().len(), 3);
    let leak = &record["leaks"][0];
    assert_eq!((&leak["kind"], &leak["column"]), (&"group-on-both-sides".into(), &"donor".into()));
    assert!(
        leak["detail"].as_str().unwrap().starts_with("4 of 5 values of `donor` stand on both sides"),
        "{leak}"
    );
    assert!(warning(&record, "group-on-both-sides").is_some());
}

#[test]
fn what_has_one_label_to_learn_from_is_scored_as_that() {
    // Without s2 every cell is a T cell: the fold has nothing to tell apart, and the others still have.
    let (ended, record) = evaluated("--label one_label --study study");
    assert!(ended.status < 2, "{}", ended.stderr);
    let words = warning(&record, "one-label-fold").unwrap();
    assert!(
        words.starts_with("the training cells of 1 of 3 folds have one label only (fold 2: `T cell`)"),
        "{words}"
    );
    let share = record["folds"][1]["metrics"]["accuracy"].as_f64().unwrap();
    assert!((share - 1.0 / 3.0).abs() < 1e-12, "the T cells are right: {share}");
}

#[test]
fn groups_of_one_cell_are_named() {
    let (_, record) = evaluated("--label cell_type --group donor");
    let words = warning(&record, "single-cell-groups").unwrap();
    assert!(words.starts_with("1 of 5 groups of `donor` have one cell: `d9`"), "{words}");
}

#[test]
fn what_cannot_be_divided_says_what_was_found() {
    for (words, expected) in [
        ("--study cell_type --where study=s1 --test-where condition=stim", "cannot be used with"),
        ("--study study --where study=s1", "expected at least 2 studies to hold one out, found 1"),
        ("--study lab", "`lab`"),
        ("--test-where condition=drug", "`condition` holds `ctrl`, `stim`"),
        ("--test-where condition", "expected `COLUMN=VALUE`"),
        ("--test-where condition=stim --folds 3", "cannot be used with"),
        ("--group study --where study=s1", "expected at least 2 groups to hold one out, found 1"),
    ] {
        let (ended, _) = evaluated(&format!("--label cell_type {words}"));
        assert_eq!(ended.status, 2, "{words}");
        assert!(ended.stderr.contains(expected), "{words}: {}", ended.stderr);
    }
}

#[test]
fn choosing_a_kind_is_scored_by_choosing_inside_each_fold() {
    let (ended, record) = evaluated("--label cell_type --model auto --folds 3");
    assert!(ended.status < 2, "{}", ended.stderr);
    assert_eq!(record["model"]["kind"], "auto");
    assert_eq!(record["comparison"]["models"].as_array().unwrap().len(), 3);
    let folds = record["folds"].as_array().unwrap();
    assert!(folds.iter().all(|fold| fold["chosen"].is_string()), "{folds:?}");
    assert!(warning(&record, "chosen-by-score").is_some());
    let (refused, _) = evaluated("--label cell_type --model auto --l2 3");
    assert!(refused.status == 2 && refused.stderr.contains("found the setting `l2`"), "{}", refused.stderr);
}
