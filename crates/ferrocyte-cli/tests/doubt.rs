//! What stands beside a label that may be wrong: an unknown score, and a set of labels.

#![allow(clippy::unwrap_used)] // helpers of tests may panic as tests do

mod support;

use std::path::Path;

use support::{json, query, reference, run};

/// The table of labels: header, and rows by name of the column.
fn table(path: &Path) -> (Vec<String>, Vec<Vec<String>>) {
    let text = std::fs::read_to_string(path).unwrap();
    let mut lines = text.lines().map(|line| line.split(',').map(str::to_owned).collect::<Vec<_>>());
    (lines.next().unwrap(), lines.collect())
}

#[test]
fn strangers_lose_their_label_and_sets_hold_the_right_one() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    let train = "train {} --label cell_type -o {} --coverage 0.9 --json {} --quiet";
    let trained = run(train, &[&reference(), &at("model.ferrocyte"), &at("train.json")]);
    assert!(trained.status < 2, "{}", trained.stderr);
    let conformal = &json(&at("train.json"))["conformal"];
    assert_eq!(conformal["target"], 0.9);
    let coverage = conformal["coverage"].as_f64().unwrap();
    assert!((0.85..=0.95).contains(&coverage), "{coverage}");

    let annotate =
        "annotate {} -m {} -o {} --truth cell_type --coverage 0.9 --reject-unknown=0.2 --json {} --quiet";
    let paths = [&query(), &at("model.ferrocyte"), &at("labels.csv"), &at("record.json")];
    let annotated = run(annotate, &paths.map(std::path::PathBuf::as_path));
    assert!(annotated.status < 2, "{}", annotated.stderr);
    let (header, rows) = table(&at("labels.csv"));
    assert_eq!(
        header,
        [
            "cell_id",
            "predicted_labels",
            "conf_score",
            "runner_up",
            "unknown_score",
            "prediction_set",
            "ferrocyte_note"
        ]
    );
    let mut rejected = 0;
    for row in &rows {
        let [_, label, _, _, unknown, set, note] = row.as_slice() else { panic!("{row:?}") };
        let strange = unknown.parse::<f64>().unwrap() > 0.8;
        assert_eq!(label == "Unassigned", strange, "{row:?}");
        if strange {
            rejected += 1;
            assert_eq!((note.as_str(), set.as_str()), ("like no label that the model was trained on", ""));
        } else if !set.is_empty() && set.split('|').any(|name| name == label) {
            assert_eq!(set.split('|').next(), Some(label.as_str()), "the most probable first");
        }
    }
    assert!(rejected > 0 && rejected < rows.len() / 2, "{rejected} of {}", rows.len());
    let predictions = &json(&at("record.json"))["predictions"];
    let sizes: Vec<u64> =
        predictions["set_sizes"].as_array().unwrap().iter().filter_map(serde_json::Value::as_u64).collect();
    assert_eq!(sizes.iter().sum::<u64>(), (rows.len() - rejected) as u64);
    assert_eq!(predictions["unassigned"][0]["cells"], rejected as u64);
}

#[test]
fn labels_that_are_left_out_stand_out() {
    let folder = tempfile::tempdir().unwrap();
    let record = folder.path().join("record.json");
    let evaluate = "evaluate {} --label cell_type --folds 3 --unknown --json {} --quiet";
    let evaluated = run(evaluate, &[&reference(), &record]);
    assert!(evaluated.status < 2, "{}", evaluated.stderr);
    let unknown = &json(&record)["unknown"];
    let classes = unknown["classes"].as_array().unwrap();
    assert_eq!(unknown["trainings"], 3 * classes.len());
    for class in classes {
        for area in ["auroc", "auroc_max_probability"] {
            assert!((0.0..=1.0).contains(&class[area].as_f64().unwrap()), "{class}");
        }
    }
    assert!(unknown["auroc"].as_f64().unwrap() > 0.7, "{unknown}");
    assert!(unknown["known_lost"].as_f64().unwrap() < 0.1, "{unknown}");
}

#[test]
fn a_model_without_held_out_cells_says_what_is_missing() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    let train = "train {} --label cell_type --no-score -o {} --quiet";
    assert!(run(train, &[&reference(), &at("model.ferrocyte")]).status < 2);
    for (options, expected) in [
        ("--reject-unknown", "train it again, without --no-score"),
        ("--coverage 0.9", "train it again, without --no-score"),
        ("--coverage 1", "expected a coverage of prediction sets from 0.5 to 0.99, found 1"),
        (
            "--reject-unknown=0",
            "expected a share of known cells that may be lost above 0 and below 1, found 0",
        ),
    ] {
        let line = format!("annotate {{}} -m {{}} -o {{}} {options}");
        let refused = run(&line, &[&query(), &at("model.ferrocyte"), &at("labels.csv")]);
        assert_eq!(refused.status, 2, "{options}: {}", refused.stderr);
        assert!(refused.stderr.contains(expected), "{options}: {}", refused.stderr);
        assert!(!at("labels.csv").exists());
    }
    let evaluate = "evaluate {} --label cell_type --coverage 0.3";
    let refused = run(evaluate, &[&reference()]);
    assert!(refused.stderr.contains("from 0.5 to 0.99, found 0.3"), "{}", refused.stderr);
}

#[test]
fn sets_for_groups_need_groups_and_too_few_cells_are_named() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    let train = "train {} --label cell_type --coverage 0.99 -o {} --json {} --quiet";
    let trained = run(train, &[&reference(), &at("model.ferrocyte"), &at("train.json")]);
    assert!(trained.status < 2, "{}", trained.stderr);
    let warnings = json(&at("train.json"))["warnings"].to_string();
    assert!(warnings.contains("need 99 held-out cells of a label"), "{warnings}");
    let annotate = "annotate {} -m {} -o {} --coverage 0.9 --coverage-in-groups";
    let refused = run(annotate, &[&query(), &at("model.ferrocyte"), &at("labels.csv")]);
    assert!(refused.stderr.contains("the model was trained without groups"), "{}", refused.stderr);
}
