//! Every score equals scikit-learn's.

use std::fs;
use std::path::PathBuf;

use ferrocyte_core::{LabelSet, Labels, Scores};
use ferrocyte_learn::evaluate::{Answers, F1Scope, Judgement, judge, metrics};
use serde_json::Value;

use crate::npz::read_npz;

/// Both sides sum a few hundred numbers near one in `f64`: 1e-13 apart at most. This is what the project promises.
const TOLERANCE: f64 = 1e-9;

fn assert_near(name: &str, found: Option<f64>, expected: &Value) {
    match (found, expected.as_f64()) {
        (Some(found), Some(expected)) => {
            assert!((found - expected).abs() < TOLERANCE, "{name}: expected {expected}, found {found}");
        }
        (None, None) => assert!(expected.is_null(), "{name}: no such golden number"),
        (found, _) => panic!("{name}: expected {expected}, found {found:?}"),
    }
}

/// Compares every score that `golden` has under the name that it has in the run record.
fn assert_metrics(judgement: &Judgement, golden: &Value, names: &[&str]) {
    let found = serde_json::to_value(judgement.metrics).unwrap();
    for name in names {
        assert_near(name, found[name].as_f64(), &golden[name]);
    }
}

const OF_CALLED: [&str; 6] = ["accuracy", "balanced_accuracy", "f1_macro", "f1_weighted", "mcc", "kappa"];
const OF_PROBABILITIES: [&str; 7] = [
    "log_loss",
    "brier",
    "ece",
    "roc_auc_macro",
    "roc_auc_micro",
    "average_precision_macro",
    "average_precision_micro",
];

fn indices(value: &Value) -> Vec<usize> {
    value.as_array().unwrap().iter().map(|code| code.as_u64().unwrap() as usize).collect()
}

fn calls(value: &Value) -> Vec<Option<usize>> {
    value.as_array().unwrap().iter().map(|code| code.as_u64().map(|code| code as usize)).collect()
}

fn numbered_labels(n_labels: usize, codes: &[usize]) -> Labels {
    Labels::from_codes(LabelSet::new((0..n_labels).map(|code| code.to_string())), codes).unwrap()
}

/// scikit-learn 1.7.2; `tests/golden/small_metrics.py` made it and says what is hard about it.
fn small() -> (Value, Labels, Scores) {
    let golden: Value = serde_json::from_str(include_str!("../golden/small_metrics.json")).unwrap();
    let given = numbered_labels(5, &indices(&golden["given"]));
    let twentieths = golden["twentieths"].as_array().unwrap().iter().flat_map(indices);
    let probabilities = Scores::from_rows(5, twentieths.map(|count| count as f64 / 20.0).collect()).unwrap();
    (golden, given, probabilities)
}

#[test]
fn ties_absent_labels_and_impossible_truths_agree_with_scikit_learn() {
    let (golden, given, probabilities) = small();
    let called = calls(&golden["called"]);
    let answers = Answers::new(&given, &called, Some(&probabilities)).unwrap();
    let judgement = judge(&answers);
    assert_metrics(&judgement, &golden["scores"], &OF_CALLED);
    assert_metrics(&judgement, &golden["scores"], &OF_PROBABILITIES);
    let in_fold = metrics(&answers, F1Scope::Given);
    assert_near("f1_macro_given", Some(in_fold.f1_macro), &golden["scores"]["f1_macro_given"]);
    assert_eq!(serde_json::to_value(&judgement.confusion.counts).unwrap(), golden["scores"]["confusion"]);
    assert_eq!(judgement.per_class.len(), 5);
    for (class, golden) in judgement.per_class.iter().zip(golden["per_class"].as_array().unwrap()) {
        assert_near("precision", Some(class.precision), &golden["precision"]);
        assert_near("recall", Some(class.recall), &golden["recall"]);
        assert_near("f1", Some(class.f1), &golden["f1"]);
        assert_near("support", Some(class.support as f64), &golden["support"]);
        assert_near("roc_auc", class.roc_auc, &golden["roc_auc"]);
        assert_near("average_precision", class.average_precision, &golden["average_precision"]);
    }
}

#[test]
fn cells_without_a_label_agree_with_scikit_learn() {
    let (golden, given, _) = small();
    let golden = &golden["with_unassigned"];
    let called = calls(&golden["called"]);
    let judgement = judge(&Answers::new(&given, &called, None).unwrap());
    assert_metrics(&judgement, golden, &OF_CALLED);
    assert_eq!(judgement.confusion.labels, ["0", "1", "2", "3", "Unassigned"]);
    assert_eq!(serde_json::to_value(&judgement.confusion.counts).unwrap(), golden["confusion"]);
    assert!(judgement.metrics.log_loss.is_none() && judgement.reliability.is_empty());
}

/// scikit-learn 1.7.2 on 400 cells of five labels, from 191 cells to 6.
#[test]
fn four_hundred_cells_agree_with_scikit_learn() {
    let Some(data) = std::env::var_os("FERROCYTE_DATA").map(PathBuf::from) else {
        eprintln!("skipped: FERROCYTE_DATA is not set");
        return;
    };
    let folder = data.join("golden/sklearn");
    let golden: Value =
        serde_json::from_str(&fs::read_to_string(folder.join("metrics.json")).unwrap()).unwrap();
    let input = read_npz(&folder.join("metrics_input.npz"));
    let given = numbered_labels(5, &input["truth"].to_usize());
    let called: Vec<_> = input["predicted"].to_usize().into_iter().map(Some).collect();
    let probabilities = Scores::from_rows(5, input["probability"].to_f64()).unwrap();
    let judgement = judge(&Answers::new(&given, &called, Some(&probabilities)).unwrap());
    assert_metrics(&judgement, &golden, &OF_CALLED);
    let elsewhere = [
        ("log_loss", "log_loss"),
        ("brier", "brier_multiclass_sum"),
        ("ece", "ece_15_equal_width_bins"),
        ("roc_auc_macro", "roc_auc_ovr_macro"),
        ("roc_auc_micro", "roc_auc_micro"),
        ("average_precision_macro", "average_precision_macro"),
        ("average_precision_micro", "average_precision_micro"),
    ];
    let found = serde_json::to_value(judgement.metrics).unwrap();
    for (ours, theirs) in elsewhere {
        assert_near(ours, found[ours].as_f64(), &golden[theirs]);
    }
    for class in &judgement.per_class {
        let golden = &golden["per_class"][&class.label];
        assert_near("precision", Some(class.precision), &golden["precision"]);
        assert_near("recall", Some(class.recall), &golden["recall"]);
        assert_near("f1", Some(class.f1), &golden["f1-score"]);
        assert_near("support", Some(class.support as f64), &golden["support"]);
    }
    assert_eq!(serde_json::to_value(&judgement.confusion.counts).unwrap(), golden["confusion_rows_truth"]);
}
