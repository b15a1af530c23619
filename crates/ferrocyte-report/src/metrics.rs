//! The scores, each with a line that says what it says.

use ferrocyte_core::{Interval, MetricIntervals, Metrics, ResampledUnit, Resampling, RunRecord};
use maud::{Markup, html};

use crate::label::code;
use crate::number::{count, interval, optional_score, percent};
use crate::section::Section;

/// A score, where it stands in the record, and what it says.
struct Score {
    name: &'static str,
    meaning: &'static str,
    better: Better,
    value: fn(&Metrics) -> Option<f64>,
    interval: fn(&MetricIntervals) -> Option<Interval>,
}

#[derive(Clone, Copy)]
enum Better {
    Higher,
    Lower,
}

/// Scores of the labels that were given out.
const LABELS: [Score; 6] = [
    Score {
        name: "Accuracy",
        meaning: "Share of cells that got their given label. Common types decide it.",
        better: Better::Higher,
        value: |m| Some(m.accuracy),
        interval: |m| Some(m.accuracy),
    },
    Score {
        name: "Macro F1",
        meaning: "Mean over labels of F1, which is high only when a label is both found and not over-used. \
                  A rare type counts as much as a common one.",
        better: Better::Higher,
        value: |m| Some(m.f1_macro),
        interval: |m| Some(m.f1_macro),
    },
    Score {
        name: "Balanced accuracy",
        meaning: "Mean over labels of the share of their cells that was found.",
        better: Better::Higher,
        value: |m| Some(m.balanced_accuracy),
        interval: |m| Some(m.balanced_accuracy),
    },
    Score {
        name: "Weighted F1",
        meaning: "Mean F1 in which each label counts by its cells.",
        better: Better::Higher,
        value: |m| Some(m.f1_weighted),
        interval: |m| Some(m.f1_weighted),
    },
    Score {
        name: "Matthews correlation (MCC)",
        meaning: "Agreement over the whole confusion matrix: 1 is perfect, 0 is guessing, below 0 is worse.",
        better: Better::Higher,
        value: |m| m.mcc,
        interval: |m| m.mcc,
    },
    Score {
        name: "Cohen’s kappa",
        meaning: "Agreement beyond what the frequencies of the labels alone would bring: 1 is perfect, 0 is chance.",
        better: Better::Higher,
        value: |m| m.kappa,
        interval: |m| m.kappa,
    },
];

/// Scores of the probabilities behind the labels.
const PROBABILITIES: [Score; 3] = [
    Score {
        name: "Log loss",
        meaning: "How much the given labels surprised the model. 0 is perfect; sure mistakes cost most.",
        better: Better::Lower,
        value: |m| m.log_loss,
        interval: |m| m.log_loss,
    },
    Score {
        name: "Brier score",
        meaning: "Squared distance between probabilities and truth: 0 is perfect, 2 is sure and always wrong.",
        better: Better::Lower,
        value: |m| m.brier,
        interval: |m| m.brier,
    },
    Score {
        name: "Calibration error (ECE)",
        meaning: "Mean gap between how sure the model was and how often it was right.",
        better: Better::Lower,
        value: |m| m.ece,
        interval: |m| m.ece,
    },
];

/// Scores of the order in which probabilities put the cells.
const RANKING: [Score; 4] = [
    Score {
        name: "ROC-AUC, macro",
        meaning: "Chance that a cell of a label gets a higher probability for it than a cell of another label; \
                  mean over labels.",
        better: Better::Higher,
        value: |m| m.roc_auc_macro,
        interval: |m| m.roc_auc_macro,
    },
    Score {
        name: "ROC-AUC, micro",
        meaning: "The same over all pairs of a cell and a label at once.",
        better: Better::Higher,
        value: |m| m.roc_auc_micro,
        interval: |m| m.roc_auc_micro,
    },
    Score {
        name: "Average precision, macro",
        meaning: "How clean the top of the list is when cells are sorted by the probability of a label; mean over \
                  labels.",
        better: Better::Higher,
        value: |m| m.average_precision_macro,
        interval: |m| m.average_precision_macro,
    },
    Score {
        name: "Average precision, micro",
        meaning: "The same over all pairs of a cell and a label at once.",
        better: Better::Higher,
        value: |m| m.average_precision_micro,
        interval: |m| m.average_precision_micro,
    },
];

/// All scores, over all cells together with their intervals, and as the mean of the folds.
pub(crate) fn section(record: &RunRecord) -> Option<Section> {
    let all = record.metrics_plain.as_ref();
    let mean = record.fold_mean.as_ref();
    let cells = all.or(mean)?.cells;
    let body = html! {
        p {
            "Over " (count(cells)) " cells."
            @if mean.is_some() {
                " “All cells” pools the cells of all folds; “mean of folds” scores each fold by itself first, so a \
                 small fold counts as much as a large one."
            }
            @if let Some(resampling) = &record.resampling { " " (drawn(resampling)) }
        }
        table.metrics {
            caption.unseen { "Scores" }
            thead {
                tr {
                    th scope="col" { "Score" }
                    @if all.is_some() { th.number scope="col" { "All cells" } }
                    @if mean.is_some() { th.number scope="col" { "Mean of folds" } }
                    th scope="col" { "What it says" }
                }
            }
            (group("The labels", &LABELS, record))
            (group("The probabilities", &PROBABILITIES, record))
            (group("The ranking of cells, one label against the rest", &RANKING, record))
        }
    };
    Some(Section { id: "scores", title: "Scores", body })
}

/// What the intervals are of, in a sentence.
fn drawn(resampling: &Resampling) -> Markup {
    html! {
        "Under each score is the interval that holds the middle " (percent(resampling.level)) " of " (count(resampling.resamples)) " draws of "
        @match (resampling.unit, &resampling.column) {
            (ResampledUnit::Cells, _) => {
                (count(resampling.units)) " cells: nothing says which cells belong to one donor, so it is too narrow for new donors."
            },
            (ResampledUnit::Groups, column) => {
                "the " (count(resampling.units)) " groups"
                @if let Some(column) = column { " of " (code(column)) }
                ", each drawn whole."
            },
        }
    }
}

fn group(title: &str, scores: &[Score], record: &RunRecord) -> Markup {
    let (all, mean) = (record.metrics_plain.as_ref(), record.fold_mean.as_ref());
    let columns = 2 + usize::from(all.is_some()) + usize::from(mean.is_some());
    html! {
        tbody {
            tr.group { th scope="rowgroup" colspan=(columns) { (title) } }
            @for score in scores {
                tr {
                    th scope="row" { (score.name) " " (direction(score.better)) }
                    @if let Some(metrics) = all {
                        td.number {
                            (optional_score((score.value)(metrics)))
                            @if let Some(found) = record.metrics.as_ref().and_then(|metrics| (score.interval)(metrics)) { (interval(found)) }
                        }
                    }
                    @if let Some(metrics) = mean { td.number { (optional_score((score.value)(metrics))) } }
                    td.meaning { (score.meaning) }
                }
            }
        }
    }
}

fn direction(better: Better) -> Markup {
    let (arrow, words) = match better {
        Better::Higher => ("↑", "higher is better"),
        Better::Lower => ("↓", "lower is better"),
    };
    html! { span.direction title=(words) { (arrow) span.unseen { " " (words) } } }
}
