//! Cross-validation of a kind of model on a reference, into a run record.

use ferrocyte_core::{
    Calibration, CalibrationRecord, Choice, ConformalRecord, Progress, ResampledUnit, Resampling, RunRecord,
    Scores, Silent, SplitKind, TrainingRecord, UnknownRecord, Warning,
};
use ferrocyte_learn::calibrate::{HeldOut, choose};
use ferrocyte_learn::conformal::PredictionSets;
use ferrocyte_learn::evaluate::{
    self, Answers, AnswersError, CrossValidation, CrossValidationError, FoldData, FoldPrediction, Folds,
    Intervals, Judgement, SplitError,
};
use ferrocyte_learn::models::{FitError, PredictError, Train, on_genes_of};
use ferrocyte_learn::unknown::KnownCells;
use ferrocyte_learn::{LabelledCells, LabelledCellsError};

use crate::baselines::baselines;
use crate::choices::{choice, detected};
use crate::conformal;
use crate::leaks;
use crate::reference::Reference;
use crate::unknown;

/// Number of folds when none is said: each model is trained on four fifths of the cells.
const DEFAULT_FOLDS: usize = 5;
/// Below this many groups, intervals from them say little.
const FEW_GROUPS: usize = 6;

/// How cells are divided for scoring.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct ScoringOptions {
    /// Number of folds; 5 when `None`, or the number of groups where there are fewer.
    pub folds: Option<usize>,
    /// Hold each group out once, alone.
    pub leave_one_out: bool,
    /// Leave each label out of the training too, and see whether its cells stand out: one more training for each label
    /// and each fold that holds cells of it.
    pub unknown: bool,
    /// Share of the cells of each label whose prediction set is to hold it, from 0.5 to 0.99; 0.9 when `None`.
    pub coverage: Option<f64>,
}

/// Why a kind of model could not be scored.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ScoringError {
    /// Leaving groups out needs groups.
    #[error("holding each group out once needs a column of groups")]
    NoGroups,
    /// No prediction sets are made with such a coverage.
    #[error("expected a coverage of prediction sets from 0.5 to 0.99, found {found}")]
    Coverage {
        /// The coverage.
        found: f64,
    },
    /// The cells cannot be divided like this.
    #[error(transparent)]
    Split(#[from] SplitError),
    /// A fold could not be trained or judged.
    #[error("cross-validation failed")]
    Fold(#[from] CrossValidationError<FoldError>),
    /// What was answered cannot be judged.
    #[error("the answers cannot be judged")]
    Answers(#[from] AnswersError),
}

/// Why a fold has no model.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FoldError {
    /// The training part cannot be used.
    #[error("the training cells cannot be used")]
    Cells(#[from] LabelledCellsError),
    /// The model could not be trained.
    #[error("training failed")]
    Fit(#[from] FitError),
    /// The model could not score the held-out cells.
    #[error("the held-out cells could not be scored")]
    Predict(#[from] PredictError),
}

/// How a reference is divided into folds.
pub(crate) struct Plan {
    pub(crate) folds: Folds,
    choice: Choice,
}

/// What a kind of model did in every fold.
pub(crate) struct Scored {
    pub(crate) result: CrossValidation,
    /// How training went in the first fold.
    pub(crate) training: Option<TrainingRecord>,
    /// What the held-out cells teach a model of all cells.
    pub(crate) learnt: Learnt,
    /// What the calibration changed.
    pub(crate) calibrated: Option<CalibrationRecord>,
    /// Held-out probabilities before they were calibrated.
    pub(crate) own: Scores,
    /// How well cells of labels stand out that were left out.
    pub(crate) unknown: Option<UnknownRecord>,
    /// How often prediction sets hold the right label.
    pub(crate) conformal: Option<ConformalRecord>,
}

/// What held-out cells teach a model of all cells.
#[derive(Debug, Clone)]
pub(crate) struct Learnt {
    /// What makes its probabilities say how often they are right.
    pub(crate) calibration: Calibration,
    /// What is usual among cells of labels that it knows.
    pub(crate) known_cells: Option<KnownCells>,
    /// With which probability a label belongs to a prediction set.
    pub(crate) sets: Option<PredictionSets>,
}

impl Learnt {
    /// Of no cells.
    pub(crate) fn nothing() -> Self {
        Self { calibration: Calibration::None, known_cells: None, sets: None }
    }
}

/// Scores a kind of model on held-out cells and writes all that was found into the record. Gives what a model of all cells
/// can learn from it.
pub(crate) fn score(
    reference: &Reference,
    trainer: &dyn Train,
    options: ScoringOptions,
    seed: u64,
    progress: &dyn Progress,
    record: &mut RunRecord,
) -> Result<Learnt, ScoringError> {
    let plan = plan(reference, options, seed)?;
    begin(reference, &plan, record);
    let mut scored = cross_validate(reference, trainer, &plan.folds, seed, progress)?;
    scored.measure_sets(reference, &plan.folds, options.coverage);
    if options.unknown {
        scored.leave_labels_out(reference, trainer, &plan.folds, seed, progress)?;
    }
    record.baselines = baselines(reference, &plan.folds, seed, progress)?;
    if options.coverage.is_some() {
        record.warnings.extend(scored.conformal.as_ref().and_then(conformal::too_few_cells));
    }
    fill(record, reference, scored, seed)
}

impl Scored {
    /// Measures how often prediction sets hold the right label.
    pub(crate) fn measure_sets(&mut self, reference: &Reference, folds: &Folds, target: Option<f64>) {
        self.conformal = conformal::coverage(reference, folds, &self.result.probabilities, target);
    }

    /// Sees whether cells of labels stand out that are left out of the training.
    pub(crate) fn leave_labels_out(
        &mut self,
        reference: &Reference,
        trainer: &dyn Train,
        folds: &Folds,
        seed: u64,
        progress: &dyn Progress,
    ) -> Result<(), ScoringError> {
        let found = unknown::leave_labels_out(reference, trainer, folds, &self.own, seed, progress)?;
        self.unknown = Some(found);
        Ok(())
    }
}

/// Trains a kind of model in every fold, and scores it there.
pub(crate) fn cross_validate(
    reference: &Reference,
    trainer: &dyn Train,
    folds: &Folds,
    seed: u64,
    progress: &dyn Progress,
) -> Result<Scored, ScoringError> {
    let mut first_training = None;
    let result = evaluate::cross_validate(&reference.cells, &reference.labels, folds, progress, |data| {
        let FoldData { training_cells, training_labels, test_cells, .. } = data;
        let training = LabelledCells::new(training_cells, training_labels)?;
        let fit = trainer.fit(&training, &reference.genes, seed, &Silent)?;
        let mut probabilities = Scores::default();
        let test_cells = on_genes_of(fit.model.as_ref(), test_cells, &reference.genes);
        fit.model.probabilities_into(&test_cells, &mut probabilities)?;
        let (converged, iterations) = (fit.training.converged, fit.training.iterations);
        first_training.get_or_insert(fit.training);
        Ok::<_, FoldError>(FoldPrediction { probabilities, converged, iterations })
    })?;
    calibrated(reference, folds, result, first_training)
}

/// Calibrates the held-out probabilities, those of each fold by the others, and judges them anew.
fn calibrated(
    reference: &Reference,
    folds: &Folds,
    result: CrossValidation,
    training: Option<TrainingRecord>,
) -> Result<Scored, ScoringError> {
    let labels = &reference.labels;
    let fold_of: Vec<usize> = (0..labels.len()).map(|cell| folds.fold_of(cell)).collect();
    let chosen = choose(&HeldOut { probabilities: &result.probabilities, labels }, &fold_of);
    let known_cells = unknown::known_cells(reference, folds, &result.probabilities);
    let own = result.probabilities.clone();
    let before = (result.judgement.metrics, result.judgement.reliability.clone());
    let result = match chosen.calibration {
        Calibration::None => result,
        _ => result.judged_by(labels, folds, chosen.probabilities)?,
    };
    let after = result.judgement.metrics;
    let (metrics, reliability_before) = before;
    let calibrated = match (metrics.ece, after.ece, metrics.brier, after.brier) {
        (Some(ece_before), Some(ece_after), Some(brier_before), Some(brier_after)) => {
            Some(CalibrationRecord {
                method: chosen.calibration.method().to_owned(),
                ece_before,
                ece_after,
                brier_before,
                brier_after,
                reliability_before,
            })
        }
        _ => None,
    };
    let sets = conformal::prediction_sets(reference, folds, &result.probabilities);
    let learnt = Learnt { calibration: chosen.calibration, known_cells, sets };
    Ok(Scored { result, training, learnt, calibrated, own, unknown: None, conformal: None })
}

/// Divides the cells of a reference.
pub(crate) fn plan(reference: &Reference, options: ScoringOptions, seed: u64) -> Result<Plan, ScoringError> {
    if let Some(found) = options.coverage.filter(|target| !conformal::is_target(*target)) {
        return Err(ScoringError::Coverage { found });
    }
    let Some(groups) = &reference.groups else {
        if options.leave_one_out {
            return Err(ScoringError::NoGroups);
        }
        let n = options.folds.unwrap_or(DEFAULT_FOLDS);
        return Ok(Plan {
            folds: evaluate::stratified(&reference.labels, n, seed)?,
            choice: choice(
                "folds",
                format!("{n}, by cell, each label in proportion"),
                options.folds.is_some(),
                "every cell is held out once; with a column of donors as --group the score would be on new donors",
            ),
        });
    };
    let n_groups = groups.set().len();
    if options.leave_one_out {
        return Ok(Plan {
            folds: evaluate::leave_one_group_out(groups)?,
            choice: choice(
                "folds",
                format!("{n_groups}, each group held out once"),
                true,
                "the most training cells that an honest score on new groups allows",
            ),
        });
    }
    let n = options.folds.unwrap_or(DEFAULT_FOLDS.min(n_groups));
    let value = format!("{n}, by group, no group on both sides");
    let reason = "cells of one donor resemble each other; a score on donors that were trained on flatters";
    let fewer = options.folds.is_none() && n < DEFAULT_FOLDS;
    Ok(Plan {
        folds: evaluate::by_group(groups, n)?,
        choice: if fewer {
            detected("folds", value, reason)
        } else {
            choice("folds", value, options.folds.is_some(), reason)
        },
    })
}

/// How cells are divided, and what is to be known before a score is believed.
pub(crate) fn begin(reference: &Reference, plan: &Plan, record: &mut RunRecord) {
    let splits = plan.folds.record();
    record.choices.push(plan.choice.clone());
    if splits.kind == SplitKind::StratifiedCells {
        let column = reference.donor_like.first().map(|column| column.name.as_str());
        record.warnings.extend(column.map(evaluate::score_flatters));
    }
    record.warnings.extend(reference.duplicates.leakage(|cell| plan.folds.fold_of(cell)));
    let labels = &reference.labels;
    record.warnings.extend(evaluate::small_classes(labels.set(), &labels.counts(), splits.folds));
    record.splits = Some(splits);
    record.leaks = leaks::find(reference, &plan.folds);
    // What undoes a score is said before all else.
    record.warnings.splice(0..0, leaks::warnings(&record.leaks));
}

/// Writes the scores into a record, with what chance leaves open; gives what a model of all cells can learn from it.
pub(crate) fn fill(
    record: &mut RunRecord,
    reference: &Reference,
    scored: Scored,
    seed: u64,
) -> Result<Learnt, ScoringError> {
    let Scored { result, training, learnt, calibrated, own: _, unknown, conformal } = scored;
    record.training = training;
    record.choices.push(calibration_choice(&learnt.calibration));
    record.calibration = calibrated;
    record.unknown = unknown;
    record.conformal = conformal;
    record.warnings.extend(evaluate::unseen_labels(&result.folds));
    for fold in result.folds.iter().filter(|fold| !fold.converged) {
        record.warnings.push(
            Warning::new(
                "not-converged",
                format!("fold {}: stopped after {} steps, before it converged", fold.fold, fold.iterations),
            )
            .with_hint("raise --max-iterations"),
        );
    }
    let answers = Answers::new(&reference.labels, &result.called, Some(&result.probabilities))?;
    let units = reference.units();
    let intervals = evaluate::intervals(&answers, units.map(|(_, groups)| groups), seed);
    judged(record, result.judgement, intervals, units.map(|(column, _)| column));
    record.fold_mean = result.fold_mean;
    record.folds = result.folds;
    Ok(learnt)
}

/// The calibration in words.
fn calibration_choice(calibration: &Calibration) -> Choice {
    let value = match calibration {
        Calibration::None => "none".to_owned(),
        Calibration::Temperature { temperature } => format!("temperature {temperature:.3}"),
        Calibration::Vector { .. } => "vector: a slope and a shift for each label".to_owned(),
        Calibration::Isotonic { confidence, .. } => format!("isotonic curve of {} points", confidence.len()),
    };
    let reason = "of none, temperature, vector and isotonic scaling, each fitted on all folds but one and judged on that one, the \
                  best by the Brier score that makes no more cells wrong; scores are of probabilities that were calibrated \
                  without the fold they are of";
    detected("calibration", value, reason)
}

/// Writes what was found of answers into a record. `column` has the groups that were drawn.
pub(crate) fn judged(
    record: &mut RunRecord,
    judgement: Judgement,
    intervals: Intervals,
    column: Option<&str>,
) {
    record.metrics_plain = Some(judgement.metrics);
    record.metrics = Some(intervals.metrics);
    record.per_class = judgement.per_class;
    for (class, intervals) in record.per_class.iter_mut().zip(intervals.per_class) {
        class.intervals = Some(intervals);
    }
    record.confusion = Some(judgement.confusion);
    record.reliability = judgement.reliability;
    let resampling = Resampling { column: column.map(str::to_owned), ..intervals.resampling };
    record.warnings.extend(few_groups(&resampling));
    record.resampling = Some(resampling);
}

/// Says so where there are too few groups for the intervals.
fn few_groups(resampling: &Resampling) -> Option<Warning> {
    let few = resampling.unit == ResampledUnit::Groups && resampling.units < FEW_GROUPS;
    few.then(|| {
        let column = resampling.column.as_deref().unwrap_or("group");
        let message = format!(
            "the intervals come from {} groups (`{column}`): that few cannot show how much groups vary, and \
             the intervals are too narrow",
            resampling.units
        );
        Warning::note("few-groups", message)
    })
}
