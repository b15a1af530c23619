//! What is messy in real files: said with counts and examples, with commands that help.

#![allow(clippy::unwrap_used)] // helpers of tests may panic as tests do

mod support;

use std::path::Path;

use support::{Run, json, run};

/// Genes of which the last has no count in any cell.
const GENES: [&str; 14] = [
    "CD3D", "CD3E", "IL7R", "MS4A1", "CD79A", "CD79B", "LYZ", "CD14", "S100A8", "ACTB", "B2M", "GAPDH",
    "RPS6", "XIST",
];

/// Labels in the order of the cells.
fn label(cell: usize) -> &'static str {
    match cell {
        3 => "nan",
        7 => "",
        8 => "NA",
        10 => "unknown",
        11 => "doublet",
        13 => "t cell",
        _ => ["T cell", "B cell", "Monocyte"][cell % 3],
    }
}

/// 40 cells in a table: cell 20 without counts, cells 30 and 31 copies of 0 and 1 under other names, 31 with another
/// label than 1.
fn messy(path: &Path) {
    let mut text = format!("cell\t{}\tdonor\tcell_type\n", GENES.join("\t"));
    for cell in 0..40 {
        let of = match cell {
            30 => 0,
            31 => 1,
            _ => cell,
        };
        let count = |gene: usize| match gene {
            13 => 0,
            _ if cell == 20 => 0,
            _ if gene < 9 && gene / 3 == of % 3 => 12 + (of * 5 + gene * 3) % 7,
            _ => 1 + (of * 7 + gene * 11) % 5 + (of / 8) % 3,
        };
        let counts: Vec<String> = (0..GENES.len()).map(|gene| count(gene).to_string()).collect();
        let label = if cell == 31 { "Monocyte" } else { label(cell) };
        text += &format!("cell_{cell}\t{}\td{}\t{label}\n", counts.join("\t"), cell % 4);
    }
    std::fs::write(path, text).unwrap();
}

fn said(run: &Run, words: &str) {
    assert!(run.stderr.contains(words), "does not say `{words}`:\n{}", run.stderr);
}

#[test]
fn a_messy_reference_is_learnt_aloud() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    messy(&at("messy.tsv"));
    let evaluate = "evaluate {} --label cell_type --folds 3 --json {}";
    let evaluated = run(evaluate, &[&at("messy.tsv"), &at("run.json")]);
    assert_eq!(evaluated.status, 1, "{}", evaluated.stderr);
    said(&evaluated, "note: 3 cells have no entry in column `cell_type` and are left out");
    said(
        &evaluated,
        "warning: column `cell_type`: `doublet`, `unknown` name no kind of cell; 2 cells have them",
    );
    said(&evaluated, "leave them out: --where 'cell_type!=doublet' --where 'cell_type!=unknown'");
    said(&evaluated, "`T cell` (");
    said(&evaluated, "and `t cell` (1 cells) differ only in capitals, blanks or `_`");
    said(
        &evaluated,
        "warning: 2 cells have exactly the counts of another cell, under other names: for example `cell_0` and `cell_30`",
    );
    said(
        &evaluated,
        "identical cells have different labels, once: for example `cell_1` is `B cell` and `cell_31` is `Monocyte`",
    );
    said(&evaluated, "identical cells stand on both sides of a split");
    said(&evaluated, "1 cells have no counts and are left out");
    let record = json(&at("run.json"));
    assert_eq!(record["data"]["genes_without_counts"], 1);
    assert_eq!(record["data"]["genes"], 13);
    assert_eq!(record["data"]["cells_used"], 36);

    let dropped = run(&format!("{evaluate} --drop-copies"), &[&at("messy.tsv"), &at("run.json")]);
    said(&dropped, "2 cells have exactly the counts of an earlier cell and are left out");
    assert!(!dropped.stderr.contains("both sides of a split"), "{}", dropped.stderr);
    assert_eq!(json(&at("run.json"))["data"]["cells_used"], 34);
}

#[test]
fn empty_cells_are_unassigned_with_the_reason() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    messy(&at("messy.tsv"));
    let trained = run("train {} --label cell_type --no-score -o {}", &[&at("messy.tsv"), &at("m.ferrocyte")]);
    assert!(trained.status < 2, "{}", trained.stderr);
    let annotated = run(
        "annotate {} -m {} --truth cell_type -o {} --json {}",
        &[&at("messy.tsv"), &at("m.ferrocyte"), &at("labels.csv"), &at("run.json")],
    );
    assert_eq!(annotated.status, 1, "{}", annotated.stderr);
    said(&annotated, "note: 2 cells have exactly the counts of another cell");
    let labels = std::fs::read_to_string(at("labels.csv")).unwrap();
    let row = labels.lines().find(|line| line.starts_with("cell_20,")).unwrap();
    assert!(row.contains("Unassigned") && row.contains("no counts in this cell"), "{row}");
    // Cells without a truth are labelled and not scored.
    assert_eq!(json(&at("run.json"))["metrics_plain"]["cells"], 37);
    assert_eq!(labels.lines().count(), 41);
}

#[test]
fn inspect_shows_it_all_and_its_commands_work() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    messy(&at("messy cells.tsv"));
    let shown = run("inspect {}", &[&at("messy cells.tsv")]);
    for words in [
        "genes in columns: genes are called like",
        "empty cells: 1 cell without counts",
        "copies: 2 cells with exactly the counts of another cell",
        "cell_type: no kind of cell: `doublet` (1 cell), `unknown` (1 cell)",
        "cell_type: one label in several spellings: `T cell` (",
        "1 without counts",
        "what would help",
        "--drop-copies",
    ] {
        assert!(shown.stdout.contains(words), "does not show `{words}`:\n{}", shown.stdout);
    }
    let shown = run("inspect {} --json", &[&at("messy cells.tsv")]);
    let inspection: serde_json::Value = serde_json::from_str(&shown.stdout).unwrap();
    let inspection = &inspection[0];
    assert_eq!(inspection["way_round"]["genes"], "columns");
    assert_eq!(inspection["empty_cells"], 1);
    assert_eq!(inspection["empty_genes"], 1);
    assert_eq!(inspection["duplicate_cells"]["copies"], 2);
    assert_eq!(inspection["columns"][1]["missing"], 3);
    assert_eq!(inspection["columns"][1]["doubtful"][1]["label"], "unknown");
    let fixes = inspection["fixes"].as_array().unwrap();
    assert_eq!(fixes.len(), 5, "labels, spellings, donor, copies, and all of it: {fixes:?}");

    // What it says is what a shell runs; the last command leaves nothing of it to warn of.
    let program = Path::new(env!("CARGO_BIN_EXE_ferrocyte"));
    for fix in fixes {
        let words = fix["command"].as_str().unwrap().strip_prefix("ferrocyte ").unwrap();
        let line = format!("'{}' {words} --json run.json", program.display());
        let Ok(output) =
            std::process::Command::new("sh").args(["-c", &line]).current_dir(folder.path()).output()
        else {
            eprintln!("skipped: there is no shell");
            return;
        };
        assert!(output.status.code() < Some(2), "{line}: {}", String::from_utf8_lossy(&output.stderr));
        assert!(!fix["why"].as_str().unwrap().is_empty() && !fix["finding"].as_str().unwrap().is_empty());
    }
    let record = json(&at("run.json"));
    let codes: Vec<&str> =
        record["warnings"].as_array().unwrap().iter().map(|w| w["code"].as_str().unwrap()).collect();
    for gone in
        ["doubtful-labels", "labels-spelt-alike", "duplicate-cells", "copies-across-folds", "score-flatters"]
    {
        assert!(!codes.contains(&gone), "{codes:?}");
    }
}

/// Files of one donor each with the same barcodes are different cells; the same cell in two files is a copy.
#[test]
fn copies_are_found_between_files_whatever_the_order_of_genes() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    messy(&at("one.tsv"));
    let text = std::fs::read_to_string(at("one.tsv")).unwrap();
    // The genes backwards, other cells but for one: cell_2 with its counts.
    let mut other = String::new();
    for (line, row) in text.lines().enumerate().take(26) {
        let mut fields: Vec<String> = row.split('\t').map(str::to_owned).collect();
        fields[1..=GENES.len()].reverse();
        if line > 0 && line != 3 {
            fields[3] = (fields[3].parse::<u32>().unwrap() + 3).to_string();
        }
        other += &(fields.join("\t") + "\n");
    }
    std::fs::write(at("two.tsv"), other).unwrap();
    let evaluated = run(
        "evaluate {} {} --label cell_type --where cell_type!=unknown --drop-copies --json {}",
        &[&at("one.tsv"), &at("two.tsv"), &at("run.json")],
    );
    assert!(evaluated.status < 2, "{}", evaluated.stderr);
    let record = json(&at("run.json"));
    let left_out =
        record["warnings"].as_array().unwrap().iter().find(|w| w["code"] == "copies-left-out").unwrap();
    // Two inside the first table, and cell_2 in both; cell_20 has no counts but one in the second.
    assert!(left_out["message"].as_str().unwrap().starts_with("3 cells"), "{left_out}");
}
