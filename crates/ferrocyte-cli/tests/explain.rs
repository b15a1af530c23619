//! Why cells have their labels, as a user sees it.
#![allow(clippy::unwrap_used)]

mod support;

use std::path::{Path, PathBuf};

use serde_json::Value;
use support::{data, json, query, reference, run};
use tempfile::TempDir;

const TRAIN: &str = "train {} --label cell_type --library-size n_counts_all_genes --no-score -o {}";

fn trained(folder: &TempDir, more: &str) -> PathBuf {
    let model = folder.path().join("model.ferrocyte");
    let trained = run(&format!("{TRAIN} {more}"), &[&reference(), &model]);
    assert!(trained.status < 2, "{}", trained.stderr);
    model
}

fn of<'a>(list: &'a Value, label: &str) -> &'a Value {
    list.as_array().unwrap().iter().find(|entry| entry["label"] == label).unwrap()
}

fn genes(list: &Value) -> Vec<&str> {
    list.as_array().unwrap().iter().map(|gene| gene["gene"].as_str().unwrap()).collect()
}

#[test]
fn the_genes_that_mark_labels_are_listed() {
    let folder = tempfile::tempdir().unwrap();
    let model = trained(&folder, "");
    let shown = run("model markers {} --top 3", &[&model]);
    assert_eq!(shown.status, 0, "{}", shown.stderr);
    assert!(shown.stdout.contains("weight × spread"), "{}", shown.stdout);
    let listed = run("model markers {} --top 3 --json", &[&model]);
    let listed: Value = serde_json::from_str(&listed.stdout).unwrap();
    for label in listed["labels"].as_array().unwrap() {
        let effects: Vec<f64> =
            label["genes"].as_array().unwrap().iter().map(|gene| gene["effect"].as_f64().unwrap()).collect();
        assert_eq!(effects.len(), 3);
        assert!(effects.is_sorted_by(|one, other| one >= other) && effects[2] > 0.0, "{effects:?}");
    }
    assert_eq!(run("model markers {} --top 0", &[&model]).status, 2, "no genes are no answer");
}

#[test]
fn every_label_has_its_reasons_and_they_add_up() {
    let folder = tempfile::tempdir().unwrap();
    let model = trained(&folder, "");
    let at = |name: &str| folder.path().join(name);
    let annotate = |threads: &str, table: &Path, record: &Path, report: &Path| {
        let line = format!(
            "annotate {{}} -m {{}} -o {{}} --explain-by cell_type --json {{}} --report {{}} --threads {threads}"
        );
        let annotated = run(&line, &[&query(), &model, table, record, report]);
        assert!(annotated.status < 2, "{}", annotated.stderr);
        assert!(annotated.stderr.contains("why, by the weights of weighted"), "{}", annotated.stderr);
    };
    annotate("1", &at("one.csv"), &at("one.json"), &at("one.html"));
    annotate("2", &at("two.csv"), &at("two.json"), &at("two.html"));
    let same = |one: &str, two: &str| std::fs::read(at(one)).unwrap() == std::fs::read(at(two)).unwrap();
    assert!(same("one.csv", "two.csv"), "threads change the genes of a cell");
    assert!(std::fs::read_to_string(at("one.html")).unwrap().contains("id=\"why\""));

    let record = json(&at("one.json"));
    assert_eq!(record["explanations"], json(&at("two.json"))["explanations"], "threads change the reasons");
    let explanations = &record["explanations"];
    assert_eq!(explanations["beside"], "a typical cell of the reference");
    let lists = [&explanations["labels"], &explanations["groups"]];
    for explanation in lists.into_iter().flat_map(|list| list.as_array().unwrap()) {
        let number = |name: &str| explanation[name].as_f64().unwrap();
        let pushes =
            ["for_label", "against_label"].into_iter().flat_map(|list| explanation[list].as_array().unwrap());
        let named: f64 = pushes.map(|gene| gene["push"].as_f64().unwrap()).sum();
        let sum = number("typical_difference") + named + number("other_genes");
        assert!((sum - number("score_difference")).abs() < 1e-9, "{explanation}");
    }
    let cells = |list: &Value| {
        list.as_array().unwrap().iter().map(|entry| entry["cells"].as_u64().unwrap()).sum::<u64>()
    };
    assert_eq!((cells(lists[0]), cells(lists[1])), (140, 140), "each cell has a label and a group");

    let table = std::fs::read_to_string(at("one.csv")).unwrap();
    let header: Vec<&str> = table.lines().next().unwrap().split(',').collect();
    let column = header.iter().position(|name| *name == "top_genes_for").unwrap();
    for row in table.lines().skip(1) {
        let genes = row.split(',').nth(column).unwrap().split(';').count();
        assert!((1..=5).contains(&genes), "{row}");
    }
}

#[test]
fn nothing_is_explained_that_nobody_asked_for() {
    let folder = tempfile::tempdir().unwrap();
    let model = trained(&folder, "");
    let (table, record) = (folder.path().join("labels.csv"), folder.path().join("run.json"));
    run("annotate {} -m {} -o {} --json {}", &[&query(), &model, &table, &record]);
    assert!(json(&record).get("explanations").is_none());
    assert!(!std::fs::read_to_string(table).unwrap().contains("top_genes_for"));
}

#[test]
fn what_cannot_be_explained_is_refused_by_name() {
    let folder = tempfile::tempdir().unwrap();
    let table = folder.path().join("labels.csv");
    let model = trained(&folder, "");
    let refused = run("annotate {} -m {} -o {} --explain-by clusters", &[&query(), &model, &table]);
    assert_eq!(refused.status, 2);
    assert!(refused.stderr.contains("`clusters`"), "{}", refused.stderr);
    let line = "annotate {} -m {} -o {} --explain-by n_counts_all_genes";
    let refused = run(line, &[&reference(), &model, &table]);
    assert_eq!(refused.status, 2);
    assert!(refused.stderr.contains("different entries: at most 300 groups"), "{}", refused.stderr);
    let knn = trained(&folder, "--model knn");
    for line in ["annotate {} -m {} -o {} --explain", "model markers {}"] {
        let paths: &[&Path] = if line.starts_with("model") { &[&knn] } else { &[&query(), &knn, &table] };
        let refused = run(line, paths);
        assert_eq!(refused.status, 2);
        assert!(
            refused.stderr.contains("`knn`") && refused.stderr.contains("`logistic`"),
            "{}",
            refused.stderr
        );
    }
    assert!(!table.exists());
}

#[test]
fn an_ensemble_is_explained_by_the_members_that_can() {
    let folder = tempfile::tempdir().unwrap();
    let model = trained(&folder, "--model ensemble:models=knn+svm");
    let listed = run("model markers {} --json", &[&model]);
    let listed: Value = serde_json::from_str(&listed.stdout).unwrap();
    assert_eq!(listed["by"], "svm");
}

/// Textbook markers: MS4A1 and CD79A of B cells, GNLY and NKG7 of NK cells.
#[test]
fn known_markers_of_blood_cells_are_named() {
    let Some(kang) = data("data/kang_ifnb.h5ad") else { return };
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    let trained = run(
        "train {} --label cell_type --where condition=ctrl --no-score --max-per-class 300 -o {}",
        &[&kang, &at("model.ferrocyte")],
    );
    assert!(trained.status < 2, "{}", trained.stderr);
    let annotated = run(
        "annotate {} -m {} --where condition=stim --explain -o {} --json {}",
        &[&kang, &at("model.ferrocyte"), &at("labels.csv"), &at("run.json")],
    );
    assert!(annotated.status < 2, "{}", annotated.stderr);
    let record = json(&at("run.json"));
    let markers = run("model markers {} --json --top 15", &[&at("model.ferrocyte")]);
    let markers: Value = serde_json::from_str(&markers.stdout).unwrap();
    for (label, known) in [("B", ["MS4A1", "CD79A"]), ("NK", ["GNLY", "NKG7"])] {
        let of_model = genes(&of(&markers["labels"], label)["genes"]);
        let of_cells = genes(&of(&record["explanations"]["labels"], label)["for_label"]);
        for gene in known {
            assert!(of_model.contains(&gene), "{label}: {gene} is not among {of_model:?}");
            assert!(of_cells.contains(&gene), "{label}: {gene} is not among {of_cells:?}");
        }
    }
}
