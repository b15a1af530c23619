//! Whole trainings, beside those of the processor.

use ferrocyte_core::{Block, Labels, LogNorm, Scores, Silent, TrainingRecord, Vocabulary};
use ferrocyte_learn::LabelledCells;
use ferrocyte_learn::models::{
    Balance, CheckpointError, Checkpoints, DeviceBatch, DeviceNetwork, DeviceWeights, Fit, FitError,
    GenebertDevice, GenebertParams, NoCheckpoints, Schedule, Train, TrainingState,
};
use ferrocyte_learn::optimise::AdamW;

use super::made_up_cells;
use crate::gpu::Gpu;
use crate::learner::Learner;
use crate::train::GenebertOnGpu;

fn small() -> GenebertParams {
    GenebertParams {
        epochs: 4,
        batch_size: 40,
        learning_rate: 3e-3,
        dim: 16,
        layers: 2,
        heads: 2,
        ..GenebertParams::default()
    }
}

type Cells = (Block<LogNorm>, Labels, Vocabulary);

fn fit_with(
    trainer: &dyn Train,
    (cells, labels, genes): &Cells,
    checkpoints: &mut dyn Checkpoints,
) -> Result<Fit, FitError> {
    let data = LabelledCells::new(cells, labels).unwrap();
    trainer.fit_with(&data, genes, 7, &Silent, checkpoints)
}

fn on_gpu(params: GenebertParams) -> GenebertOnGpu {
    GenebertOnGpu::new(params.check().unwrap(), Gpu::processor())
}

fn curve<'a>(record: &'a TrainingRecord, name: &str) -> &'a [f64] {
    &record.curves.iter().find(|curve| curve.name == name).unwrap().values
}

fn probabilities(fit: &Fit, cells: &Block<LogNorm>) -> Scores {
    let mut probabilities = Scores::default();
    fit.model.probabilities_into(cells, &mut probabilities).unwrap();
    probabilities
}

/// Every number beside its like.
fn assert_near(found: &[f64], expected: &[f64], tolerance: f64, what: &str) {
    assert_eq!(found.len(), expected.len(), "{what}");
    for (found, expected) in found.iter().zip(expected) {
        assert!((found - expected).abs() < tolerance, "{what}: {found} and {expected}");
    }
}

#[test]
fn it_takes_the_steps_of_the_processor() {
    let data = made_up_cells(300, 40, 3);
    let plain = small();
    let all_at_once = GenebertParams {
        tokens: 3,
        balance: Balance::Sqrt,
        label_smoothing: 0.1,
        schedule: Schedule::Cosine,
        warm_up: 1,
        ..small()
    };
    for params in [plain, all_at_once] {
        let found = fit_with(&on_gpu(params), &data, &mut NoCheckpoints).unwrap();
        let expected = fit_with(&params.check().unwrap(), &data, &mut NoCheckpoints).unwrap();
        // With dropout: what is left out is the same. Rounding grows from step to step.
        for name in ["training loss", "validation loss", "learning rate"] {
            assert_near(curve(&found.training, name), curve(&expected.training, name), 1e-3, name);
        }
        assert_eq!(found.training.stopped, expected.training.stopped);
        assert_eq!(found.training.iterations, expected.training.iterations);
        let (found_cells, expected_cells) =
            (probabilities(&found, &data.0), probabilities(&expected, &data.0));
        assert_near(found_cells.as_slice(), expected_cells.as_slice(), 1e-2, "probabilities");
        let shape_of = |fit: &Fit| -> Vec<(String, Vec<usize>)> {
            fit.model.to_arrays().iter().map(|array| (array.name.clone(), array.shape.clone())).collect()
        };
        assert_eq!(shape_of(&found), shape_of(&expected));
        assert_eq!(found.model.settings(), expected.model.settings());
    }
}

#[test]
fn it_learns() {
    let data = made_up_cells(300, 40, 3);
    let record = fit_with(&on_gpu(GenebertParams { epochs: 12, ..small() }), &data, &mut NoCheckpoints);
    let record = record.unwrap().training;
    let loss = curve(&record, "training loss");
    assert!(loss[11] < 0.5 * loss[0], "{loss:?}");
    assert!(curve(&record, "validation accuracy").iter().any(|&accuracy| accuracy > 0.9));
}

/// Logarithms of probabilities say what scores do, but for a constant per cell.
#[test]
fn the_model_scores_on_the_processor_as_on_the_device() {
    let data = made_up_cells(100, 30, 3);
    for tokens in [1, 4] {
        let params = GenebertParams { tokens, validation: 0.0, ..small() };
        let genebert = params.check().unwrap();
        let labelled = LabelledCells::new(&data.0, &data.1).unwrap();
        let mut learner = Learner::new(Gpu::processor().device());
        let fit = genebert.fit_on(&mut learner, &labelled, &data.2, 7, &Silent, &mut NoCheckpoints).unwrap();
        let all: Vec<usize> = (0..100).collect();
        let scores = learner.scores(&data.0, &all).unwrap();
        let probabilities = probabilities(&fit, &data.0);
        for (cell, scores) in scores.chunks_exact(3).enumerate() {
            let row = probabilities.row(cell);
            for label in 1..3 {
                let expected = libm::log(row[label]) - libm::log(row[0]);
                let found = f64::from(scores[label] - scores[0]);
                assert!((found - expected).abs() < 1e-4, "{cell}: {found} and {expected}");
            }
        }
    }
}

/// Keeps the last state; breaks off after an epoch.
struct Breaking {
    resume: Option<TrainingState>,
    kept: Option<TrainingState>,
    epochs: usize,
    break_after: usize,
}

impl Checkpoints for Breaking {
    fn resume(&mut self) -> Option<TrainingState> {
        self.resume.take()
    }

    fn save(&mut self, state: &TrainingState) -> Result<(), CheckpointError> {
        self.kept = Some(state.clone());
        self.epochs += 1;
        if self.epochs == self.break_after { Err("pulled the plug".into()) } else { Ok(()) }
    }
}

#[test]
fn a_broken_training_goes_on() {
    let data = made_up_cells(200, 30, 3);
    let trainer = on_gpu(GenebertParams { tokens: 2, ..small() });
    let whole = fit_with(&trainer, &data, &mut NoCheckpoints).unwrap().training;
    let mut first = Breaking { resume: None, kept: None, epochs: 0, break_after: 2 };
    let error = fit_with(&trainer, &data, &mut first).err().unwrap();
    assert_eq!(error, FitError::Save { epoch: 2, problem: "pulled the plug".into() });
    let mut second = Breaking { resume: first.kept, kept: None, epochs: 0, break_after: 99 };
    let resumed = fit_with(&trainer, &data, &mut second).unwrap().training;
    assert_eq!(second.epochs, 2, "what was done is not done again");
    // A state has all that the next step needs; what is added up in parallel may round otherwise.
    assert_near(curve(&resumed, "training loss"), curve(&whole, "training loss"), 1e-4, "training loss");
}

#[test]
fn awkward_cells_are_learned_from_without_complaint() {
    // A gene that is the same everywhere, an empty cell, a label with one cell, no cell to set aside.
    let cells =
        Block::new(3, vec![0, 2, 4, 4, 5], vec![0, 1, 0, 1, 0], vec![2.0, 88.7, 2.0, 88.7, 2.0]).unwrap();
    let labels = Labels::from_names(&["a", "a", "b", "c"]);
    let genes = |n: usize| Vocabulary::new((0..n).map(|gene| format!("G{gene}")).collect()).unwrap();
    let params = GenebertParams { validation: 0.0, ..small() };
    let data = (cells, labels.clone(), genes(3));
    let fit = fit_with(&on_gpu(params), &data, &mut NoCheckpoints).unwrap();
    assert_eq!(fit.model.gene_weights().unwrap()[2], 0.0, "nothing was learnt of a gene that no cell has");
    // Without any gene there is only how common each label is.
    let none = (Block::new(0, vec![0; 5], vec![], vec![]).unwrap(), labels, genes(0));
    for tokens in [1, 2] {
        let fit = fit_with(&on_gpu(GenebertParams { tokens, ..params }), &none, &mut NoCheckpoints).unwrap();
        assert!(probabilities(&fit, &none.0).as_slice().iter().all(|p| p.is_finite()));
    }
}

#[test]
fn a_learning_rate_without_sense_is_found_out() {
    let data = made_up_cells(100, 30, 2);
    let params = GenebertParams { learning_rate: 10.0, weight_decay: 10.0, epochs: 200, ..small() };
    let error = fit_with(&on_gpu(params), &data, &mut NoCheckpoints).err();
    assert!(matches!(error, Some(FitError::Diverged { .. })), "{error:?}");
}

#[test]
fn weights_of_another_network_are_refused() {
    let params = GenebertParams { dim: 4, heads: 2, layers: 1, ..small() };
    let mut learner = Learner::new(Gpu::processor().device());
    assert_eq!(learner.weights().unwrap_err().to_string(), "the network is not there yet");
    let (factor, shift) = ([1.0; 3], [0.0; 3]);
    let network =
        DeviceNetwork { params: &params, n_labels: 2, token_of: &[], factor: &factor, shift: &shift };
    learner.begin(network).unwrap();
    let error = learner.set_weights(Vec::new()).unwrap_err().to_string();
    assert!(error.contains("pos_encoder [1, 1, 4]") && error.ends_with("found ``"), "{error}");
    let shapes = crate::network::Network::new(&network, |row| {
        let shape = [1, row.len()];
        crate::parameters::tensor(row, shape, &Gpu::processor().device())
    })
    .shapes();
    let zeros: Vec<DeviceWeights> = shapes
        .into_iter()
        .map(|(name, shape)| {
            let value = vec![0.0; shape.iter().product()];
            DeviceWeights { name, shape, value, first: vec![], second: vec![] }
        })
        .collect();
    learner.set_weights(zeros.clone()).unwrap();
    let found = learner.weights().unwrap();
    assert_eq!(found[0].first, zeros[0].value, "moments begin at zero");
    let mut short = zeros;
    short[0].first = vec![0.0];
    let error = learner.set_weights(short).unwrap_err().to_string();
    assert!(error.ends_with("found 1"), "{error}");

    // What is there stays there, and can be trained on.
    let cells = Block::new(3, vec![0, 1], vec![2], vec![1.0]).unwrap();
    let step = AdamW { beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weight_decay: 0.01 }.step(1, 1e-4);
    learner.learn(&DeviceBatch::new(&cells, &[0], &[1], &[2.0], 0.0, step)).unwrap();
    // Zeros everywhere: both labels are as likely, and the cell counts twice.
    assert!((learner.loss().unwrap() - 2.0 * 2.0_f64.ln()).abs() < 1e-6);
    assert_eq!(learner.loss().unwrap(), 0.0, "what was fetched is not counted again");
}
