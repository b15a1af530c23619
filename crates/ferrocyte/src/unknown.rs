//! What held-out cells say of cells that a model knows nothing of.

use ferrocyte_core::{Progress, Scores, Silent, UnknownRecord};
use ferrocyte_learn::LabelledCells;
use ferrocyte_learn::evaluate::{CrossValidationError, Fold, Folds};
use ferrocyte_learn::models::{Train, probabilities_of};
use ferrocyte_learn::unknown::{JudgedCell, KnownCells, PROMISED_LOSS, clearance, judge_left_out};

use crate::reference::Reference;
use crate::scoring::{FoldError, ScoringError};

/// What is usual among held-out cells of labels that the model of their fold knew; `probabilities` are the models' own.
pub(crate) fn known_cells(
    reference: &Reference,
    folds: &Folds,
    probabilities: &Scores,
) -> Option<KnownCells> {
    if folds.n_folds() < 2 {
        return None; // one part was tested: the cells that were trained on have no held-out probabilities
    }
    KnownCells::fit(clearances(reference, folds, probabilities, None).into_iter().flatten().collect())
}

/// The clearance of each held-out cell whose label its model knew; as if there were no label `without`.
fn clearances(
    reference: &Reference,
    folds: &Folds,
    probabilities: &Scores,
    without: Option<usize>,
) -> Vec<Option<f64>> {
    let mut found = vec![None; reference.labels.len()];
    for fold in folds.iter() {
        let known = known_labels(reference, &fold, without);
        for &cell in fold.test.iter().filter(|&&cell| known[reference.labels.code(cell)]) {
            let row = probabilities.row(cell).iter().zip(&known);
            found[cell] = clearance(row.filter(|(_, known)| **known).map(|(probability, _)| *probability));
        }
    }
    found
}

/// Which labels a training cell of a fold has, as if there were no label `without`.
fn known_labels(reference: &Reference, fold: &Fold, without: Option<usize>) -> Vec<bool> {
    let mut known = reference.labels_among(&fold.train);
    if let Some(label) = without {
        known[label] = false;
    }
    known
}

/// Leaves each label out of the training in turn, in each fold that holds cells of it, and looks whether they stand out.
/// `probabilities` are those of the models that knew all labels: the threshold of a fold is from the cells of the others.
pub(crate) fn leave_labels_out(
    reference: &Reference,
    trainer: &dyn Train,
    folds: &Folds,
    probabilities: &Scores,
    seed: u64,
    progress: &dyn Progress,
) -> Result<UnknownRecord, ScoringError> {
    let labels = reference.labels.set();
    let mut trainings = 0;
    let mut classes = Vec::new();
    progress.begin("leaving labels out", labels.len() as u64);
    for left_out in 0..labels.len() {
        let clearances = clearances(reference, folds, probabilities, Some(left_out));
        let mut judged = Vec::new();
        for fold in folds.iter() {
            let has_it = fold.test.iter().any(|&cell| reference.labels.code(cell) == left_out);
            let Some(usual) = has_it.then(|| of_other_folds(&clearances, folds, &fold)).flatten() else {
                continue;
            };
            let found = in_fold(reference, trainer, &fold, left_out, &usual, seed)
                .map_err(|source| CrossValidationError::Model { fold: fold.number, source })?;
            trainings += usize::from(found.is_some());
            judged.extend(found.into_iter().flatten());
        }
        if judged.iter().any(|cell| cell.unknown) {
            classes.push(judge_left_out(labels.name(left_out), &judged));
        }
        progress.advance(1);
    }
    progress.finish();
    Ok(UnknownRecord {
        promised_loss: PROMISED_LOSS,
        known_lost: known_lost(reference, folds, probabilities),
        auroc: mean(classes.iter().filter_map(|class| class.auroc)),
        auroc_max_probability: mean(classes.iter().filter_map(|class| class.auroc_max_probability)),
        trainings,
        classes,
    })
}

/// What is usual outside a fold.
fn of_other_folds(clearances: &[Option<f64>], folds: &Folds, fold: &Fold) -> Option<KnownCells> {
    let others = clearances.iter().enumerate().filter(|(cell, _)| folds.fold_of(*cell) + 1 != fold.number);
    KnownCells::fit(others.filter_map(|(_, clearance)| *clearance).collect())
}

/// Judges the held-out cells of a fold by a model that knows nothing of a label; `None` where too few labels are left.
fn in_fold(
    reference: &Reference,
    trainer: &dyn Train,
    fold: &Fold,
    left_out: usize,
    usual: &KnownCells,
    seed: u64,
) -> Result<Option<Vec<JudgedCell>>, FoldError> {
    let labels = &reference.labels;
    let known = known_labels(reference, fold, Some(left_out));
    if known.iter().filter(|known| **known).count() < 2 {
        return Ok(None);
    }
    let train: Vec<usize> =
        fold.train.iter().copied().filter(|&cell| labels.code(cell) != left_out).collect();
    // Labels that this fold does not know either would be strangers among the known.
    let test: Vec<usize> = (fold.test.iter().copied())
        .filter(|&cell| labels.code(cell) == left_out || known[labels.code(cell)])
        .collect();
    let training_cells = reference.cells.select(&train);
    let training_labels = labels.select(&train).over_occurring();
    let training = LabelledCells::of_store(training_cells.as_store(), &training_labels)?;
    let model = trainer.fit(&training, &reference.genes, seed, &Silent)?.model;
    let test_cells = reference.cells.select(&test);
    let probabilities = probabilities_of(model.as_ref(), test_cells.as_store(), &reference.genes)?;
    let scores = usual.score_all(&probabilities);
    let judged = test.iter().zip(probabilities.rows().zip(scores)).map(|(&cell, (row, score))| JudgedCell {
        fold: fold.number,
        unknown: labels.code(cell) == left_out,
        score,
        max_probability: row.iter().copied().fold(0.0, f64::max),
    });
    Ok(Some(judged.collect()))
}

/// Share of the held-out cells of known labels that a threshold from the other folds loses.
fn known_lost(reference: &Reference, folds: &Folds, probabilities: &Scores) -> f64 {
    let clearances = clearances(reference, folds, probabilities, None);
    let (mut lost, mut cells) = (0_usize, 0_usize);
    for fold in folds.iter() {
        let Some(usual) = of_other_folds(&clearances, folds, &fold) else { continue };
        for clearance in fold.test.iter().filter_map(|&cell| clearances[cell]) {
            cells += 1;
            lost += usize::from(usual.score(clearance) > 1.0 - PROMISED_LOSS);
        }
    }
    lost as f64 / cells.max(1) as f64
}

fn mean(values: impl Iterator<Item = f64>) -> Option<f64> {
    let (sum, n) = values.fold((0.0, 0_usize), |(sum, n), value| (sum + value, n + 1));
    (n > 0).then(|| sum / n as f64)
}
