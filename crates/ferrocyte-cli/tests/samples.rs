//! Scores of samples, as a user asks for them.

#![allow(clippy::unwrap_used)] // helpers of tests may panic as tests do

mod support;

use std::fmt::Write;
use std::path::Path;

use support::{Run, data, json, run};

const GENES: [&str; 10] =
    ["CD3D", "IL7R", "MS4A1", "CD79A", "ISG15", "IFI6", "ACTB", "B2M", "GAPDH", "MALAT1"];

/// 320 cells of eight donors, each at rest and stimulated: two samples of 20 cells each, half of them T and half B cells. Interferon
/// genes rise in stimulated cells; `coin` is one of two words for each sample, whatever happened to it.
fn table(path: &Path) {
    let mut text = format!("cell\t{}\tdonor\tcondition\trun\tcoin\tcell_type\n", GENES.join("\t"));
    for cell in 0..320_usize {
        let (donor, stimulated, b_cell) = (cell / 40, (cell / 20) % 2 == 1, cell % 2 == 1);
        let count = |gene: usize| {
            let noise = (cell * 7 + gene * 13 + donor * 5) % 6;
            match gene {
                0 | 1 if !b_cell => 14 + noise,
                2 | 3 if b_cell => 14 + noise,
                4 | 5 if stimulated => 10 + noise,
                6.. => 8 + noise,
                _ => noise / 3,
            }
        };
        let counts: Vec<String> = (0..GENES.len()).map(|gene| count(gene).to_string()).collect();
        let condition = if stimulated { "stim" } else { "ctrl" };
        let coin = if (donor * 2 + usize::from(stimulated)) * 7 % 5 < 2 { "heads" } else { "tails" };
        let kind = if b_cell { "B" } else { "T" };
        writeln!(
            text,
            "c{cell}\t{}\td{donor}\t{condition}\trun {condition}\t{coin}\t{kind}",
            counts.join("\t")
        )
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

fn model<'a>(record: &'a serde_json::Value, name: &str) -> &'a serde_json::Value {
    record["samples"]["models"].as_array().unwrap().iter().find(|model| model["name"] == name).unwrap()
}

#[test]
fn what_is_there_is_found_and_a_column_that_explains_it_as_well_is_named() {
    let words = "--label condition --unit donor,condition --group donor --cell-types cell_type";
    let (ended, record) = evaluated(words);
    assert!(ended.status < 2, "{}", ended.stderr);
    let samples = &record["samples"];
    assert_eq!(samples["labels"][0], serde_json::json!({"label": "ctrl", "samples": 8, "groups": 8}));
    for name in ["pseudobulk", "votes"] {
        let found = model(&record, name);
        assert_eq!(found["metrics"]["accuracy"]["value"], 1.0, "{name}: {found}");
        assert!(found["permutation_test"]["p_value"].as_f64().unwrap() <= 0.05, "{found}");
        assert_eq!(found["calls"].as_array().unwrap().len(), 16, "{name}");
    }
    // Half of each sample is of either type, whatever its condition: composition tells nothing.
    let composition = model(&record, "composition");
    assert!(composition["permutation_test"]["p_value"].as_f64().unwrap() > 0.05);
    assert_eq!(model(&record, "majority class")["metrics"]["balanced_accuracy"]["value"], 0.5);
    let text: Vec<&str> = samples["conclusions"]
        .as_array()
        .unwrap()
        .iter()
        .map(|found| found["text"].as_str().unwrap())
        .collect();
    assert!(text.iter().any(|text| text.contains("whether models learnt `condition` or `run`")), "{text:?}");
    assert!(ended.stdout.contains("cannot be concluded: "), "{}", ended.stdout);
    let (_, again) = evaluated(&format!("{words} --threads 1"));
    assert_eq!(again["samples"], record["samples"], "threads change the scores");
}

/// The whole procedure must not find what is not there: in a fitted step outside the fold it would.
#[test]
fn labels_that_mean_nothing_are_not_found() {
    let (ended, record) = evaluated(
        "--label coin --unit donor,condition --group donor --cell-types cell_type --permutations 39",
    );
    assert!(ended.status < 2, "{}", ended.stderr);
    for name in ["composition", "pseudobulk", "votes"] {
        let p = model(&record, name)["permutation_test"]["p_value"].as_f64().unwrap();
        assert!(p > 0.05, "{name}: {p}");
    }
}

#[test]
fn a_sample_with_two_labels_is_named_and_the_scores_of_cells_stay() {
    let (ended, record) = evaluated("--label condition --unit donor");
    assert_eq!(ended.status, 1, "{}", ended.stderr);
    assert!(record.get("samples").is_none() && record["metrics"].is_object());
    let warnings = record["warnings"].as_array().unwrap();
    let of = |code: &str| warnings.iter().find(|warning| warning["code"] == code).unwrap();
    let message = of("unit-has-two-labels")["message"].as_str().unwrap();
    assert!(message.contains("`d0` (20 cells `ctrl`, 20 cells `stim`)"), "{message}");
    assert!(of("unit-has-two-labels")["hint"].as_str().unwrap().contains("--unit donor,condition"));
    assert!(of("samples-not-scored")["message"].as_str().unwrap().contains("0 of them has one label"));
}

#[test]
fn samples_that_do_not_fit_their_groups_and_unknown_columns_are_named() {
    let (ended, record) = evaluated("--label condition --unit condition --group donor");
    assert_eq!(ended.status, 1, "{}", ended.stderr);
    let warnings = record["warnings"].as_array().unwrap();
    assert!(warnings.iter().any(|warning| warning["code"] == "unit-has-two-groups"), "{warnings:?}");
    let (ended, _) = evaluated("--label condition --unit donor,dose");
    assert_eq!(ended.status, 2);
    assert!(ended.stderr.contains("`dose`"), "{}", ended.stderr);
    let (ended, _) = evaluated("--label condition --unit donor,condition --model auto");
    assert_eq!(ended.status, 2);
    assert!(ended.stderr.contains("a kind of model that is named"), "{}", ended.stderr);
}

#[test]
fn one_sick_donor_allows_no_conclusion() {
    let Some(cells) = data("data/aml_vs_healthy_bmmc.h5ad") else { return };
    let folder = tempfile::tempdir().unwrap();
    let record = folder.path().join("run.json");
    let ended = run("evaluate {} --label disease --unit donor --json {}", &[&cells, &record]);
    assert!(
        ended.stdout.starts_with("! every score on this is confounded: `donor` predicts `disease`"),
        "{}",
        ended.stdout
    );
    let samples = &json(&record)["samples"];
    assert!(samples["conclusions"].as_array().unwrap().iter().all(|found| found["shown"] == false));
    assert!(ended.stdout.contains("all its samples are of `AML027`"), "{}", ended.stdout);
}
