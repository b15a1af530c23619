//! Doubtful labels, as a user sees them.
#![allow(clippy::unwrap_used)]

mod support;

use support::{json, reference, run};

const EVALUATE: &str = "evaluate {} --label cell_type --library-size n_counts_all_genes --folds 3";

#[test]
fn doubtful_labels_are_counted_listed_and_written_the_same_each_time() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    let line = format!("{EVALUATE} --label-noise-table {{}} --json {{}} --report {{}}");
    let mut tables = Vec::new();
    for threads in ["1", "2"] {
        let (table, record, report) = (at("doubtful.csv"), at("run.json"), at("report.html"));
        let evaluated =
            run(&format!("{line} --threads {threads}"), &[&reference(), &table, &record, &report]);
        assert!(evaluated.status < 2, "{}", evaluated.stderr);
        assert!(evaluated.stdout.contains("doubtful labels: "), "{}", evaluated.stdout);
        assert!(std::fs::read_to_string(report).unwrap().contains("id=\"doubtful\""));
        let text = std::fs::read_to_string(table).unwrap();
        assert!(
            text.starts_with("cell_id,given_label,suggested_label,probability_given,probability_suggested\n"),
            "{text}"
        );
        let noise = &json(&record)["label_noise"];
        let doubtful = noise["doubtful"].as_u64().unwrap() as usize;
        assert!(doubtful > 0, "some labels of these cells are hard to tell apart");
        assert_eq!(text.lines().count(), 1 + doubtful, "one row for each");
        assert_eq!(noise["worst"].as_array().unwrap().len(), doubtful.min(100));
        let of_pairs: u64 =
            noise["pairs"].as_array().unwrap().iter().map(|pair| pair["cells"].as_u64().unwrap()).sum();
        assert_eq!(of_pairs as usize, doubtful, "each is of one pair");
        tables.push(text);
    }
    assert_eq!(tables[0], tables[1], "threads change the list");
}

#[test]
fn without_the_flag_nothing_is_said_and_a_bad_name_is_refused_before_training() {
    let folder = tempfile::tempdir().unwrap();
    let record = folder.path().join("run.json");
    let evaluated = run(&format!("{EVALUATE} --json {{}}"), &[&reference(), &record]);
    assert!(!evaluated.stdout.contains("doubtful"), "{}", evaluated.stdout);
    assert!(json(&record).get("label_noise").is_none());
    let table = folder.path().join("doubtful.xlsx");
    let refused = run(&format!("{EVALUATE} --label-noise-table {{}}"), &[&reference(), &table]);
    assert_eq!(refused.status, 2);
    assert!(refused.stderr.contains("the name must end in `.csv`"), "{}", refused.stderr);
}

/// Each label is a group of its own: no model ever saw the label of the cells that it is held against.
#[test]
fn labels_that_no_model_could_know_are_counted_and_not_doubted() {
    let folder = tempfile::tempdir().unwrap();
    let record = folder.path().join("run.json");
    let line = "evaluate {} --label cell_type --group cell_type --leave-one-out --library-size n_counts_all_genes \
                --label-noise --json {}";
    let evaluated = run(line, &[&reference(), &record]);
    assert!(evaluated.status < 2, "{}", evaluated.stderr);
    assert!(evaluated.stderr.contains("the labels of 560 cells cannot be doubted"), "{}", evaluated.stderr);
    let noise = &json(&record)["label_noise"];
    assert_eq!(
        (&noise["cells"], &noise["not_judged"], &noise["doubtful"]),
        (&0.into(), &560.into(), &0.into())
    );
}
