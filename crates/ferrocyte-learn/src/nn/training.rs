//! Epoch after epoch.

use ferrocyte_core::{
    ArrayData, Block, Curve, LogNorm, NamedArray, NamedArrays, Progress, Scores, TrainingRecord, Warning,
};
use serde::{Deserialize, Serialize};

use super::dropout::Noise;
use super::learner::{Learner, OnProcessor};
use super::loss::CrossEntropy;
use super::network::Network;
use super::order::{Mixing, order_of_epoch};
use super::parameter::Parameter;
use super::schedule::Schedule;
use super::windows::for_each_batch;
use crate::cell_parts::CellParts;
use crate::evaluate::{F1Scope, Tally};
use crate::models::{Checkpoints, FitError, ParamError, TrainingState};
use crate::optimise::AdamW;

/// How a network is trained; checked.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Training {
    pub(crate) epochs: usize,
    pub(crate) batch_size: usize,
    pub(crate) learning_rate: f64,
    pub(crate) weight_decay: f64,
    pub(crate) dropout: f64,
    pub(crate) patience: usize, // epochs without progress before it stops; 0 for never
    pub(crate) schedule: Schedule,
    pub(crate) warm_up: usize, // epochs
    pub(crate) smoothing: f64,
    pub(crate) mixing: Mixing,
}

impl Training {
    /// The rules that every network's settings keep. `validation` is the share of cells set aside.
    pub(crate) fn check(&self, validation: f64) -> Result<(), ParamError> {
        let rule = |name, rule, ok: bool, found: String| {
            if ok { Ok(()) } else { Err(ParamError { name, rule, found }) }
        };
        let Self { epochs, batch_size, learning_rate, weight_decay, dropout, warm_up, smoothing, .. } = *self;
        let below_one = |share: f64| (0.0..1.0).contains(&share);
        rule("epochs", "from 1 to 100000", (1..=100_000).contains(&epochs), epochs.to_string())?;
        rule("batch_size", "from 1 to 65536", (1..=65_536).contains(&batch_size), batch_size.to_string())?;
        let fine = learning_rate > 0.0 && learning_rate <= 10.0;
        rule("learning_rate", "above 0 and at most 10", fine, learning_rate.to_string())?;
        let fine = (0.0..=10.0).contains(&weight_decay);
        rule("weight_decay", "from 0 to 10", fine, weight_decay.to_string())?;
        rule("dropout", "at least 0 and below 1", below_one(dropout), dropout.to_string())?;
        rule("label_smoothing", "at least 0 and below 1", below_one(smoothing), smoothing.to_string())?;
        rule("validation", "at least 0 and below 1", below_one(validation), validation.to_string())?;
        rule("warm_up", "at most the number of epochs", warm_up <= epochs, warm_up.to_string())
    }
}

/// What a network is trained on.
#[derive(Clone, Copy)]
pub(crate) struct TrainingCells<'a> {
    pub(crate) cells: CellParts<'a>,
    /// Label of every cell.
    pub(crate) labels: &'a [u32],
    /// How much every cell counts.
    pub(crate) weights: &'a [f64],
    /// Cells that are trained on.
    pub(crate) training: &'a [usize],
    /// Cells that only say how it goes.
    pub(crate) validation: &'a [usize],
    /// Cells in memory, those of `validation` among them, and where each of these is.
    pub(crate) aside: (&'a Block<LogNorm>, &'a [usize]),
}

/// What was measured in one epoch.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Epoch {
    loss: f64,
    learning_rate: f64,
    validation: Option<Validation>,
}

/// How the network did on cells that it was not trained on.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Validation {
    loss: f64,
    accuracy: f64,
    f1_macro: f64,
}

/// How far a training is.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Log {
    epochs: Vec<Epoch>,
    best: usize, // number of the best epoch, from 1
}

/// Moments that `AdamW` forgets with, as in the original work and as in `PyTorch` by default.
const BETAS: (f64, f64) = (0.9, 0.999);
const EPSILON: f64 = 1e-8;

/// Beginnings of the names of arrays in a saved state.
const WEIGHT: &str = "weight/";
const FIRST: &str = "first/";
const SECOND: &str = "second/";
const BEST: &str = "best/";

/// Trains a network; it is left with the weights of the best epoch: the one with the highest accuracy on the cells set aside, of
/// equals the one with the lower loss there. Without such cells it is the last.
pub(crate) fn train<N: Network>(
    network: &mut N,
    cells: &TrainingCells<'_>,
    training: &Training,
    seed: u64,
    progress: &dyn Progress,
    checkpoints: &mut dyn Checkpoints,
) -> Result<(TrainingRecord, Option<Warning>), FitError> {
    train_on(&mut OnProcessor::new(network), cells, training, seed, progress, checkpoints)
}

/// As [`train`], wherever it is computed.
pub(crate) fn train_on<L: Learner>(
    learner: &mut L,
    cells: &TrainingCells<'_>,
    training: &Training,
    seed: u64,
    progress: &dyn Progress,
    checkpoints: &mut dyn Checkpoints,
) -> Result<(TrainingRecord, Option<Warning>), FitError> {
    let mut best = Vec::new();
    let mut log = Log::default();
    if let Some(state) = checkpoints.resume() {
        log = restore(learner, &mut best, &state, training, !cells.validation.is_empty())?;
    }
    progress.begin("training", training.epochs as u64);
    progress.advance(log.epochs.len() as u64);
    while log.epochs.len() < training.epochs && !out_of_patience(&log, training) {
        let epoch = run_epoch(learner, cells, training, log.epochs.len(), seed)?;
        progress.note(&in_words(log.epochs.len() + 1, &epoch));
        progress.advance(1);
        log.epochs.push(epoch);
        if is_best(&log) {
            log.best = log.epochs.len();
            best.clear();
            // Without cells set aside the last epoch is the best, and the network itself is the copy.
            if !cells.validation.is_empty() {
                learner.visit(&mut |named| best.push(named.parameter.value.clone()))?;
            }
        }
        if checkpoints.keeps() {
            let state = save(learner, &best, &log)?;
            checkpoints.save(&state).map_err(|error| failed_to_save(&log, chain(error.as_ref())))?;
        }
    }
    progress.finish();
    let mut values = best.into_iter();
    learner.visit(&mut |named| {
        if let Some(value) = values.next() {
            named.parameter.value = value;
        }
        named.parameter.end_training();
    })?;
    learner.weights_changed()?;
    Ok((record(&log, cells, training), last_was_best(&log, cells, training)))
}

fn run_epoch<L: Learner>(
    learner: &mut L,
    cells: &TrainingCells<'_>,
    training: &Training,
    epoch: usize,
    seed: u64,
) -> Result<Epoch, FitError> {
    let steps_per_epoch = cells.training.len().div_ceil(training.batch_size) as u64;
    let (warm_up, steps) =
        (training.warm_up as u64 * steps_per_epoch, training.epochs as u64 * steps_per_epoch);
    let adamw =
        AdamW { beta1: BETAS.0, beta2: BETAS.1, epsilon: EPSILON, weight_decay: training.weight_decay };
    let loss = CrossEntropy { smoothing: training.smoothing };
    let (order, window) = order_of_epoch(cells.training, training.mixing, training.batch_size, seed, epoch);
    let (mut total, mut learning_rate) = (0.0, 0.0);
    let mut number = epoch as u64 * steps_per_epoch;
    for_each_batch(cells, &order, window, training.batch_size, |batch| {
        learning_rate = training.learning_rate * training.schedule.share(number, warm_up, steps);
        let step = adamw.step(number + 1, learning_rate);
        let noise = Noise::new(seed, number, training.dropout);
        learner.learn(batch, loss, noise.as_ref(), &step)?;
        total += batch.weight();
        number += 1;
        Ok(())
    })?;
    let sum = learner.loss()?;
    if !f64::is_finite(sum) {
        return Err(FitError::Diverged { epoch: epoch + 1 });
    }
    let validation = validate(learner, cells)?;
    if validation.is_some_and(|validation| !validation.loss.is_finite()) {
        return Err(FitError::Diverged { epoch: epoch + 1 });
    }
    Ok(Epoch { loss: sum / total, learning_rate, validation })
}

/// Scores on the cells set aside; every cell counts the same, and labels are not smoothed.
fn validate<L: Learner>(learner: &mut L, cells: &TrainingCells<'_>) -> Result<Option<Validation>, FitError> {
    let TrainingCells { labels, validation, aside: (block, positions), .. } = *cells;
    if validation.is_empty() {
        return Ok(None);
    }
    let mut probabilities = Scores::default();
    learner.predict(block, positions, &mut probabilities)?;
    let n_labels = learner.n_labels();
    let none = vec![0; n_labels];
    let mut tally = Tally {
        cells: validation.len(),
        given: none.clone(),
        called: none.clone(),
        agreed: none,
        unassigned: 0,
    };
    let mut loss = 0.0;
    for (i, &cell) in validation.iter().enumerate() {
        let (label, called) = (labels[cell] as usize, probabilities.best(i));
        tally.given[label] += 1;
        tally.called[called] += 1;
        tally.agreed[label] += usize::from(label == called);
        // A probability that is zero in double precision costs what the smallest number there costs.
        loss -= libm::log(probabilities.row(i)[label].max(f64::MIN_POSITIVE));
    }
    let n = validation.len() as f64;
    Ok(Some(Validation {
        loss: loss / n,
        accuracy: tally.right() as f64 / n,
        f1_macro: tally.f1_macro(F1Scope::Given),
    }))
}

/// Whether the last epoch is better than the best before it.
fn is_best(log: &Log) -> bool {
    let Some(last) = log.epochs.last().and_then(|epoch| epoch.validation) else { return true };
    let best = log.best.checked_sub(1).and_then(|best| log.epochs.get(best)?.validation);
    best.is_none_or(|best| {
        last.accuracy > best.accuracy || (last.accuracy == best.accuracy && last.loss < best.loss)
    })
}

fn out_of_patience(log: &Log, training: &Training) -> bool {
    training.patience > 0 && log.epochs.len() - log.best >= training.patience
}

fn in_words(number: usize, epoch: &Epoch) -> String {
    let loss = format!("epoch {number}: loss {:.4}", epoch.loss);
    match epoch.validation {
        Some(Validation { accuracy, f1_macro, .. }) => {
            format!("{loss}, on cells set aside: accuracy {accuracy:.4}, macro F1 {f1_macro:.4}")
        }
        None => loss,
    }
}

fn record(log: &Log, cells: &TrainingCells<'_>, training: &Training) -> TrainingRecord {
    let curve = |name: &str, of: &dyn Fn(&Epoch) -> Option<f64>| Curve {
        name: name.to_owned(),
        step: "epoch".to_owned(),
        values: log.epochs.iter().filter_map(of).collect(),
    };
    let validation = |of: fn(&Validation) -> f64| move |epoch: &Epoch| epoch.validation.as_ref().map(of);
    let mut curves = vec![
        curve("training loss", &|epoch| Some(epoch.loss)),
        curve("validation loss", &validation(|v| v.loss)),
        curve("validation accuracy", &validation(|v| v.accuracy)),
        curve("validation macro F1", &validation(|v| v.f1_macro)),
        curve("learning rate", &|epoch| Some(epoch.learning_rate)),
    ];
    curves.retain(|curve| !curve.values.is_empty());
    let n = log.epochs.len();
    let ran = if n < training.epochs {
        format!("{} epochs in a row were no better, so it stopped after {n}", training.patience)
    } else {
        format!("all {n} epochs were run")
    };
    let kept = if cells.validation.is_empty() {
        "too few cells to set some aside, so the last is kept".to_owned()
    } else {
        format!("epoch {} did best on the {} cells set aside and is kept", log.best, cells.validation.len())
    };
    TrainingRecord {
        converged: true,
        iterations: n * cells.training.len().div_ceil(training.batch_size),
        stopped: format!("{ran}; {kept}"),
        curves,
    }
}

/// When the last epoch did best, the next might have done better.
fn last_was_best(log: &Log, cells: &TrainingCells<'_>, training: &Training) -> Option<Warning> {
    (!cells.validation.is_empty() && log.best == training.epochs).then(|| {
        let message =
            format!("of {} epochs the last did best on the cells set aside: more might do better", log.best);
        Warning::note("last-epoch-best", message).with_hint("raise --epochs")
    })
}

/// Everything that the next epoch needs. Random numbers need no state: each epoch has its own.
fn save<L: Learner>(learner: &mut L, best: &[Vec<f32>], log: &Log) -> Result<TrainingState, FitError> {
    let mut arrays = Vec::new();
    let mut best = best.iter();
    learner.visit(&mut |named| {
        let Parameter { value, first, second, .. } = &*named.parameter;
        let parts =
            [(WEIGHT, Some(value)), (FIRST, Some(first)), (SECOND, Some(second)), (BEST, best.next())];
        for (part, values) in parts {
            if let Some(values) = values {
                let (name, shape) = (format!("{part}{}", named.name), vec![values.len()]);
                arrays.push(NamedArray { name, shape, data: ArrayData::F32(values.clone()) });
            }
        }
    })?;
    let arrays = NamedArrays::new(arrays).map_err(|error| failed_to_save(log, error.to_string()))?;
    let log = serde_json::to_value(log).map_err(|error| failed_to_save(log, error.to_string()))?;
    Ok(TrainingState { log, arrays })
}

fn failed_to_save(log: &Log, problem: String) -> FitError {
    FitError::Save { epoch: log.epochs.len(), problem }
}

/// Puts a network where it was; the best epoch is kept apart only where cells were set aside to find it.
fn restore<L: Learner>(
    learner: &mut L,
    best: &mut Vec<Vec<f32>>,
    state: &TrainingState,
    training: &Training,
    keeps_best: bool,
) -> Result<Log, FitError> {
    let refuse = |problem: String| FitError::Resume { problem };
    let log: Log = serde_json::from_value(state.log.clone()).map_err(|error| refuse(error.to_string()))?;
    let n = log.epochs.len();
    if n == 0 || n > training.epochs || !(1..=n).contains(&log.best) {
        return Err(refuse(format!("it says that epoch {} of {n} is the best", log.best)));
    }
    let mut problem = None;
    learner.visit(&mut |named| {
        let shape = [named.parameter.value.len()];
        let mut take = |part: &str| match state.arrays.f32(&format!("{part}{}", named.name), &shape) {
            Ok(values) => values.to_vec(),
            Err(error) => {
                problem.get_or_insert(error.to_string());
                vec![0.0; shape[0]]
            }
        };
        *named.parameter =
            Parameter { value: take(WEIGHT), gradient: Vec::new(), first: take(FIRST), second: take(SECOND) };
        if keeps_best {
            best.push(take(BEST));
        }
    })?;
    learner.weights_changed()?;
    problem.map_or(Ok(log), |problem| Err(refuse(problem)))
}

/// An error with its causes, in one line.
pub(crate) fn chain(error: &(dyn std::error::Error + 'static)) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text = format!("{text}: {cause}");
        source = cause.source();
    }
    text
}
