//! Everything there is to say of a classifier's answers.

use ferrocyte_core::{ClassRecord, Confusion, Metrics, ReliabilityBin};

use super::answers::Answers;
use super::metric::{self, F1Scope, Ranking, Tally};

/// Everything there is to say of a classifier's answers, as the run record has it.
#[derive(Debug, Clone, PartialEq)]
pub struct Judgement {
    /// Scores over all cells; macro F1 over the labels that some cell was given or called.
    pub metrics: Metrics,
    /// Scores of each label that some cell was given or called, in label order.
    pub per_class: Vec<ClassRecord>,
    /// Who was taken for whom, over the same labels; [`UNASSIGNED`](ferrocyte_core::UNASSIGNED) last, where cells got no
    /// label.
    pub confusion: Confusion,
    /// Confidence against how often it was right; empty without probabilities.
    pub reliability: Vec<ReliabilityBin>,
}

/// Judges answers in every way there is.
///
/// # Examples
/// ```
/// use ferrocyte_core::Labels;
/// use ferrocyte_learn::evaluate::{Answers, judge};
///
/// let given = Labels::from_names(&["B", "T", "T", "T"]);
/// let called = [Some(0), Some(1), Some(1), None]; // codes of `given`; the last cell got no label
/// let judgement = judge(&Answers::new(&given, &called, None)?);
/// assert_eq!(judgement.metrics.accuracy, 0.75);
/// assert_eq!(judgement.per_class[1].recall, 2.0 / 3.0);
/// assert_eq!(judgement.confusion.labels, ["B", "T", "Unassigned"]);
/// # Ok::<(), ferrocyte_learn::evaluate::AnswersError>(())
/// ```
pub fn judge(answers: &Answers<'_>) -> Judgement {
    let tally = Tally::of(answers);
    let areas = Areas::of(answers);
    let reliability = reliability(answers);
    Judgement {
        metrics: summarise(answers, &tally, &areas, &reliability, F1Scope::GivenOrCalled),
        per_class: per_class(answers, &tally, &areas),
        confusion: metric::confusion(answers, &tally),
        reliability,
    }
}

/// The scores over all cells alone, with macro F1 over the labels of `scope`.
pub fn metrics(answers: &Answers<'_>, scope: F1Scope) -> Metrics {
    summarise(answers, &Tally::of(answers), &Areas::of(answers), &reliability(answers), scope)
}

fn summarise(
    answers: &Answers<'_>,
    tally: &Tally,
    areas: &Areas,
    reliability: &[ReliabilityBin],
    scope: F1Scope,
) -> Metrics {
    let given = answers.given();
    let probabilities = answers.probabilities();
    Metrics {
        cells: tally.cells,
        accuracy: tally.accuracy(),
        balanced_accuracy: tally.balanced_accuracy(),
        f1_macro: tally.f1_macro(scope),
        f1_weighted: tally.f1_weighted(),
        mcc: tally.matthews(),
        kappa: tally.kappa(),
        log_loss: probabilities.map(|scores| metric::log_loss(given, scores)),
        brier: probabilities.map(|scores| metric::brier(given, scores)),
        ece: probabilities.map(|_| metric::expected_calibration_error(reliability)),
        roc_auc_macro: mean_of_defined(&areas.roc_auc),
        roc_auc_micro: areas.roc_auc_micro,
        average_precision_macro: mean_of_defined(&areas.average_precision),
        average_precision_micro: areas.average_precision_micro,
    }
}

fn per_class(answers: &Answers<'_>, tally: &Tally, areas: &Areas) -> Vec<ClassRecord> {
    tally
        .occurring()
        .map(|code| ClassRecord {
            label: answers.given().set().name(code).to_owned(),
            support: tally.given[code],
            predicted: tally.called[code],
            precision: tally.precision(code),
            recall: tally.recall(code),
            f1: tally.f1(code),
            roc_auc: areas.roc_auc.get(code).copied().flatten(),
            average_precision: areas.average_precision.get(code).copied().flatten(),
            intervals: None,
        })
        .collect()
}

fn reliability(answers: &Answers<'_>) -> Vec<ReliabilityBin> {
    let judge = |scores| metric::reliability(answers.given(), scores);
    answers.probabilities().map(judge).unwrap_or_default()
}

/// Areas under curves: of each label against the rest, and over all (cell, label) pairs together.
#[derive(Debug, Default)]
struct Areas {
    roc_auc: Vec<Option<f64>>,           // by code; empty without probabilities
    average_precision: Vec<Option<f64>>, // by code; empty without probabilities
    roc_auc_micro: Option<f64>,
    average_precision_micro: Option<f64>,
}

impl Areas {
    fn of(answers: &Answers<'_>) -> Self {
        let Some(scores) = answers.probabilities() else {
            return Self::default();
        };
        let given = answers.given();
        let of_label = |label: usize| {
            let pairs = scores.rows().zip(given.codes()).map(|(row, code)| (row[label], code == label));
            both(&Ranking::new(pairs))
        };
        let (roc_auc, average_precision) = (0..scores.n_labels()).map(of_label).unzip();
        let pairs = scores.rows().zip(given.codes()).flat_map(|(row, code)| {
            row.iter().enumerate().map(move |(label, &probability)| (probability, code == label))
        });
        let (roc_auc_micro, average_precision_micro) = both(&Ranking::new(pairs));
        Self { roc_auc, average_precision, roc_auc_micro, average_precision_micro }
    }
}

fn both(ranking: &Ranking) -> (Option<f64>, Option<f64>) {
    (metric::roc_auc(ranking), metric::average_precision(ranking))
}

/// Mean over the labels for which a score is defined; `None` where there are none.
pub(super) fn mean_of_defined(scores: &[Option<f64>]) -> Option<f64> {
    let defined = scores.iter().flatten().count();
    (defined > 0).then(|| scores.iter().flatten().sum::<f64>() / defined as f64)
}
