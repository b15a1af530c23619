//! Prediction sets from held-out cells.

use ferrocyte_core::{ConformalRecord, RuleCoverage, Scores, Warning};
use ferrocyte_learn::conformal::{
    DEFAULT_TARGET, Measured, PredictionSets, RightProbabilities, RightProbability, Rule, SetsOfCells,
    TARGETS, Thresholds, measure,
};
use ferrocyte_learn::evaluate::{Fold, Folds};

use crate::reference::Reference;

/// Whether thresholds are kept for a target.
pub(crate) fn is_target(target: f64) -> bool {
    let [least, most] = [TARGETS.start(), TARGETS.end()].map(|hundredths| *hundredths as f64 / 100.0);
    (least..=most).contains(&target)
}

/// What held-out probabilities give for a model of all cells.
pub(crate) fn prediction_sets(
    reference: &Reference,
    folds: &Folds,
    probabilities: &Scores,
) -> Option<PredictionSets> {
    if folds.n_folds() < 2 {
        return None; // one part was tested: the cells that were trained on have no held-out probabilities
    }
    PredictionSets::fit(&right_probabilities(reference, folds, probabilities, None))
}

/// How often the sets of held-out cells hold their label, with thresholds from the cells of other folds.
pub(crate) fn coverage(
    reference: &Reference,
    folds: &Folds,
    probabilities: &Scores,
    target: Option<f64>,
) -> Option<ConformalRecord> {
    if folds.n_folds() < 2 {
        return None; // thresholds are from other folds
    }
    let target = target.unwrap_or(DEFAULT_TARGET);
    let by = |rule| measured(reference, folds, probabilities, target, rule);
    let Measured { coverage, mean_set_size, empty, lowest_group, per_class } = by(Rule::Cells)?;
    let of_groups = reference.groups.as_ref().and_then(|_| by(Rule::Groups)).map(|measured| RuleCoverage {
        coverage: measured.coverage,
        mean_set_size: measured.mean_set_size,
        lowest_group: measured.lowest_group,
    });
    let all =
        Thresholds::fit(&right_probabilities(reference, folds, probabilities, None), target, Rule::Cells);
    let labels = reference.labels.set().names();
    let shared = labels.iter().zip(all.shared()).filter(|(_, shared)| **shared);
    Some(ConformalRecord {
        target,
        cells: per_class.iter().map(|class| class.cells).sum(),
        coverage,
        mean_set_size,
        empty,
        lowest_group,
        of_groups,
        shared_threshold: shared.map(|(label, _)| label.clone()).collect(),
        per_class,
    })
}

/// Says so where labels have too few held-out cells for thresholds of their own.
pub(crate) fn too_few_cells(found: &ConformalRecord) -> Option<Warning> {
    (!found.shared_threshold.is_empty()).then(|| {
        // ⌈(n + 1) · target⌉ ≤ n
        let needed = (found.target / (1.0 - found.target) - 1e-9).ceil();
        Warning::note(
            "few-cells-for-sets",
            format!(
                "prediction sets with a coverage of {} need {needed:.0} held-out cells of a label; these have fewer and take the \
                 threshold of all cells together, which may hold more or less often for them: {}",
                found.target,
                crate::hint::list(&found.shared_threshold)
            ),
        )
    })
}

fn measured(
    reference: &Reference,
    folds: &Folds,
    probabilities: &Scores,
    target: f64,
    rule: Rule,
) -> Option<Measured> {
    let labels = &reference.labels;
    let mut sets = Vec::new();
    for fold in folds.iter() {
        let others = right_probabilities(reference, folds, probabilities, Some(&fold));
        let thresholds = Thresholds::fit(&others, target, rule);
        let known = known_labels(reference, &fold);
        for &cell in fold.test.iter().filter(|&&cell| known[labels.code(cell)]) {
            let set = thresholds.set_of(probabilities.row(cell));
            let label = labels.code(cell);
            sets.push(SetsOfCells { cell, label, size: set.len(), covered: set.contains(&label) });
        }
    }
    measure(&sets, labels.set(), reference.groups.as_ref())
}

/// The probabilities that held-out cells have of their own label, where the model of their fold knew it; without those of one
/// fold.
fn right_probabilities(
    reference: &Reference,
    folds: &Folds,
    probabilities: &Scores,
    without: Option<&Fold>,
) -> RightProbabilities {
    let labels = &reference.labels;
    let mut found = Vec::new();
    for fold in folds.iter().filter(|fold| without.is_none_or(|without| without.number != fold.number)) {
        let known = known_labels(reference, &fold);
        found.extend(fold.test.iter().filter(|&&cell| known[labels.code(cell)]).map(|&cell| {
            let label = labels.code(cell);
            RightProbability {
                label,
                group: reference.groups.as_ref().map(|groups| groups.code(cell)),
                probability: probabilities.row(cell)[label],
            }
        }));
    }
    RightProbabilities::new(labels.set().len(), found)
}

/// Which labels a training cell of a fold has.
fn known_labels(reference: &Reference, fold: &Fold) -> Vec<bool> {
    let mut known = vec![false; reference.labels.set().len()];
    for &cell in &fold.train {
        known[reference.labels.code(cell)] = true;
    }
    known
}
