//! Every cell judged by a model that never saw it.

use std::fmt;

use ferrocyte_core::{
    Block, CellStore, FoldRecord, LabelSet, Labels, LogNorm, Metrics, Progress, Scores, SomeCells,
};

use super::answers::{Answers, AnswersError};
use super::fold_mean::fold_mean;
use super::judge::{Judgement, judge, metrics};
use super::metric::F1Scope;
use super::split::{Fold, Folds};
use super::spread::{SpreadError, spread};

/// What a model of one fold is made from, and the cells it is judged by.
#[derive(Clone, Copy)]
pub struct FoldData<'a> {
    /// The fold.
    pub fold: &'a Fold,
    /// Cells to train on, those of [`Fold::train`] in that order. Everything that is fitted is fitted on these.
    pub training_cells: &'a dyn CellStore,
    /// Their labels, over the set of labels that **occur among them**: a model cannot learn the others.
    pub training_labels: &'a Labels,
    /// Cells to give probabilities for, those of [`Fold::test`] in that order. Their labels stay here.
    pub test_cells: &'a dyn CellStore,
}

impl fmt::Debug for FoldData<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FoldData").field("fold", self.fold).finish_non_exhaustive()
    }
}

/// What a model of one fold said.
#[derive(Debug, Clone, PartialEq)]
pub struct FoldPrediction {
    /// Probabilities of the test cells, one column per label of the set of [`FoldData::training_labels`].
    pub probabilities: Scores,
    /// Whether the optimiser reached its goal.
    pub converged: bool,
    /// Steps the optimiser took.
    pub iterations: usize,
}

/// What cross-validation found.
#[derive(Debug, Clone, PartialEq)]
pub struct CrossValidation {
    /// Out-of-fold probabilities of the cells that were [tested](Folds::tested), in cell order, over the full set of labels.
    pub probabilities: Scores,
    /// The most probable label of each of these cells; `None` is left to callers that reject cells.
    pub called: Vec<Option<usize>>,
    /// Fold by fold; macro F1 over the labels that the fold's cells were given.
    pub folds: Vec<FoldRecord>,
    /// Mean over the folds.
    pub fold_mean: Option<Metrics>,
    /// Scores over all held-out cells together.
    pub judgement: Judgement,
}

impl CrossValidation {
    /// The same cells, judged by other probabilities of them: those that a calibration gives. `labels` and `folds` are
    /// those that it was made with, `probabilities` of the cells that were tested.
    ///
    /// # Errors
    /// When these are not probabilities of the cells.
    pub fn judged_by(
        mut self,
        labels: &Labels,
        folds: &Folds,
        probabilities: Scores,
    ) -> Result<Self, AnswersError> {
        let row = folds.rows();
        for (fold, record) in folds.iter().zip(&mut self.folds) {
            let given = labels.select(&fold.test);
            let rows = fold.test.iter().flat_map(|&cell| probabilities.row(row[cell])).copied().collect();
            let Ok(scores) = Scores::from_rows(probabilities.n_labels(), rows) else { continue };
            let called = most_probable(&scores);
            record.metrics = metrics(&Answers::new(&given, &called, Some(&scores))?, F1Scope::Given);
        }
        let called = most_probable(&probabilities);
        let judgement = judge(&Answers::new(&labels.select(&folds.tested()), &called, Some(&probabilities))?);
        let of_folds: Vec<Metrics> = self.folds.iter().map(|record| record.metrics).collect();
        Ok(Self { fold_mean: fold_mean(&of_folds), probabilities, called, judgement, ..self })
    }
}

/// Trains on each fold's training cells and judges by its held-out cells, so that every cell that is tested is judged once,
/// by a model that never saw it. `fit_and_predict` makes the model: this function does not know which kind it judges.
///
/// Labels that no training cell of a fold has get probability zero there, so held-out cells with such a label
/// count as wrong; [`FoldRecord::labels_not_in_training`] names them. Folds run one after the other: a model may use as many
/// threads as it likes. Of cells in memory each fold holds a copy; others are read where they lie, with the same result.
///
/// # Errors
/// When cells, labels and folds are not of one length, when the cells cannot be read, when `fit_and_predict` fails, or when what it returns are
/// not probabilities of the fold's test cells.
pub fn cross_validate<E: std::error::Error + 'static>(
    cells: &dyn CellStore,
    labels: &Labels,
    folds: &Folds,
    progress: &dyn Progress,
    mut fit_and_predict: impl FnMut(FoldData<'_>) -> Result<FoldPrediction, E>,
) -> Result<CrossValidation, CrossValidationError<E>> {
    let (n_cells, n_labels) = (cells.n_cells(), labels.len());
    if n_cells != n_labels || n_cells != folds.n_cells() {
        return Err(CrossValidationError::Lengths { n_cells, n_labels, n_split: folds.n_cells() });
    }
    let tested = labels.select(&folds.tested());
    let row_of = folds.rows();
    let mut probabilities = Scores::zeros(tested.len(), labels.set().len());
    let mut records = Vec::with_capacity(folds.n_folds());
    progress.begin("cross-validating", folds.n_folds() as u64);
    for fold in folds.iter() {
        let at = |problem| CrossValidationError::Answers { fold: fold.number, problem };
        let training_labels = labels.select(&fold.train).over_occurring();
        let training_cells = Part::of(cells, &fold.train);
        let test_cells = Part::of(cells, &fold.test);
        let prediction = fit_and_predict(FoldData {
            fold: &fold,
            training_cells: training_cells.as_store(),
            training_labels: &training_labels,
            test_cells: test_cells.as_store(),
        })
        .map_err(|source| CrossValidationError::Model { fold: fold.number, source })?;
        let scores = spread(&prediction.probabilities, training_labels.set(), labels.set())
            .map_err(FoldProblem::Columns)
            .map_err(at)?;
        let record = judge_fold(&fold, labels, training_labels.set(), &scores, &prediction).map_err(at)?;
        for (&cell, row) in fold.test.iter().zip(scores.rows()) {
            probabilities.row_mut(row_of[cell]).copy_from_slice(row);
        }
        records.push(record);
        progress.advance(1);
    }
    progress.finish();
    let called = most_probable(&probabilities);
    let answers = Answers::new(&tested, &called, Some(&probabilities)).map_err(CrossValidationError::All)?;
    let judgement = judge(&answers);
    let of_folds: Vec<Metrics> = records.iter().map(|record: &FoldRecord| record.metrics).collect();
    Ok(CrossValidation { fold_mean: fold_mean(&of_folds), probabilities, called, folds: records, judgement })
}

/// Some of the cells.
enum Part<'a> {
    /// Copied: what is read many times is faster side by side.
    InMemory(Block<LogNorm>),
    /// Read where they lie.
    Elsewhere(SomeCells<'a>),
}

impl<'a> Part<'a> {
    fn of(all: &'a dyn CellStore, cells: &'a [usize]) -> Self {
        match all.in_memory() {
            Some(block) => Self::InMemory(block.select_cells(cells)),
            None => Self::Elsewhere(SomeCells::new(all, cells)),
        }
    }

    fn as_store(&self) -> &dyn CellStore {
        match self {
            Self::InMemory(block) => block,
            Self::Elsewhere(some) => some,
        }
    }
}

fn judge_fold(
    fold: &Fold,
    labels: &Labels,
    known: &LabelSet,
    scores: &Scores,
    prediction: &FoldPrediction,
) -> Result<FoldRecord, FoldProblem> {
    let given = labels.select(&fold.test);
    let called = most_probable(scores);
    let answers = Answers::new(&given, &called, Some(scores))?;
    let not_in_training = given
        .over_occurring()
        .set()
        .names()
        .iter()
        .filter(|name| known.code(name).is_none())
        .cloned()
        .collect();
    Ok(FoldRecord {
        fold: fold.number,
        training_cells: fold.train.len(),
        test_cells: fold.test.len(),
        held_out_groups: fold.held_out_groups.clone(),
        labels_not_in_training: not_in_training,
        chosen: None,
        converged: prediction.converged,
        iterations: prediction.iterations,
        metrics: metrics(&answers, F1Scope::Given),
    })
}

fn most_probable(scores: &Scores) -> Vec<Option<usize>> {
    (0..scores.n_cells()).map(|cell| Some(scores.best(cell))).collect()
}

/// Why cross-validation stopped. `E` is what a model can do wrong.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CrossValidationError<E: std::error::Error + 'static> {
    /// Cells, labels and folds do not belong together.
    #[error("{n_cells} cells, but {n_labels} labels and folds of {n_split} cells")]
    Lengths {
        /// Number of cells.
        n_cells: usize,
        /// Number of labels.
        n_labels: usize,
        /// Number of cells that the folds divide.
        n_split: usize,
    },
    /// No model could be made or used.
    #[error("fold {fold} failed")]
    Model {
        /// Number of the fold.
        fold: usize,
        /// What went wrong.
        #[source]
        source: E,
    },
    /// A model gave answers that are none.
    #[error("fold {fold}: the model's answers cannot be judged")]
    Answers {
        /// Number of the fold.
        fold: usize,
        /// What is wrong with them.
        #[source]
        problem: FoldProblem,
    },
    /// The folds together cannot be judged: there are no cells.
    #[error("the held-out cells cannot be judged")]
    All(#[source] AnswersError),
}

/// What is wrong with a model's answers for one fold.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum FoldProblem {
    /// Not one column per training label.
    #[error(transparent)]
    Columns(#[from] SpreadError),
    /// Not one row per test cell, or no probabilities.
    #[error(transparent)]
    Values(#[from] AnswersError),
}
