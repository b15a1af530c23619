//! `annotate --shard`: the tables of all parts, one below the other, are the table of the whole.

#![allow(clippy::unwrap_used)] // helpers of tests may panic as tests do

mod support;

use std::fs;
use std::path::{Path, PathBuf};

use support::{json, query, reference, run};

fn model(folder: &Path) -> PathBuf {
    let model = folder.join("model.ferrocyte");
    let run = run("train {} --label cell_type --no-score -o {}", &[&reference(), &model]);
    assert!(run.status < 2, "{}", run.stderr);
    model
}

#[test]
fn the_tables_of_all_parts_are_that_of_the_whole() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    let model = model(folder.path());
    let (one, other) = (query(), reference());
    // Blocks of cells are cut wherever a part begins, files too.
    for (files, options) in [
        (vec![one.as_path()], ""),
        (vec![one.as_path()], "--where cell_type!=NK"),
        (vec![one.as_path(), other.as_path()], ""),
    ] {
        let annotate = |output: &Path, more: &str| {
            let names = "{} ".repeat(files.len());
            let paths: Vec<&Path> = files.iter().copied().chain([model.as_path(), output]).collect();
            let run = run(&format!("annotate {names} -m {{}} -o {{}} {options} {more}"), &paths);
            assert!(run.status < 2, "{}", run.stderr);
            fs::read_to_string(output).unwrap()
        };
        let whole = annotate(&at("whole.csv"), "");
        let header = whole.split_inclusive('\n').next().unwrap().to_owned();
        for n in [3, 7] {
            let mut joined = header.clone();
            for part in 1..=n {
                let table = annotate(&at("part.csv"), &format!("--shard {part}/{n} --threads 1"));
                let rows = table.strip_prefix(&header).unwrap();
                assert!(!rows.is_empty(), "part {part} of {n} has cells");
                joined += rows;
            }
            assert_eq!(joined, whole, "{n} parts of {} files {options}", files.len());
        }
    }
}

#[test]
fn a_part_says_that_it_is_one_and_refuses_what_takes_all_cells() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    let model = model(folder.path());
    let annotate = |output: &Path, options: &str, more: &[&Path]| {
        let first = [query(), model.clone(), output.to_owned()];
        let paths: Vec<&Path> = first.iter().map(PathBuf::as_path).chain(more.iter().copied()).collect();
        run(&format!("annotate {{}} -m {{}} -o {{}} --shard 2/3 {options}"), &paths)
    };
    let done = annotate(&at("part.csv"), "--json {}", &[&at("part.json")]);
    assert!(done.status < 2, "{}", done.stderr);
    let record = json(&at("part.json"));
    let choices = record["choices"].as_array().unwrap();
    let shard = choices.iter().find(|choice| choice["setting"] == "shard").unwrap();
    assert!(shard["value"].as_str().unwrap().starts_with("2/3: cells "), "{shard}");
    let rows = fs::read_to_string(at("part.csv")).unwrap().lines().count() - 1;
    assert_eq!(record["data"]["cells_used"], rows);

    for (output, options, what) in [
        ("part.h5ad", "", "an .h5ad output takes all cells"),
        ("no.csv", "--truth cell_type", "a score against known labels takes all cells"),
        ("no.csv", "--explain", "an explanation of labels takes all cells"),
    ] {
        let refused = annotate(&at(output), options, &[]);
        assert_eq!(refused.status, 2, "{}", refused.stderr);
        assert!(refused.stderr.contains(what), "{}", refused.stderr);
        assert!(!at(output).exists());
    }
    let wrong = run("annotate {} -m {} -o {} --shard 4/3", &[&query(), &model, &at("no.csv")]);
    assert_eq!(wrong.status, 2);
    assert!(wrong.stderr.contains("with I from 1 to N, found `4/3`"), "{}", wrong.stderr);
}
