//! Wider names above labels, from columns and from an ontology.

#![allow(clippy::unwrap_used)] // helpers of tests may panic as tests do

mod support;

use std::fmt::Write;
use std::path::{Path, PathBuf};

use support::{json, run};

const GENES: [&str; 13] = [
    "CD3D", "CD3E", "IL7R", "MS4A1", "CD79A", "CD79B", "LYZ", "CD14", "S100A8", "ACTB", "B2M", "GAPDH",
    "CD8A",
];

/// Two kinds of T cells that hardly anything tells apart, B cells, monocytes. `by_hand` is a wider name that one cell has
/// wrong; `id` is an identifier of the ontology of the tests, and one that it does not know.
fn table(path: &Path) {
    cells_from(0, path);
}

/// As many cells, other ones for another `first`.
fn cells_from(first: usize, path: &Path) {
    let mut text = format!("cell\t{}\tby_hand\tid\tcell_type\n", GENES.join("\t"));
    for cell in first..first + 80 {
        let label = ["CD4 T cell", "CD8 T cell", "B cell", "Monocyte"][cell % 4];
        let kind = (cell % 4).saturating_sub(1);
        let count = |gene: usize| match gene {
            12 => usize::from(label == "CD8 T cell" && cell % 3 == 0),
            _ if gene < 9 && gene / 3 == kind => 12 + (cell * 5 + gene * 3) % 7,
            _ => 1 + (cell * 7 + gene * 11) % 5,
        };
        let counts: Vec<String> = (0..GENES.len()).map(|gene| count(gene).to_string()).collect();
        let wider = match kind {
            0 if cell != 5 => "T",
            1 => "B",
            _ => "Myeloid",
        };
        let id = ["XX:0000005", "XX:0000004", "XX:0000008", "XX:0000099"][cell % 4];
        writeln!(text, "cell_{cell}\t{}\t{wider}\t{id}\t{label}", counts.join("\t")).unwrap();
    }
    std::fs::write(path, text).unwrap();
}

fn ontology() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../ferrocyte-io/tests/fixtures/few_cells.obo")
}

fn warned<'a>(record: &'a serde_json::Value, code: &str) -> Option<&'a str> {
    let found = record["warnings"].as_array()?.iter().find(|warning| warning["code"] == code)?;
    found["message"].as_str()
}

#[test]
fn cells_that_are_sure_of_a_wider_name_only_get_that() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    table(&at("cells.tsv"));
    let trained = run(
        "train {} --levels by_hand,cell_type --folds 4 -o {} --json {}",
        &[&at("cells.tsv"), &at("m.ferrocyte"), &at("train.json")],
    );
    assert_eq!(trained.status, 1, "{}", trained.stderr);
    let record = json(&at("train.json"));
    assert_eq!(record["data"]["label_column"], "cell_type", "the last level has the labels");
    let words = warned(&record, "levels-not-a-tree").unwrap();
    assert!(words.contains("`CD8 T cell` under `T` (19 cells) and `Myeloid` (1 cells)"), "{words}");
    let found = &record["hierarchy"];
    let levels = found["levels"].as_array().unwrap();
    assert_eq!((&levels[0]["level"], &levels[0]["names"]), (&"by_hand".into(), &3.into()));
    assert!(levels[0]["accuracy"].as_f64() > levels[1]["accuracy"].as_f64(), "{levels:?}");
    assert!(
        found["flat"]["f1"].as_f64() > record["metrics_plain"]["accuracy"].as_f64(),
        "partly right counts"
    );

    cells_from(1000, &at("new.tsv"));
    let annotated = run(
        "annotate {} -m {} -o {} --back-off 0.8 --json {}",
        &[&at("new.tsv"), &at("m.ferrocyte"), &at("out.csv"), &at("annotate.json")],
    );
    assert!(annotated.status < 2, "{}", annotated.stderr);
    let text = std::fs::read_to_string(at("out.csv")).unwrap();
    let mut rows = text.lines().map(|line| line.split(',').collect::<Vec<_>>());
    let header = rows.next().unwrap();
    let column = |name: &str| header.iter().position(|found| *found == name).unwrap();
    let (label, wider, sure) =
        (column("predicted_labels"), column("backed_off_label"), column("backed_off_score"));
    let (coarse, fine) = (column("predicted_by_hand"), column("predicted_cell_type"));
    let mut backed_off = 0;
    for row in rows {
        assert!(row[wider] == "Unassigned" || row[sure].parse::<f64>().unwrap() >= 0.8, "{row:?}");
        assert_eq!(row[fine], row[label], "the most probable name of the last level is the label");
        if row[wider] != row[label] && row[wider] != "Unassigned" {
            assert_eq!(row[wider], row[coarse], "{row:?}");
            backed_off += 1;
        }
    }
    assert!(backed_off > 0, "kinds of T cells cannot be told apart");
    assert!(
        warned(&json(&at("annotate.json")), "backed-off")
            .unwrap()
            .starts_with(&format!("{backed_off} cells"))
    );
}

#[test]
fn an_ontology_says_what_is_above_labels() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    table(&at("cells.tsv"));
    let (cells, obo) = (at("cells.tsv"), ontology());
    let by_name = run(
        "evaluate {} --label cell_type --folds 4 --ontology {} --json {} --report {}",
        &[&cells, &obo, &at("name.json"), &at("name.html")],
    );
    assert_eq!(by_name.status, 1, "{}", by_name.stderr);
    assert!(by_name.stdout.contains("with wider names (ontology few_cells.obo)"), "{}", by_name.stdout);
    let record = json(&at("name.json"));
    let words = warned(&record, "labels-not-in-ontology").unwrap();
    assert_eq!(words, "1 of 4 labels are not in the ontology and have no wider names: `Monocyte`");
    assert!(std::fs::read_to_string(at("name.html")).unwrap().contains("With wider names"));
    // The same by identifiers, whatever the labels are called.
    let by_id = run(
        "evaluate {} --label cell_type --folds 4 --ontology {} --ontology-ids id --json {}",
        &[&cells, &obo, &at("id.json")],
    );
    assert_eq!(by_id.status, 1, "{}", by_id.stderr);
    assert_eq!(json(&at("id.json"))["hierarchy"], record["hierarchy"]);

    // A circle is named, and the flat scores are as they would be.
    let circle = std::fs::read_to_string(&obo).unwrap().replace(
        "name: lymphoid cell\nis_a: XX:0000001 ! blood cell",
        "name: lymphoid cell\nis_a: XX:0000003 ! T cell",
    );
    std::fs::write(at("circle.obo"), circle).unwrap();
    let round = run(
        "evaluate {} --label cell_type --folds 4 --ontology {} --json {}",
        &[&cells, &at("circle.obo"), &at("circle.json")],
    );
    assert_eq!(round.status, 1, "{}", round.stderr);
    let found = json(&at("circle.json"));
    assert!(warned(&found, "ontology-circle").unwrap().contains("`T cell` (XX:0000003)"));
    assert!(found["hierarchy"].is_null());
    assert_eq!(found["metrics"], record["metrics"]);
}

#[test]
fn what_has_no_wider_names_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    table(&at("cells.tsv"));
    let cells = at("cells.tsv");
    let train = "train {} --label cell_type --no-score -o {}";
    assert!(run(train, &[&cells, &at("flat.ferrocyte")]).status < 2);
    for (words, expected) in
        [("--back-off 0.8", "no wider names above its labels"), ("--back-off 0.3", "above 0.5 and at most 1")]
    {
        let line = format!("annotate {{}} -m {{}} -o {{}} {words}");
        let ended = run(&line, &[&cells, &at("flat.ferrocyte"), &at("out.csv")]);
        assert_eq!(ended.status, 2);
        assert!(ended.stderr.contains(expected) && !at("out.csv").exists(), "{}", ended.stderr);
    }
    for (words, expected) in [
        ("--levels cell_type", "two or more levels"),
        ("--levels by_hand,by_hand,cell_type", "`by_hand` is named twice"),
        ("--levels by_hand,cell_type --label id", "as the last and narrowest level, found `cell_type`"),
        ("--levels nothing,cell_type", "`nothing`"),
        ("--ontology-ids id --label cell_type", "--ontology"),
        ("--ontology nowhere.obo --label cell_type", "nowhere.obo"),
    ] {
        let ended = run(&format!("evaluate {{}} {words}"), &[&cells]);
        assert_eq!(ended.status, 2, "{words}");
        assert!(ended.stderr.contains(expected), "{words}: {}", ended.stderr);
    }
    let ended = run("evaluate {} --label cell_type --ontology {}", &[&cells, &cells]);
    assert!(ended.status == 2 && ended.stderr.contains("`[Term]` stanzas, found none"), "{}", ended.stderr);
}
