//! What can be reached without a model, or with hardly one, on the same folds.

use ferrocyte_core::{Baseline, Block, CellStore, LogNorm, Progress, Silent};
use ferrocyte_learn::evaluate::{self, Answers, CrossValidation, FoldPrediction, Folds};
use ferrocyte_learn::models::CentroidParams;

use crate::reference::Reference;
use crate::scoring::{FoldError, ScoringError, cross_validate};

/// Scores of three answers that every model should beat: the most common label for every cell, labels drawn as often as
/// they occur, and the profile of a label's cells that a cell is most like.
pub(crate) fn baselines(
    reference: &Reference,
    folds: &Folds,
    seed: u64,
    progress: &dyn Progress,
) -> Result<Vec<Baseline>, ScoringError> {
    // What knows only how common labels are needs no genes.
    let n_cells = reference.cells.n_cells();
    let cells =
        Block::<LogNorm>::new(0, vec![0; n_cells + 1], vec![], vec![]).unwrap_or_else(|_| Block::empty(0));
    let blind = |answer: &dyn Fn(&evaluate::FoldData<'_>) -> ferrocyte_core::Scores| {
        evaluate::cross_validate(&cells, &reference.labels, folds, &Silent, |data| {
            let probabilities = answer(&data);
            Ok::<_, FoldError>(FoldPrediction { probabilities, converged: true, iterations: 0 })
        })
    };
    let common = blind(&|data| evaluate::majority(data.training_labels, data.fold.test.len()))?;
    let drawn = blind(&|data| {
        evaluate::stratified_random(data.training_labels, data.fold.test.len(), seed, data.fold.number)
    })?;
    let centroid = CentroidParams::default().check().expect("the default settings keep their own rules");
    let nearest = cross_validate(reference, &centroid, folds, seed, progress)?.result;
    let named = [("majority class", common), ("stratified random", drawn), ("nearest centroid", nearest)];
    let tested = folds.tested();
    named.into_iter().map(|(name, result)| baseline(reference, &tested, name, &result, seed)).collect()
}

fn baseline(
    reference: &Reference,
    tested: &[usize],
    name: &str,
    result: &CrossValidation,
    seed: u64,
) -> Result<Baseline, ScoringError> {
    let labels = reference.labels.select(tested);
    let answers = Answers::new(&labels, &result.called, Some(&result.probabilities))?;
    let groups = reference.units().map(|(_, groups)| groups.select(tested).over_occurring());
    Ok(Baseline {
        name: name.to_owned(),
        metrics: evaluate::intervals(&answers, groups.as_ref(), seed).metrics,
    })
}
