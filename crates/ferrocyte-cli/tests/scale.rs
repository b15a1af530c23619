//! Matrices on any scale: which is read, how, and that labels do not depend on it.

#![allow(clippy::unwrap_used)] // helpers of tests may panic as tests do

mod support;

use std::path::{Path, PathBuf};

use support::{Run, data, json, query, reference, run};

fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures").join(name)
}

/// The labels of a table, cell by cell.
fn labels(table: &Path) -> Vec<String> {
    let text = std::fs::read_to_string(table).unwrap();
    text.lines().skip(1).map(|line| line.split(',').take(2).collect::<Vec<_>>().join(",")).collect()
}

fn annotate(file: &Path, options: &str, model: &Path, out: &Path) -> Run {
    run(&format!("annotate {{}} -m {{}} -o {{}} {options}"), &[file, model, out])
}

/// Counts in a layer, logarithms in X, counts in raw beside z-scores: one model gives the same labels from each.
#[test]
fn labels_do_not_depend_on_the_scale() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    let model = at("model.ferrocyte");
    let logs = fixture("logarithms.h5ad");
    let trained = run(
        "train {} --label cell_type --layer counts --no-score -o {} --json {}",
        &[&logs, &model, &at("run.json")],
    );
    assert!(trained.status < 2, "{}", trained.stderr);
    assert!(trained.stderr.contains("layers/counts holds counts"), "{}", trained.stderr);

    let cases = [
        ("counts", &logs, "", "layers/counts holds counts; read instead of X (log1p of 10,000 per cell)"),
        ("logs", &logs, "--layer X", "X is log1p of 10,000 per cell; used as it is"),
        ("raw", &fixture("scaled.h5ad"), "", "raw/X holds counts; read instead of X (z-scores"),
    ];
    for (name, file, options, sentence) in cases {
        let found = annotate(file, options, &model, &at(&format!("{name}.csv")));
        assert_eq!(found.status, 0, "{name}: {}", found.stderr);
        assert!(found.stderr.contains(sentence), "{name}: {}", found.stderr);
        assert_eq!(labels(&at(&format!("{name}.csv"))), labels(&at("counts.csv")), "{name}");
    }

    // The record says it too.
    let found = run(
        "annotate {} -m {} -o {} --json {}",
        &[&fixture("scaled.h5ad"), &model, &at("again.csv"), &at("run.json")],
    );
    assert_eq!(found.status, 0, "{}", found.stderr);
    let record = json(&at("run.json"));
    let choices = record["choices"].as_array().unwrap();
    let scale = choices.iter().find(|choice| choice["setting"] == "scale").unwrap();
    assert_eq!(scale["origin"], "detected");
    assert!(scale["value"].as_str().unwrap().starts_with("raw/X holds counts"), "{scale}");
    assert!(record["inputs"][0]["reading"].as_str().unwrap().starts_with("raw/X holds counts"));
}

/// Training on logarithms gives the model that their counts give, but for rounding.
#[test]
fn logarithms_can_be_trained_on() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    let logs = fixture("logarithms.h5ad");
    for (name, layer) in [("counts", "counts"), ("logs", "X")] {
        let model = at(&format!("{name}.ferrocyte"));
        let line = format!("train {{}} --label cell_type --layer {layer} --no-score -o {{}}");
        let trained = run(&line, &[&logs, &model]);
        assert!(trained.status < 2, "{}", trained.stderr);
        let found = annotate(&logs, "", &model, &at(&format!("{name}.csv")));
        assert_eq!(found.status, 0, "{}", found.stderr);
    }
    assert_eq!(labels(&at("counts.csv")), labels(&at("logs.csv")));
}

/// What no model can read is refused with what was seen and what to do; who knows better can say so.
#[test]
fn scaled_values_alone_are_refused_and_can_be_overruled() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    let scaled = fixture("scaled_only.h5ad");
    let train = "train {} --label cell_type --no-score -o {}";
    let model = at("model.ferrocyte");
    let refused = run(train, &[&scaled, &model]);
    assert_eq!(refused.status, 2, "{}", refused.stderr);
    for text in
        ["expected counts", "`X`", "z-scores", "% below zero", "cell `cell", "gene `GENE", "hint:", "--scale"]
    {
        assert!(refused.stderr.contains(text), "`{text}` is missing: {}", refused.stderr);
    }
    assert!(!model.exists());

    // Below zero nothing helps.
    let refused = run(&format!("{train} --scale counts"), &[&scaled, &model]);
    assert_eq!(refused.status, 2, "{}", refused.stderr);
    assert!(refused.stderr.contains("expected `counts` in `X`, found"), "{}", refused.stderr);

    // Logarithms that are said to be counts: used, with a warning.
    let logs = fixture("logarithms.h5ad");
    let overruled = run(&format!("{train} --scale counts"), &[&logs, &model]);
    assert_eq!(overruled.status, 1, "{}", overruled.stderr);
    assert!(overruled.stderr.contains("because you said so"), "{}", overruled.stderr);
    let agreed = run(&format!("{train} --scale log1p-10k"), &[&logs, &model]);
    assert!(!agreed.stderr.contains("because you said so"), "{}", agreed.stderr);
    let wrong = run(&format!("{train} --scale log7"), &[&logs, &model]);
    assert_eq!(wrong.status, 2);
    assert!(wrong.stderr.contains("`log1p-`"), "{}", wrong.stderr);
}

/// A file with some of the genes has its library sizes in a column: noticed, named, used.
#[test]
fn the_column_of_library_sizes_is_found() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    let train = "train {} --label cell_type --no-score -o {}";
    let found = run(train, &[&reference(), &at("found.ferrocyte")]);
    assert!(found.stderr.contains("column `n_counts_all_genes`"), "{}", found.stderr);
    let named =
        run(&format!("{train} --library-size n_counts_all_genes"), &[&reference(), &at("named.ferrocyte")]);
    assert!(named.status < 2, "{}", named.stderr);
    for model in ["found", "named"] {
        let model_file = at(&format!("{model}.ferrocyte"));
        let out = at(&format!("{model}.csv"));
        assert!(annotate(&query(), "", &model_file, &out).status < 2);
    }
    let read = |name: &str| std::fs::read(at(name)).unwrap();
    assert_eq!(read("found.csv"), read("named.csv"));
}

/// Log values cut to whole numbers do not pass for counts.
#[test]
fn cut_logarithms_are_refused() {
    let Some(heart) = data("data/heart_snrna_5k.h5ad") else { return };
    let folder = tempfile::tempdir().unwrap();
    let model = folder.path().join("model.ferrocyte");
    let refused = run("train {} --label cell_type --no-score -o {}", &[&heart, &model]);
    assert_eq!(refused.status, 2, "{}", refused.stderr);
    assert!(refused.stderr.contains("logarithms cut to whole numbers"), "{}", refused.stderr);
    let overruled = run(
        "train {} --label cell_type --no-score --scale counts --max-per-class 20 -o {}",
        &[&heart, &model],
    );
    assert_eq!(overruled.status, 1, "{}", overruled.stderr);
    assert!(overruled.stderr.contains("because you said so"), "{}", overruled.stderr);
}
