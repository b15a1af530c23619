//! The scores of an evaluation, and the honest scores of a model.

use ferrocyte::core::UnknownRecord;
use ferrocyte::{Interval, MetricIntervals, Metrics, ResampledUnit, Resampling, RunRecord};

use super::{decimal, table, thousands};

/// Every score over all held-out cells and as mean over the folds, then class by class.
pub(crate) fn scores(record: &RunRecord) -> String {
    let mut text = String::new();
    for leak in &record.leaks {
        text += &format!("! {}\n", leak.detail);
    }
    if let Some(all) = &record.metrics_plain {
        text += &metrics(all, record);
    }
    if !record.per_class.is_empty() {
        let mut classes = table(&["class", "cells", "called", "precision", "recall", "F1", "interval"]);
        for class in &record.per_class {
            classes.add_row([
                class.label.clone(),
                thousands(class.support as u64),
                thousands(class.predicted as u64),
                decimal(Some(class.precision)),
                decimal(Some(class.recall)),
                decimal(Some(class.f1)),
                range(class.intervals.map(|intervals| intervals.f1)),
            ]);
        }
        text += &format!("\n{classes}\n");
    }
    if let Some(sets) = &record.conformal {
        text += &format!(
            "prediction sets for {:.0} % of the cells of each label hold it for {:.1} %, with {:.2} labels in the mean\n",
            100.0 * sets.target,
            100.0 * sets.coverage,
            sets.mean_set_size
        );
    }
    text += &record.unknown.as_ref().map(unknown).unwrap_or_default();
    text
}

/// How well the cells of each label stand out when it was left out.
fn unknown(found: &UnknownRecord) -> String {
    let mut classes = table(&["left out", "cells", "area", "area, probability", "found", "known lost"]);
    for class in &found.classes {
        classes.add_row([
            class.label.clone(),
            thousands(class.cells as u64),
            decimal(class.auroc),
            decimal(class.auroc_max_probability),
            decimal(Some(class.found)),
            decimal(Some(class.known_lost)),
        ]);
    }
    format!(
        "\n{classes}\nmean area {} by unknown score, {} by the largest probability; of known cells {:.1} % were lost\n",
        decimal(found.auroc),
        decimal(found.auroc_max_probability),
        100.0 * found.known_lost
    )
}

/// Accuracy and macro F1 only, in one line.
pub(crate) fn short_scores(all: &Metrics) -> String {
    format!("accuracy {:.3}, macro F1 {:.3}", all.accuracy, all.f1_macro)
}

/// What a score is called, and where it stands as a plain number and with its interval.
type NamedScore = (&'static str, fn(&Metrics) -> Option<f64>, fn(&MetricIntervals) -> Option<Interval>);

const SCORES: [NamedScore; 11] = [
    ("accuracy", |m| Some(m.accuracy), |m| Some(m.accuracy)),
    ("balanced accuracy", |m| Some(m.balanced_accuracy), |m| Some(m.balanced_accuracy)),
    ("macro F1", |m| Some(m.f1_macro), |m| Some(m.f1_macro)),
    ("weighted F1", |m| Some(m.f1_weighted), |m| Some(m.f1_weighted)),
    ("MCC", |m| m.mcc, |m| m.mcc),
    ("kappa", |m| m.kappa, |m| m.kappa),
    ("log-loss", |m| m.log_loss, |m| m.log_loss),
    ("Brier score", |m| m.brier, |m| m.brier),
    ("calibration error", |m| m.ece, |m| m.ece),
    ("ROC-AUC, macro", |m| m.roc_auc_macro, |m| m.roc_auc_macro),
    ("average precision, macro", |m| m.average_precision_macro, |m| m.average_precision_macro),
];

fn metrics(all: &Metrics, record: &RunRecord) -> String {
    let fold_mean = record.fold_mean.as_ref();
    let mut header = vec![if fold_mean.is_some() { "all held-out cells" } else { "all cells" }];
    header.insert(0, "score");
    header.extend(record.metrics.is_some().then_some("interval"));
    header.extend(fold_mean.map(|_| "mean over folds"));
    header.extend(record.baselines.iter().map(|baseline| baseline.name.as_str()));
    let mut scores = table(&header);
    for (name, value, interval) in SCORES {
        let mut row = vec![name.to_owned(), decimal(value(all))];
        row.extend(record.metrics.as_ref().map(|metrics| range(interval(metrics))));
        row.extend(fold_mean.map(|mean| decimal(value(mean))));
        let of_baseline = |metrics: &MetricIntervals| decimal(interval(metrics).map(|found| found.value));
        row.extend(record.baselines.iter().map(|baseline| of_baseline(&baseline.metrics)));
        scores.add_row(row);
    }
    format!("{scores}\n{}\n", record.resampling.as_ref().map(drawn).unwrap_or_default())
}

/// Both ends of an interval.
fn range(interval: Option<Interval>) -> String {
    interval.map(|found| format!("{:.3} to {:.3}", found.low, found.high)).unwrap_or_default()
}

/// What the intervals are of.
fn drawn(resampling: &Resampling) -> String {
    let level = 100.0 * resampling.level;
    let units = thousands(resampling.units as u64);
    let times = thousands(resampling.resamples as u64);
    match (resampling.unit, &resampling.column) {
        (ResampledUnit::Cells, _) => format!(
            "intervals hold {level:.0} % of {times} draws of {units} cells: no column says which cells belong together, so they are too narrow for new donors"
        ),
        (ResampledUnit::Groups, column) => {
            let column = column.as_deref().unwrap_or("group");
            format!("intervals hold {level:.0} % of {times} draws of the {units} groups of `{column}`")
        }
    }
}
