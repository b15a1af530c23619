//! Prediction sets from held-out cells.

use ferrocyte_core::{ConformalRecord, RuleCoverage, Scores, Warning};
use ferrocyte_learn::conformal::{
    DEFAULT_TARGET, Measured, PredictionSets, RightProbabilities, RightProbability, Rule, SetsOfCells,
    TARGETS, Thresholds, measure,
};
use ferrocyte_learn::evaluate::Folds;

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
    let cells = held_out_cells(reference, folds, probabilities);
    PredictionSets::fit(&right_probabilities(reference, &cells, None))
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
    let cells = held_out_cells(reference, folds, probabilities);
    let by = |rule| measured(reference, &cells, folds.n_folds(), probabilities, target, rule);
    let Measured { coverage, mean_set_size, empty, lowest_group, per_class } = by(Rule::Cells)?;
    let of_groups = reference.groups.as_ref().and_then(|_| by(Rule::Groups)).map(|measured| RuleCoverage {
        coverage: measured.coverage,
        mean_set_size: measured.mean_set_size,
        lowest_group: measured.lowest_group,
    });
    let all = Thresholds::fit(&right_probabilities(reference, &cells, None), target, Rule::Cells);
    let labels = reference.labels.set().names();
    let shared = labels.iter().zip(all.shared()).filter(|(_, shared)| **shared);
    Some(ConformalRecord {
        target,
        cells: cells.len(),
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

/// A held-out cell whose label the model of its fold knew.
struct HeldOutCell {
    cell: usize,
    fold: usize, // from 0
    right: RightProbability,
}

/// The held-out cells whose label the model of their fold knew, fold by fold.
fn held_out_cells(reference: &Reference, folds: &Folds, probabilities: &Scores) -> Vec<HeldOutCell> {
    let labels = &reference.labels;
    let mut found = Vec::with_capacity(labels.len());
    for (fold, held_out) in folds.iter().enumerate() {
        let known = reference.labels_among(&held_out.train);
        for &cell in held_out.test.iter().filter(|&&cell| known[labels.code(cell)]) {
            let label = labels.code(cell);
            let group = reference.groups.as_ref().map(|groups| groups.code(cell));
            let probability = probabilities.row(cell)[label];
            found.push(HeldOutCell { cell, fold, right: RightProbability { label, group, probability } });
        }
    }
    found
}

/// The probabilities that held-out cells have of their own label, without those of one fold.
fn right_probabilities(
    reference: &Reference,
    cells: &[HeldOutCell],
    without: Option<usize>,
) -> RightProbabilities {
    let others = cells.iter().filter(|cell| Some(cell.fold) != without).map(|cell| cell.right);
    RightProbabilities::new(reference.labels.set().len(), others)
}

/// The sets of the cells of each fold, with thresholds from the others.
fn measured(
    reference: &Reference,
    cells: &[HeldOutCell],
    n_folds: usize,
    probabilities: &Scores,
    target: f64,
    rule: Rule,
) -> Option<Measured> {
    let mut sets = Vec::with_capacity(cells.len());
    for fold in 0..n_folds {
        let thresholds = Thresholds::fit(&right_probabilities(reference, cells, Some(fold)), target, rule);
        sets.extend(cells.iter().filter(|cell| cell.fold == fold).map(
            |&HeldOutCell { cell, right, .. }| {
                let set = thresholds.set_of(probabilities.row(cell));
                let covered = set.contains(&right.label);
                SetsOfCells { cell, label: right.label, size: set.len(), covered }
            },
        ));
    }
    measure(&sets, reference.labels.set(), reference.groups.as_ref())
}
