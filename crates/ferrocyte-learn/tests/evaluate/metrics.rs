//! Scores where little is defined, and what holds for all of them.

use ferrocyte_core::{LabelSet, Labels, Metrics, Scores};
use ferrocyte_learn::evaluate::{Answers, F1Scope, RELIABILITY_BINS, fold_mean, judge, metrics};
use proptest::prelude::*;

fn labels(n_labels: usize, codes: &[usize]) -> Labels {
    Labels::from_codes(LabelSet::new((0..n_labels).map(|code| format!("{code:02}"))), codes).unwrap()
}

#[test]
fn one_label_only_leaves_agreement_undefined() {
    let given = labels(1, &[0, 0, 0]);
    let probabilities = Scores::from_rows(1, vec![1.0, 1.0, 0.5]).unwrap();
    let called = [Some(0), Some(0), None];
    let found = judge(&Answers::new(&given, &called, Some(&probabilities)).unwrap());
    assert_eq!(found.metrics.accuracy, 2.0 / 3.0);
    assert_eq!((found.metrics.mcc, found.metrics.kappa), (None, None));
    assert_eq!((found.metrics.roc_auc_macro, found.metrics.roc_auc_micro), (None, None));
    assert_eq!(found.metrics.average_precision_macro, Some(1.0)); // every precision is one
    assert!((found.metrics.log_loss.unwrap() - 2.0_f64.ln() / 3.0).abs() < 1e-12);
}

#[test]
fn a_constant_call_carries_no_information() {
    let given = labels(2, &[0, 1, 1, 1]);
    for constant in [Some(1), None] {
        let found = metrics(&Answers::new(&given, &[constant; 4], None).unwrap(), F1Scope::GivenOrCalled);
        assert_eq!((found.mcc, found.kappa), (Some(0.0), Some(0.0)));
    }
    let found = metrics(&Answers::new(&given, &[None; 4], None).unwrap(), F1Scope::GivenOrCalled);
    assert_eq!((found.accuracy, found.balanced_accuracy, found.f1_macro), (0.0, 0.0, 0.0));
}

#[test]
fn an_impossible_truth_costs_one_machine_epsilon() {
    let given = labels(2, &[0]);
    let probabilities = Scores::from_rows(2, vec![0.0, 1.0]).unwrap();
    let found = judge(&Answers::new(&given, &[Some(1)], Some(&probabilities)).unwrap());
    assert_eq!(found.metrics.log_loss, Some(-f64::EPSILON.ln()));
    assert_eq!((found.metrics.brier, found.metrics.ece), (Some(2.0), Some(1.0)));
    assert_eq!((found.metrics.roc_auc_micro, found.metrics.average_precision_micro), (Some(0.0), Some(0.5)));
}

#[test]
fn labels_that_nobody_has_are_not_listed() {
    let given = labels(4, &[0, 2, 2]);
    let found = judge(&Answers::new(&given, &[Some(0), Some(3), None], None).unwrap());
    let listed: Vec<_> = found.per_class.iter().map(|class| class.label.as_str()).collect();
    assert_eq!(listed, ["00", "02", "03"]);
    assert_eq!(found.confusion.labels, ["00", "02", "03", "Unassigned"]);
    assert_eq!(found.confusion.counts, [[1, 0, 0, 0], [0, 0, 1, 1], [0, 0, 0, 0], [0, 0, 0, 0]]);
    assert_eq!(found.metrics.f1_macro, 1.0 / 3.0);
}

#[test]
fn a_label_called_unassigned_is_not_the_lack_of_one() {
    let given = Labels::from_names(&["B", "Unassigned"]);
    let found = judge(&Answers::new(&given, &[None, None], None).unwrap());
    assert_eq!(found.confusion.labels, ["B", "Unassigned", "no label"]);
    assert_eq!(found.confusion.counts, [[0, 0, 1], [0, 0, 1], [0, 0, 0]]);
    assert_eq!(found.metrics.accuracy, 0.0);
}

#[test]
fn the_mean_is_over_the_folds_that_define_a_score() {
    let given = labels(2, &[0, 1]);
    let both = metrics(&Answers::new(&given, &[Some(0), Some(1)], None).unwrap(), F1Scope::Given);
    let given = labels(2, &[0]);
    let one = metrics(&Answers::new(&given, &[Some(1)], None).unwrap(), F1Scope::Given);
    let mean = fold_mean(&[both, one]).unwrap();
    assert_eq!((mean.cells, mean.accuracy, mean.f1_macro), (3, 0.5, 0.5));
    assert_eq!((mean.mcc, mean.kappa, mean.log_loss), (Some(1.0), Some(1.0), None));
    assert_eq!(fold_mean(&[]), None);
}

/// Some cells with any labels, calls and probabilities in steps of an eighth, so that many are tied.
fn any_answers() -> impl Strategy<Value = (Labels, Vec<Option<usize>>, Scores)> {
    (1_usize..6, 1_usize..30).prop_flat_map(|(n_labels, n_cells)| {
        let codes = prop::collection::vec(0..n_labels, n_cells);
        let called = prop::collection::vec(prop::option::of(0..n_labels), n_cells);
        let eighths = prop::collection::vec(0_u8..=8, n_cells * n_labels);
        (codes, called, eighths).prop_map(move |(codes, called, eighths)| {
            let values = eighths.into_iter().map(|eighth| f64::from(eighth) / 8.0).collect();
            (labels(n_labels, &codes), called, Scores::from_rows(n_labels, values).unwrap())
        })
    })
}

/// The definition, pair by pair.
fn area_by_pairs(given: &Labels, scores: &Scores, label: usize) -> Option<f64> {
    let of = |positive: bool| -> Vec<f64> {
        let cells = (0..given.len()).filter(|&cell| (given.code(cell) == label) == positive);
        cells.map(|cell| scores.row(cell)[label]).collect()
    };
    let (positives, negatives) = (of(true), of(false));
    let won =
        |above: f64, below: f64| if above > below { 1.0 } else { f64::from(u8::from(above == below)) / 2.0 };
    let sum: f64 =
        positives.iter().flat_map(|&above| negatives.iter().map(move |&below| won(above, below))).sum();
    let pairs = positives.len() * negatives.len();
    (pairs > 0).then(|| sum / pairs as f64)
}

fn values(metrics: &Metrics) -> Vec<f64> {
    let all = serde_json::to_value(metrics).unwrap();
    all.as_object().unwrap().values().filter_map(serde_json::Value::as_f64).collect()
}

proptest! {
    #[test]
    fn every_score_is_a_number_in_its_range((given, called, scores) in any_answers()) {
        let found = judge(&Answers::new(&given, &called, Some(&scores)).unwrap());
        let m = found.metrics;
        prop_assert!(values(&m).iter().all(|value| value.is_finite()), "{m:?}");
        let shares = [Some(m.accuracy), Some(m.balanced_accuracy), Some(m.f1_macro), Some(m.f1_weighted), m.ece,
            m.roc_auc_macro, m.roc_auc_micro, m.average_precision_macro, m.average_precision_micro];
        for share in shares.into_iter().flatten() {
            prop_assert!((0.0..=1.0 + 1e-12).contains(&share), "{m:?}");
        }
        for agreement in [m.mcc, m.kappa].into_iter().flatten() {
            prop_assert!((-1.0 - 1e-12..=1.0 + 1e-12).contains(&agreement), "{m:?}");
        }
        let cells: u64 = found.confusion.counts.iter().flatten().sum();
        prop_assert_eq!(cells as usize, given.len());
        prop_assert_eq!(found.reliability.len(), RELIABILITY_BINS);
        prop_assert_eq!(found.reliability.iter().map(|bin| bin.cells).sum::<usize>(), given.len());
    }

    #[test]
    fn areas_are_what_their_definition_says((given, called, scores) in any_answers()) {
        for class in judge(&Answers::new(&given, &called, Some(&scores)).unwrap()).per_class {
            let expected = area_by_pairs(&given, &scores, given.set().code(&class.label).unwrap());
            prop_assert_eq!(class.roc_auc.is_some(), expected.is_some());
            let (found, expected) = (class.roc_auc.unwrap_or(0.0), expected.unwrap_or(0.0));
            prop_assert!((found - expected).abs() < 1e-12, "expected {expected}, found {found}");
        }
    }

    #[test]
    fn the_order_of_cells_does_not_matter((given, called, scores) in any_answers()) {
        let one = judge(&Answers::new(&given, &called, Some(&scores)).unwrap());
        let reversed: Vec<usize> = (0..given.len()).rev().collect();
        let rows = reversed.iter().flat_map(|&cell| scores.row(cell)).copied().collect();
        let scores = Scores::from_rows(scores.n_labels(), rows).unwrap();
        let called: Vec<_> = reversed.iter().map(|&cell| called[cell]).collect();
        let other = judge(&Answers::new(&given.select(&reversed), &called, Some(&scores)).unwrap());
        prop_assert_eq!(&one.confusion, &other.confusion);
        prop_assert_eq!(&one.per_class, &other.per_class);
        for (one, other) in values(&one.metrics).into_iter().zip(values(&other.metrics)) {
            prop_assert!((one - other).abs() < 1e-12); // sums in another order
        }
    }
}
