//! Wrong input: exit status 2, one readable chain of causes, nothing written.

#![allow(clippy::unwrap_used)] // helpers of tests may panic as tests do

mod support;

use std::path::{Path, PathBuf};

use support::{query, reference, run};

/// A small file of these tests.
fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures").join(name)
}

/// A file of the reader's tests, with a matrix broken in every way.
fn broken(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../ferrocyte-io/tests/fixtures").join(name)
}

/// Runs a command that must be refused: its message holds all of `expected`, and `output` is not there.
fn refused(line: &str, paths: &[&Path], output: &Path, expected: &[&str]) {
    let refused = run(line, paths);
    assert_eq!(refused.status, 2, "`{line}`: {}{}", refused.stdout, refused.stderr);
    for text in expected {
        assert!(refused.stderr.contains(text), "`{line}` does not say `{text}`:\n{}", refused.stderr);
    }
    assert!(!refused.stderr.contains("panicked"), "{}", refused.stderr);
    assert!(!output.exists(), "`{line}` wrote {}", output.display());
    let folder = output.parent().unwrap();
    let left = std::fs::read_dir(folder)
        .unwrap()
        .filter(|e| e.as_ref().unwrap().file_name().to_string_lossy().ends_with(".tmp"));
    assert_eq!(left.count(), 0, "`{line}` left a temporary file");
}

#[test]
fn references_that_cannot_be_trained_on() {
    let folder = tempfile::tempdir().unwrap();
    let model = folder.path().join("model.ferrocyte");
    let text = folder.path().join("text.h5ad");
    std::fs::write(&text, "cell,gene\n").unwrap();
    let short = folder.path().join("short.h5ad");
    let bytes = std::fs::read(reference()).unwrap();
    std::fs::write(&short, &bytes[..bytes.len() / 2]).unwrap();

    let train = "train {} --label cell_type -o {}";
    let cases: &[(&str, PathBuf, &[&str])] = &[
        (train, folder.path().join("nowhere.h5ad"), &["nowhere.h5ad"]),
        (train, folder.path().to_owned(), &["cannot read"]),
        (train, text.clone(), &["column names and rows below it", "text.h5ad"]),
        (train, short, &["cut short"]),
        (train, fixture("no_cells.h5ad"), &["holds no cells"]),
        (train, fixture("zeros.h5ad"), &["every value is zero"]),
        (
            "train {} --label cell_type --layer X -o {}",
            fixture("scaled.h5ad"),
            &["expected counts or logarithms of them in `X`", "hint:", "`raw/X` (counts)", "--scale"],
        ),
        ("train {} --label celltype -o {}", reference(), &["`celltype`", "`cell_type`", "`louvain`"]),
        ("train {} --label cell_type --group patient -o {}", reference(), &["`patient`", "`louvain`"]),
        ("train {} --label cell_type --layer counts -o {}", reference(), &["`layers/counts`", "`X`"]),
        ("train {} --label cell_type --layer layers -o {}", reference(), &["expected `X`, `raw`"]),
        ("train {} --label cell_type --where louvain=nobody -o {}", reference(), &["`louvain` holds", "`0`"]),
        (
            "train {} --label cell_type --where cell_type=Dendritic -o {}",
            reference(),
            &["at least two labels"],
        ),
        ("train {} --label cell_type --library-size louvain -o {}", reference(), &["must hold numbers"]),
        (
            "train {} --label cell_type --library-size nothing -o {}",
            reference(),
            &["`nothing`", "`n_counts_all_genes`"],
        ),
        ("train {} --label cell_type --l2 -1 -o {}", reference(), &["`l2`"]),
        ("train {} --label cell_type --model magic -o {}", reference(), &["`magic`", "`logistic`"]),
        (
            "train {} --label barcode --layer negative -o {}",
            broken("broken.h5ad"),
            &["`layers/negative`", "gene", "found -", "hint:"],
        ),
        ("train {} --label barcode --layer nan -o {}", broken("broken.h5ad"), &["finite"]),
        (
            "train {} --label barcode --layer index_large -o {}",
            broken("broken.h5ad"),
            &["gene index below 9"],
        ),
        (train, broken("broken.h5ad"), &["codes below 3, the number of categories"]),
        (
            "train {} --label cluster -o {}",
            broken("broken.h5ad"),
            &["expected 12 values (one per cell), found 11"],
        ),
        ("train {} --label cell_type --group plate --folds 5 -o {}", fixture("gaps.h5ad"), &["5", "2"]),
    ];
    refused(
        "train {} {} --label cell_type -o {}",
        &[&reference(), &reference(), &model],
        &model,
        &["given twice"],
    );
    for (line, file, expected) in cases {
        refused(line, &[file, &model], &model, expected);
    }
}

#[test]
fn queries_and_models_that_do_not_fit() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    let model = at("model.ferrocyte");
    let trained = run("train {} --label cell_type --no-score -o {}", &[&reference(), &model]);
    assert!(trained.status < 2, "{}", trained.stderr);

    let out = at("out.h5ad");
    let annotate = "annotate {} -m {} -o {}";
    refused(annotate, &[&fixture("gaps.h5ad"), &model, &out], &out, &["0 of the model's", "`GENE0`"]);
    refused(annotate, &[&query(), &reference(), &out], &out, &["reference.h5ad"]);
    let odd = at("out.xlsx");
    refused(annotate, &[&query(), &model, &odd], &odd, &[".h5ad, .csv or .tsv"]);
    refused(
        "annotate {} {} -m {} -o {}",
        &[&query(), &query(), &model, &out],
        &out,
        &["a copy of one query"],
    );
    refused(
        "annotate {} -m {} --truth nothing -o {}",
        &[&query(), &model, &out],
        &out,
        &["`nothing`", "`cell_type`"],
    );

    // Any flipped byte of a model is found.
    let bytes = std::fs::read(&model).unwrap();
    let flipped = at("flipped.ferrocyte");
    for position in (0..bytes.len()).step_by(bytes.len() / 40) {
        let mut damaged = bytes.clone();
        damaged[position] ^= 0x10;
        std::fs::write(&flipped, damaged).unwrap();
        refused(annotate, &[&query(), &flipped, &out], &out, &["flipped.ferrocyte"]);
    }
    let verified = run("model verify {}", &[&model]);
    assert_eq!(verified.status, 0, "{}", verified.stderr);

    // A model of another version says so.
    let text = String::from_utf8_lossy(&bytes).into_owned();
    assert!(text.contains("format_version"), "the header is readable");
}

#[test]
fn records_and_reports() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    std::fs::write(at("text.json"), "no JSON").unwrap();
    std::fs::write(at("later.json"), r#"{"schema_version": 99, "flow": "evaluate"}"#).unwrap();
    let html = at("report.html");
    refused("report {} -o {}", &[&at("nowhere.json"), &html], &html, &["nowhere.json"]);
    refused("report {} -o {}", &[&at("text.json"), &html], &html, &["text.json"]);
    refused("report {} -o {}", &[&at("later.json"), &html], &html, &["99"]);
    let nowhere = at("no folder/report.html");
    let record = at("run.json");
    let evaluated =
        run("evaluate {} --label cell_type --folds 2 --max-per-class 20 --json {}", &[&reference(), &record]);
    assert!(evaluated.status < 2, "{}", evaluated.stderr);
    let failed = run("report {} -o {}", &[&record, &nowhere]);
    assert_eq!(failed.status, 2);
    assert!(failed.stderr.contains("no folder"), "{}", failed.stderr);
}

/// What real references have: cells without a label, without counts, classes with a cell or two. Said, not fatal.
#[test]
fn gaps_are_warnings_not_the_end() {
    let folder = tempfile::tempdir().unwrap();
    let record = folder.path().join("run.json");
    let evaluated =
        run("evaluate {} --label cell_type --folds 3 --json {}", &[&fixture("gaps.h5ad"), &record]);
    assert_eq!(evaluated.status, 1, "{}", evaluated.stderr);
    assert!(evaluated.stderr.contains("`donor`"), "a column looks like the donor: {}", evaluated.stderr);
    assert!(evaluated.stderr.contains("2 cells have no entry in column `cell_type`"), "{}", evaluated.stderr);
    assert!(evaluated.stderr.contains("1 cells have no counts"), "{}", evaluated.stderr);
    let record = support::json(&record);
    assert_eq!(record["data"]["cells_used"], 21);
    assert_eq!(record["splits"]["kind"], "stratified-cells");
}

#[test]
fn cells_without_counts_get_a_reason_instead_of_a_label() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    let gaps = fixture("gaps.h5ad");
    let trained = run("train {} --label cell_type --no-score -o {}", &[&gaps, &at("model.ferrocyte")]);
    assert!(trained.status < 2, "{}", trained.stderr);
    let annotated = run("annotate {} -m {} -o {}", &[&gaps, &at("model.ferrocyte"), &at("labels.csv")]);
    assert_eq!(annotated.status, 1, "{}", annotated.stderr);
    let labels = std::fs::read_to_string(at("labels.csv")).unwrap();
    let row = labels.lines().find(|line| line.starts_with("cell5,")).unwrap();
    assert!(row.contains("Unassigned") && row.contains("no counts in this cell"), "{row}");
}
