//! Several kinds of models as one: what is written beside each label.

#![allow(clippy::unwrap_used)] // helpers of tests may panic as tests do

mod support;

use support::{json, query, reference, run};

#[test]
fn how_many_members_gave_the_label_stands_beside_it() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    let train =
        "train {} --label cell_type --model ensemble --models weighted,centroid,knn --no-score -o {} --quiet";
    let trained = run(train, &[&reference(), &at("model.ferrocyte")]);
    assert!(trained.status < 2, "{}", trained.stderr);
    let annotate = "annotate {} -m {} -o {} --json {} --quiet";
    let annotated = run(annotate, &[&query(), &at("model.ferrocyte"), &at("labels.csv"), &at("record.json")]);
    assert!(annotated.status < 2, "{}", annotated.stderr);

    let table = std::fs::read_to_string(at("labels.csv")).unwrap();
    let mut lines = table.lines().map(|line| line.split(',').collect::<Vec<_>>());
    let header = lines.next().unwrap();
    assert_eq!(
        header,
        ["cell_id", "predicted_labels", "conf_score", "runner_up", "model_agreement", "ferrocyte_note"]
    );
    let mut unanimous = 0;
    for line in lines {
        match (line[1], line[4]) {
            ("Unassigned", agreement) => assert_eq!(agreement, "", "nothing to agree on"),
            (_, "1.0") => unanimous += 1,
            (_, agreement) => {
                let share: f64 = agreement.parse().unwrap();
                assert!((0.0..1.0).contains(&share) && ((share * 3.0).round() / 3.0 - share).abs() < 1e-6);
            }
        }
    }
    assert!(unanimous > 0);
    assert_eq!(json(&at("record.json"))["predictions"]["unanimous"], unanimous);
}
