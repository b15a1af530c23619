//! Neither the number of threads nor how many cells are read at a time changes a byte of a model, a label or a probability.

#![allow(clippy::unwrap_used)] // helpers of tests may panic as tests do

mod support;

use std::path::Path;

use support::{data, query, reference, run};

/// What came of a training and an annotation: the model, the table, the annotated copy, both records and both reports.
fn outputs(folder: &Path, files: [&Path; 2], options: &str, how: &str) -> Vec<(&'static str, Vec<u8>)> {
    const NAMES: [&str; 5] = ["model.ferrocyte", "labels.csv", "labels.h5ad", "train.json", "annotate.json"];
    let at = |name: &str| folder.join(name);
    let [model, table, copy, trained, annotated] = NAMES.map(at);
    let train = format!("train {{}} --label cell_type {options} {how} -o {{}} --json {{}}");
    let ended = run(&train, &[files[0], &model, &trained]);
    assert!(ended.status < 2, "{}", ended.stderr);
    for (output, record) in [(&table, &annotated), (&copy, &annotated)] {
        let line = format!("annotate {{}} -m {{}} -o {{}} --truth cell_type --json {{}} {how}");
        let ended = run(&line, &[files[1], &model, output, record]);
        assert!(ended.status < 2, "{}", ended.stderr);
    }
    NAMES.iter().map(|name| (*name, std::fs::read(at(name)).unwrap())).collect()
}

fn assert_same(files: [&Path; 2], options: &str, ways: &[(u32, u32)]) {
    let mut first: Option<Vec<(&str, Vec<u8>)>> = None;
    for (threads, cells) in ways {
        let folder = tempfile::tempdir().unwrap();
        let how = format!("--threads {threads} --block-cells {cells}");
        let found = outputs(folder.path(), files, options, &how);
        let first = first.get_or_insert_with(|| found.clone());
        for ((name, one), (_, other)) in first.iter().zip(&found) {
            assert!(one == other, "{options} {how}: `{name}` is another than with {:?}", ways[0]);
        }
    }
}

#[test]
fn of_the_demo() {
    let (reference, query) = (reference(), query());
    let mut ways = Vec::new();
    for threads in [1, 2, 4] {
        ways.extend([256, 4_096, 65_536].map(|cells| (threads, cells)));
    }
    assert_same([&reference, &query], "--model logistic", &ways);
}

#[test]
fn of_every_kind_of_model() {
    let (reference, query) = (reference(), query());
    let ways = [(1, 100), (2, 4_096), (4, 333)];
    for kind in ["weighted", "svm", "centroid", "knn", "mlp --epochs 2", "genebert --epochs 1"] {
        assert_same([&reference, &query], &format!("--no-score --model {kind}"), &ways);
    }
}

/// 13,999 cells: several blocks for each thread, and a file whose chunks end within cells.
#[test]
fn of_kang() {
    let Some(kang) = data("data/kang_ifnb.h5ad") else { return };
    let ways = [(1, 256), (2, 4_096), (4, 65_536)];
    assert_same([&kang, &kang], "--model logistic --no-score", &ways);
}
