//! Networks on the command line: their settings, and trainings that are broken off.

#![allow(clippy::unwrap_used)] // helpers of tests may panic as tests do

mod support;

use std::time::Duration;

use support::{command, json, query, reference, run};

const SMALL: &str = "--model genebert --dim 16 --heads 2 --layers 1 --learning-rate 0.003 --quiet";

#[test]
fn a_network_is_scored_trained_and_used() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    for (kind, settings) in [("genebert", SMALL), ("mlp", "--model mlp --hidden 16 --learning-rate 0.003")] {
        let (model, record) = (at(&format!("{kind}.ferrocyte")), at("record.json"));
        let line =
            format!("train {{}} --label cell_type {settings} --epochs 30 --folds 2 -o {{}} --json {{}}");
        let trained = run(&line, &[&reference(), &model, &record]);
        assert!(trained.status < 2, "{}", trained.stderr);
        let record = json(&record);
        assert_eq!(record["model"]["kind"], kind);
        assert!(record["metrics_plain"]["accuracy"].as_f64().unwrap() > 0.7, "{}", record["metrics_plain"]);
        let curves: Vec<&str> = record["training"]["curves"]
            .as_array()
            .unwrap()
            .iter()
            .map(|curve| curve["name"].as_str().unwrap())
            .collect();
        let expected = [
            "training loss",
            "validation loss",
            "validation accuracy",
            "validation macro F1",
            "learning rate",
        ];
        assert_eq!(curves, expected);
        let epochs = record["choices"].as_array().unwrap().iter().find(|c| c["setting"] == "epochs").unwrap();
        assert_eq!((&epochs["value"], &epochs["origin"]), (&"30".into(), &"flag".into()));
        assert!(!at(&format!("{kind}.ferrocyte.checkpoint")).exists(), "what is done is cleared away");

        let labels = at("labels.csv");
        let annotated = run("annotate {} -m {} -o {} --quiet", &[&query(), &model, &labels]);
        assert!(annotated.status < 2, "{}", annotated.stderr);
        assert!(std::fs::read_to_string(&labels).unwrap().lines().count() > 100);
        assert_eq!(run("model verify {}", &[&model]).status, 0);
    }
}

#[test]
fn a_killed_training_goes_on_to_the_same_bytes() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    let line = format!("train {{}} --label cell_type {SMALL} --epochs 200 --no-score -o {{}}");
    let (whole, broken) = (at("whole.ferrocyte"), at("broken.ferrocyte"));
    let trained = run(&line, &[&reference(), &whole]);
    assert!(trained.status < 2, "{}", trained.stderr);

    let checkpoint = at("broken.ferrocyte.checkpoint");
    // On a busy machine the training may be over before it can be killed; then once more.
    for _ in 0..20 {
        let _ = std::fs::remove_file(&broken);
        let mut child = command(&line, &[&reference(), &broken]).spawn().unwrap();
        while !checkpoint.exists() && child.try_wait().unwrap().is_none() {
            std::thread::sleep(Duration::from_millis(1));
        }
        child.kill().unwrap();
        child.wait().unwrap();
        if !broken.exists() {
            break;
        }
    }
    assert!(checkpoint.exists() && !broken.exists(), "killed after an epoch and before the end");

    // Another seed is another training.
    let other = run(&format!("{line} --resume --seed 5"), &[&reference(), &broken]);
    assert_eq!(other.status, 2);
    assert!(other.stderr.contains("is of a training with another"), "{}", other.stderr);

    let resumed = run(&format!("{line} --resume"), &[&reference(), &broken]);
    assert!(resumed.status < 2, "{}", resumed.stderr);
    assert_eq!(std::fs::read(&broken).unwrap(), std::fs::read(&whole).unwrap());
    assert!(!checkpoint.exists());

    let nothing = run(&format!("{line} --resume"), &[&reference(), &broken]);
    assert_eq!(nothing.status, 2);
    assert!(nothing.stderr.contains("leave out --resume to begin"), "{}", nothing.stderr);
}

#[test]
fn settings_of_another_kind_and_settings_that_disagree_are_refused_by_name() {
    let folder = tempfile::tempdir().unwrap();
    let output = folder.path().join("model.ferrocyte");
    for (settings, expected) in [
        ("--epochs 3", "a model of kind `weighted` has no setting `epochs`"),
        ("--model logistic --markers 9", "a model of kind `logistic` has no setting `markers`"),
        ("--markers 0", "setting `markers` must be at least 1, found 0"),
        ("--exponent -1", "setting `exponent` must be from 0 to 4, found -1"),
        ("--model svm --l2 2", "a model of kind `svm` has no setting `l2`"),
        ("--model svm --c 0", "setting `c` must be from 0.000001 to 1000000, found 0"),
        ("--model logistic --l1 1.5", "setting `l1` must be from 0 to 1, found 1.5"),
        ("--model genebert --l2 2", "a model of kind `genebert` has no setting `l2`"),
        ("--model mlp --heads 2", "a model of kind `mlp` has no setting `heads`"),
        ("--model genebert --dim 30", "setting `heads` must be a divisor of `dim`, found 4"),
        ("--model genebert --dropout 1", "setting `dropout` must be at least 0 and below 1, found 1"),
        ("--resume", "a model of kind `weighted` is trained in one go"),
    ] {
        let line = format!("train {{}} --label cell_type {settings} --no-score -o {{}}");
        let refused = run(&line, &[&reference(), &output]);
        assert_eq!(refused.status, 2, "{settings}");
        assert!(refused.stderr.contains(expected), "{settings}: {}", refused.stderr);
        assert!(!output.exists());
    }
}

#[test]
fn only_genebert_is_trained_on_a_gpu_and_only_where_it_was_built_in() {
    let folder = tempfile::tempdir().unwrap();
    let model = folder.path().join("model.ferrocyte");
    let refused = |settings: &str| {
        let line = format!("train {{}} --label cell_type --no-score {settings} --device gpu -o {{}}");
        let refused = run(&line, &[&reference(), &model]);
        assert_eq!(refused.status, 2, "{}", refused.stderr);
        assert!(!model.exists());
        refused.stderr
    };
    assert!(refused("--model mlp").contains("only models of kind `genebert`"));
    #[cfg(not(feature = "gpu"))]
    assert!(refused("--model genebert").contains("--features gpu"));
}

/// Most machines have no GPU. There the program says so and ends as it does for what else was asked wrongly; elsewhere it trains.
#[cfg(feature = "gpu")]
#[test]
fn without_a_gpu_it_says_what_trains_instead() {
    let folder = tempfile::tempdir().unwrap();
    let model = folder.path().join("model.ferrocyte");
    let line = "train {} --label cell_type --no-score --model genebert --epochs 1 --device gpu -o {}";
    let outcome = run(line, &[&reference(), &model]);
    if outcome.status == 0 {
        assert!(model.exists());
    } else {
        assert_eq!(outcome.status, 2, "{}", outcome.stderr);
        assert!(outcome.stderr.contains("`--device cpu` trains on the processor"), "{}", outcome.stderr);
        assert!(!model.exists());
    }
}
