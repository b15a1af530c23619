//! The scores of an evaluation, and the honest scores of a model.

use ferrocyte::{Metrics, RunRecord};

use super::{decimal, table, thousands};

/// Every score over all held-out cells and as mean over the folds, then class by class.
pub(crate) fn scores(record: &RunRecord) -> String {
    let mut text = String::new();
    if let Some(all) = &record.metrics {
        text += &metrics(all, record.fold_mean.as_ref());
    }
    if !record.per_class.is_empty() {
        let mut classes = table(&["class", "cells", "called", "precision", "recall", "F1"]);
        for class in &record.per_class {
            classes.add_row([
                class.label.clone(),
                thousands(class.support as u64),
                thousands(class.predicted as u64),
                decimal(Some(class.precision)),
                decimal(Some(class.recall)),
                decimal(Some(class.f1)),
            ]);
        }
        text += &format!("\n{classes}\n");
    }
    text
}

/// Accuracy and macro F1 only, in one line.
pub(crate) fn short_scores(all: &Metrics) -> String {
    format!("accuracy {:.3}, macro F1 {:.3}", all.accuracy, all.f1_macro)
}

/// What a score is called, and where it stands.
type NamedScore = (&'static str, fn(&Metrics) -> Option<f64>);

fn metrics(all: &Metrics, fold_mean: Option<&Metrics>) -> String {
    let rows: [NamedScore; 11] = [
        ("accuracy", |m| Some(m.accuracy)),
        ("balanced accuracy", |m| Some(m.balanced_accuracy)),
        ("macro F1", |m| Some(m.f1_macro)),
        ("weighted F1", |m| Some(m.f1_weighted)),
        ("MCC", |m| m.mcc),
        ("kappa", |m| m.kappa),
        ("log-loss", |m| m.log_loss),
        ("Brier score", |m| m.brier),
        ("calibration error", |m| m.ece),
        ("ROC-AUC, macro", |m| m.roc_auc_macro),
        ("average precision, macro", |m| m.average_precision_macro),
    ];
    let mut scores = match fold_mean {
        Some(_) => table(&["score", "all held-out cells", "mean over folds"]),
        None => table(&["score", "all cells"]),
    };
    for (name, value) in rows {
        let mut row = vec![name.to_owned(), decimal(value(all))];
        if let Some(fold_mean) = fold_mean {
            row.push(decimal(value(fold_mean)));
        }
        scores.add_row(row);
    }
    format!("{scores}\n")
}
