//! Cross-validation of a kind of model on a reference, into a run record.

use ferrocyte_core::{
    Calibration, CalibrationRecord, Choice, ConformalRecord, Labels, Metrics, Progress, ReliabilityBin,
    ResampledUnit, Resampling, RunRecord, Scores, Silent, SourceError, SplitKind, Splits, TrainingRecord,
    UnknownRecord, Vocabulary, Warning,
};
use ferrocyte_learn::calibrate::{HeldOut, choose};
use ferrocyte_learn::conformal::PredictionSets;
use ferrocyte_learn::evaluate::{
    self, Answers, AnswersError, CrossValidation, CrossValidationError, FoldData, FoldPrediction, Folds,
    Intervals, Judgement, SplitError,
};
use ferrocyte_learn::models::{FitError, PredictError, Train, probabilities_of};
use ferrocyte_learn::unknown::KnownCells;
use ferrocyte_learn::{LabelledCells, LabelledCellsError};

use crate::baselines::baselines;
use crate::choices::{choice, detected};
use crate::conformal;
use crate::leaks;
use crate::reference::{Reference, TestPart};
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
    /// Cells can be divided in one way only.
    #[error("the cells are divided by {one} or by {other}, not by both")]
    TwoRules {
        /// A rule.
        one: &'static str,
        /// Another.
        other: &'static str,
    },
    /// The part to test on is nothing, or all.
    #[error("the cells cannot be divided by `{condition}`; {values}")]
    TestPart {
        /// The condition.
        condition: String,
        /// What its columns hold.
        values: String,
        /// What is wrong.
        #[source]
        source: SplitError,
    },
    /// The cells cannot be divided like this.
    #[error(transparent)]
    Split(#[from] SplitError),
    /// A fold could not be trained or judged.
    #[error("cross-validation failed")]
    Fold(#[from] CrossValidationError<FoldError>),
    /// The cells cannot be read again.
    #[error("the cells cannot be read")]
    Read(#[source] SourceError),
    /// What was answered cannot be judged.
    #[error("the answers cannot be judged")]
    Answers(#[from] AnswersError),
}

/// Why a fold has no model.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FoldError {
    /// The cells cannot be read again.
    #[error("the cells cannot be read")]
    Read(#[source] SourceError),
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
    /// What says who is held out.
    held_out_by: Option<String>,
}

/// What a kind of model did in every fold.
pub(crate) struct Scored {
    pub(crate) result: CrossValidation,
    /// The cells that were tested: what `result` is of.
    pub(crate) tested: Vec<usize>,
    /// Their probabilities before calibration.
    pub(crate) uncalibrated: Scores,
    /// Folds that had one label to learn from, with that label.
    pub(crate) one_label: Vec<(usize, String)>,
    /// How training went in the first fold.
    pub(crate) training: Option<TrainingRecord>,
    /// What the held-out cells teach a model of all cells.
    pub(crate) learnt: Learnt,
    /// What the calibration changed.
    pub(crate) calibrated: Option<CalibrationRecord>,
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
    let (_, scored) = held_out(reference, trainer, options, seed, progress, record)?;
    fill(record, reference, scored, seed)
}

/// What a kind of model and the baselines say of held-out cells; all that is known before scores are looked at is written
/// into the record.
pub(crate) fn held_out(
    reference: &Reference,
    trainer: &dyn Train,
    options: ScoringOptions,
    seed: u64,
    progress: &dyn Progress,
    record: &mut RunRecord,
) -> Result<(Folds, Scored), ScoringError> {
    let plan = plan(reference, options, seed)?;
    begin(reference, &plan, record)?;
    let mut scored = cross_validate(reference, trainer, &plan.folds, seed, progress)?;
    scored.measure_sets(reference, &plan.folds, options.coverage);
    if options.unknown {
        scored.leave_labels_out(reference, trainer, &plan.folds, seed, progress)?;
    }
    record.baselines = baselines(reference, &plan.folds, seed, progress)?;
    if options.coverage.is_some() {
        record.warnings.extend(scored.conformal.as_ref().and_then(conformal::too_few_cells));
    }
    Ok((plan.folds, scored))
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
        if folds.n_folds() < 2 {
            return Ok(()); // what is usual is known from other folds alone
        }
        let found = unknown::leave_labels_out(reference, trainer, folds, &self.uncalibrated, seed, progress)?;
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
    let mut one_label = Vec::new();
    let result = evaluate::cross_validate(&reference.cells, &reference.labels, folds, progress, |data| {
        if let [only] = data.training_labels.set().names() {
            one_label.push((data.fold.number, only.clone()));
        }
        let (prediction, training) = fit_and_predict(data, trainer, &reference.genes, seed)?;
        first_training = first_training.take().or(training);
        Ok::<_, FoldError>(prediction)
    })?;
    let mut scored = calibrated(reference, folds, result)?;
    scored.training = first_training;
    scored.one_label = one_label;
    Ok(scored)
}

/// Trains on the cells of a fold and predicts its held-out ones. Where the training cells have one label only there is
/// nothing to tell apart: every cell is called that, which is what such a fold is worth.
pub(crate) fn fit_and_predict(
    data: FoldData<'_>,
    trainer: &dyn Train,
    genes: &Vocabulary,
    seed: u64,
) -> Result<(FoldPrediction, Option<TrainingRecord>), FoldError> {
    let FoldData { training_cells, training_labels, test_cells, .. } = data;
    if training_labels.set().len() == 1 {
        let probabilities = evaluate::majority(training_labels, test_cells.n_cells());
        return Ok((FoldPrediction { probabilities, converged: true, iterations: 0 }, None));
    }
    let training = LabelledCells::of_store(training_cells, training_labels)?;
    let fit = trainer.fit(&training, genes, seed, &Silent)?;
    let probabilities = probabilities_of(fit.model.as_ref(), test_cells, genes)?;
    let (converged, iterations) = (fit.training.converged, fit.training.iterations);
    Ok((FoldPrediction { probabilities, converged, iterations }, Some(fit.training)))
}

/// Calibrates the held-out probabilities, those of each fold by the others, and judges them anew.
fn calibrated(
    reference: &Reference,
    folds: &Folds,
    mut result: CrossValidation,
) -> Result<Scored, ScoringError> {
    let tested = folds.tested();
    let labels = reference.labels.select(&tested);
    let fold_of: Vec<usize> = tested.iter().map(|&cell| folds.fold_of(cell)).collect();
    let chosen = choose(&HeldOut { probabilities: &result.probabilities, labels: &labels }, &fold_of);
    let known_cells = unknown::known_cells(reference, folds, &result.probabilities);
    let before = (result.judgement.metrics, result.judgement.reliability.clone());
    let uncalibrated = std::mem::take(&mut result.probabilities);
    let result = match chosen.calibration {
        Calibration::None => CrossValidation { probabilities: chosen.probabilities, ..result },
        _ => result.judged_by(&reference.labels, folds, chosen.probabilities)?,
    };
    let calibrated = calibration_record(&chosen.calibration, before, &result.judgement.metrics);
    let sets = conformal::prediction_sets(reference, folds, &result.probabilities);
    Ok(Scored {
        result,
        tested,
        uncalibrated,
        one_label: Vec::new(),
        training: None,
        learnt: Learnt { calibration: chosen.calibration, known_cells, sets },
        calibrated,
        unknown: None,
        conformal: None,
    })
}

/// What a calibration changed; `None` where there were no probabilities.
pub(crate) fn calibration_record(
    calibration: &Calibration,
    (before, reliability_before): (Metrics, Vec<ReliabilityBin>),
    after: &Metrics,
) -> Option<CalibrationRecord> {
    Some(CalibrationRecord {
        method: calibration.method().to_owned(),
        ece_before: before.ece?,
        ece_after: after.ece?,
        brier_before: before.brier?,
        brier_after: after.brier?,
        reliability_before,
    })
}

/// Divides the cells of a reference.
pub(crate) fn plan(reference: &Reference, options: ScoringOptions, seed: u64) -> Result<Plan, ScoringError> {
    if let Some(found) = options.coverage.filter(|target| !conformal::is_target(*target)) {
        return Err(ScoringError::Coverage { found });
    }
    let study = reference.studies.as_ref().zip(reference.summary.study_column.as_ref());
    let by_hand = [
        (reference.test_part.is_some(), "a part to test on"),
        (study.is_some(), "study"),
        (options.leave_one_out, "each group held out once"),
        (options.folds.is_some(), "a number of folds"),
    ];
    let mut asked = by_hand.iter().filter(|(asked, _)| *asked).map(|(_, rule)| *rule);
    if let (Some(one), Some(other)) = (asked.next(), asked.next()) {
        return Err(ScoringError::TwoRules { one, other });
    }
    if let Some(part) = &reference.test_part {
        return by_test_part(part, reference.groups.as_ref());
    }
    if let Some((studies, column)) = study {
        return Ok(Plan {
            folds: evaluate::leave_one_study_out(studies)?,
            choice: choice(
                "folds",
                format!("{}, each study of `{column}` held out once", studies.set().len()),
                true,
                "studies differ in more than donors do (protocol, place, who labelled): only a score on studies that were \
                 not trained on says what to expect on the next one",
            ),
            held_out_by: Some(column.clone()),
        });
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
            held_out_by: None,
        });
    };
    by_groups(groups, reference.summary.group_column.clone(), options)
}

/// Trains on the other cells and tests on one part.
fn by_test_part(part: &TestPart, groups: Option<&Labels>) -> Result<Plan, ScoringError> {
    let TestPart { condition, values, tested } = part;
    let folds = evaluate::test_part(tested, groups).map_err(|source| ScoringError::TestPart {
        condition: condition.clone(),
        values: values.clone(),
        source,
    })?;
    let n_tested = folds.tested().len();
    Ok(Plan {
        choice: choice(
            "folds",
            format!("one: {n_tested} cells with {condition} tested, {} trained on", tested.len() - n_tested),
            true,
            "these cells were named as the ones to test on; each score is of them alone, and a single split does not \
             show how much it depends on who is tested",
        ),
        folds,
        held_out_by: Some(condition.clone()),
    })
}

/// Divides whole groups.
fn by_groups(
    groups: &Labels,
    held_out_by: Option<String>,
    options: ScoringOptions,
) -> Result<Plan, ScoringError> {
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
            held_out_by,
        });
    }
    let n = options.folds.unwrap_or(DEFAULT_FOLDS.min(n_groups).max(2)); // one group: its own words
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
        held_out_by,
    })
}

/// How cells are divided, and what is to be known before a score is believed.
pub(crate) fn begin(reference: &Reference, plan: &Plan, record: &mut RunRecord) -> Result<(), ScoringError> {
    let splits = Splits { held_out_by: plan.held_out_by.clone(), ..plan.folds.record() };
    record.choices.push(plan.choice.clone());
    if splits.kind == SplitKind::StratifiedCells {
        let column = reference.donor_like.first().map(|column| column.name.as_str());
        record.warnings.extend(column.map(evaluate::score_flatters));
    }
    record.warnings.extend(reference.duplicates.leakage(|cell| plan.folds.fold_of(cell)));
    let labels = &reference.labels;
    record.warnings.extend(evaluate::small_classes(labels.set(), &labels.counts(), splits.folds));
    if let (SplitKind::Groups | SplitKind::LeaveOneGroupOut, Some(groups)) = (splits.kind, &reference.groups)
    {
        record.warnings.extend(single_cell_groups(reference, groups));
    }
    record.splits = Some(splits);
    let found = leaks::find(reference, &plan.folds).map_err(ScoringError::Read)?;
    record.leaks = found.leaks;
    record.warnings.extend(found.looked_at);
    // What undoes a score is said before all else.
    record.warnings.splice(0..0, leaks::warnings(&record.leaks));
    Ok(())
}

/// Writes the scores into a record, with what chance leaves open; gives what a model of all cells can learn from it.
pub(crate) fn fill(
    record: &mut RunRecord,
    reference: &Reference,
    scored: Scored,
    seed: u64,
) -> Result<Learnt, ScoringError> {
    let Scored { result, tested, one_label, training, learnt, calibrated, unknown, conformal, .. } = scored;
    let labels = reference.labels.select(&tested);
    record.training = training;
    record.choices.push(calibration_choice(&learnt.calibration, result.folds.len()));
    record.calibration = calibrated;
    record.unknown = unknown;
    record.conformal = conformal;
    record.warnings.extend(evaluate::unseen_labels(&result.folds));
    record.warnings.extend(one_label_folds(&one_label, result.folds.len()));
    for fold in result.folds.iter().filter(|fold| !fold.converged) {
        record.warnings.push(
            Warning::new(
                "not-converged",
                format!("fold {}: stopped after {} steps, before it converged", fold.fold, fold.iterations),
            )
            .with_hint("raise --max-iterations"),
        );
    }
    if let Some(hierarchy) = &reference.hierarchy {
        record.hierarchy = evaluate::hierarchical(hierarchy, &labels, &result.probabilities);
    }
    let answers = Answers::new(&labels, &result.called, Some(&result.probabilities))?;
    let units = reference.units().map(|(column, groups)| (column, groups.select(&tested).over_occurring()));
    let groups = units.as_ref().map(|(_, groups)| groups);
    let intervals = evaluate::intervals(&answers, groups, seed);
    judged(record, result.judgement, intervals, units.as_ref().map(|(column, _)| *column));
    record.fold_mean = result.fold_mean;
    record.folds = result.folds;
    Ok(learnt)
}

/// Says so where folds had one label to learn from.
fn one_label_folds(folds: &[(usize, String)], n_folds: usize) -> Option<Warning> {
    let (number, label) = folds.first()?;
    let message = format!(
        "the training cells of {} of {n_folds} folds have one label only (fold {number}: `{label}`): every held-out cell is \
         called that there, right or wrong",
        folds.len()
    );
    let hint = "a label must occur in several groups to be learnt without one of them";
    Some(Warning::new("one-label-fold", message).with_hint(hint))
}

/// Says so where groups have a single cell.
fn single_cell_groups(reference: &Reference, groups: &Labels) -> Option<Warning> {
    let column = reference.summary.group_column.as_deref().unwrap_or("group");
    let counts = groups.counts();
    let single: Vec<String> = (groups.set().names().iter().zip(&counts))
        .filter(|(_, count)| **count == 1)
        .map(|(name, _)| name.clone())
        .collect();
    if single.is_empty() {
        return None;
    }
    if single.len() == counts.len() {
        let message =
            format!("every group of `{column}` has one cell: these are folds by cell under another name");
        return Some(
            Warning::new("single-cell-groups", message).with_hint("name the column of donors as --group"),
        );
    }
    let message = format!(
        "{} of {} groups of `{column}` have one cell: {}; each is tested, and says next to nothing by itself",
        single.len(),
        counts.len(),
        crate::hint::list(&single)
    );
    Some(Warning::note("single-cell-groups", message))
}

/// The calibration in words.
fn calibration_choice(calibration: &Calibration, n_folds: usize) -> Choice {
    if n_folds < 2 {
        let reason =
            "a calibration is fitted on some held-out folds and judged on another: there is one part only";
        return detected("calibration", "none", reason);
    }
    let value = match calibration {
        Calibration::None => "none".to_owned(),
        Calibration::Temperature { temperature } => format!("temperature {temperature:.3}"),
        Calibration::Vector { .. } => "vector: a slope and a shift for each label".to_owned(),
        Calibration::Isotonic { confidence, .. } => format!("isotonic curve of {} points", confidence.len()),
    };
    let reason = "of none, temperature, vector and isotonic scaling, each fitted on all folds but one and judged on that one, the \
                  simplest within a hundredth of the best Brier score that harms no fold and makes no more cells wrong; scores are of probabilities that were calibrated \
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
