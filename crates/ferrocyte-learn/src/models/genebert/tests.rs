//! What `GeneBERT` promises, on cells small enough to reason about.

use ferrocyte_core::{ArrayData, Block, Labels, LogNorm, NamedArray, NamedArrays, Silent, Vocabulary};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::params::{Genebert, GenebertParams};
use crate::labelled_cells::LabelledCells;
use crate::models::network::Architecture;
use crate::models::{
    Balance, Checkpoints, Fit, FitError, LoadError, ModelKind, NoCheckpoints, Schedule, Train, TrainingState,
    check_classifier,
};
use crate::nn::testing::Breaking;

fn genes(n: usize) -> Vocabulary {
    Vocabulary::new((0..n).map(|i| format!("gene{i}")).collect()).unwrap()
}

/// Cells of overlapping types; gene 3 is in no cell.
fn random_cells(n_cells: usize, n_genes: usize, n_labels: usize) -> (Block<LogNorm>, Labels) {
    let mut rng = ChaCha8Rng::seed_from_u64(1);
    let (mut row_ptr, mut gene, mut value, mut names) = (vec![0], vec![], vec![], vec![]);
    for cell in 0..n_cells {
        let label = cell % n_labels;
        names.push(format!("type{label:03}"));
        for which in (0..n_genes).filter(|&which| which != 3) {
            if rng.random::<f32>() < if which % n_labels == label { 0.8 } else { 0.2 } {
                gene.push(which as u32);
                value.push(rng.random::<f32>() * 5.0);
            }
        }
        row_ptr.push(gene.len());
    }
    (Block::new(n_genes, row_ptr, gene, value).unwrap(), Labels::from_names(&names))
}

fn small() -> GenebertParams {
    GenebertParams {
        epochs: 4,
        batch_size: 40,
        learning_rate: 3e-3,
        dim: 16,
        heads: 2,
        ..GenebertParams::default()
    }
}

fn fit_with(
    params: GenebertParams,
    cells: &Block<LogNorm>,
    labels: &Labels,
    checkpoints: &mut dyn Checkpoints,
) -> Result<Fit, FitError> {
    let data = LabelledCells::new(cells, labels).unwrap();
    params.check().unwrap().fit_with(&data, &genes(cells.n_genes()), 7, &Silent, checkpoints)
}

fn fit(params: GenebertParams, cells: &Block<LogNorm>, labels: &Labels) -> Fit {
    fit_with(params, cells, labels, &mut NoCheckpoints).unwrap()
}

#[test]
fn it_keeps_the_promises_of_a_classifier() {
    for (n_labels, tokens) in [(2, 1), (5, 3)] {
        let (cells, labels) = random_cells(150, 30, n_labels);
        let fit = fit(GenebertParams { tokens, ..small() }, &cells, &labels);
        check_classifier(fit.model.as_ref(), &cells.select_cells(&[0, 1, 2, 149]));
    }
}

#[test]
fn it_learns_and_says_how() {
    let (cells, labels) = random_cells(300, 40, 3);
    for tokens in [1, 4] {
        let params = GenebertParams { epochs: 12, tokens, ..small() };
        let record = fit(params, &cells, &labels).training;
        let curve = |name: &str| &record.curves.iter().find(|curve| curve.name == name).unwrap().values;
        assert_eq!(curve("training loss").len(), 12);
        assert!(curve("training loss")[11] < 0.5 * curve("training loss")[0], "{:?}", record.curves);
        let best = curve("validation accuracy").iter().copied().fold(0.0, f64::max);
        assert!(best > 0.9, "{best}");
        assert!(record.stopped.contains("all 12 epochs were run; epoch"), "{}", record.stopped);
        assert_eq!(record.iterations, 12 * 6); // 240 cells in batches of 40
    }
}

#[test]
fn threads_do_not_change_a_bit() {
    let (cells, labels) = random_cells(200, 30, 3);
    let with = |threads| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| {
            let params = GenebertParams {
                tokens: 2,
                balance: Balance::Sqrt,
                label_smoothing: 0.1,
                schedule: Schedule::Cosine,
                warm_up: 1,
                ..small()
            };
            let fit = fit(params, &cells, &labels);
            (fit.model.to_arrays(), fit.training)
        })
    };
    let one = with(1);
    assert_eq!(one, with(3));
    let rates = &one.1.curves.iter().find(|curve| curve.name == "learning rate").unwrap().values;
    assert!(rates[0] == 3e-3 && rates.windows(2).all(|pair| pair[0] > pair[1]), "{rates:?}");
}

#[test]
fn a_training_that_was_still_getting_better_says_so() {
    let (cells, labels) = random_cells(300, 40, 3);
    let fit = fit(GenebertParams { epochs: 2, learning_rate: 1e-4, ..small() }, &cells, &labels);
    assert!(fit.training.stopped.contains("epoch 2 did best"), "{}", fit.training.stopped);
    let codes: Vec<&str> = fit.warnings.iter().map(|warning| warning.code.as_str()).collect();
    assert_eq!(codes, ["last-epoch-best"]);
}

#[test]
fn patience_ends_a_training_that_gets_no_better() {
    let (cells, labels) = random_cells(200, 30, 2);
    let params = GenebertParams { epochs: 200, patience: 2, learning_rate: 1e-2, ..small() };
    let fit = fit(params, &cells, &labels);
    assert!(fit.warnings.is_empty(), "{:?}", fit.warnings);
    let record = fit.training;
    let n = record.curves[0].values.len();
    assert!((3..200).contains(&n), "{n}");
    assert!(record.stopped.starts_with("2 epochs in a row were no better"), "{}", record.stopped);
}

#[test]
fn a_broken_training_goes_on_to_the_same_bytes() {
    let (cells, labels) = random_cells(200, 30, 3);
    let params = GenebertParams { schedule: Schedule::Cosine, ..small() };
    let whole = fit(params, &cells, &labels);
    for break_after in 1..=4 {
        let mut first = Breaking { resume: None, kept: None, epochs: 0, break_after };
        let error = fit_with(params, &cells, &labels, &mut first).err().unwrap();
        assert_eq!(error, FitError::Save { epoch: break_after, problem: "pulled the plug".into() });
        let mut second = Breaking { resume: first.kept, kept: None, epochs: 0, break_after: 99 };
        let resumed = fit_with(params, &cells, &labels, &mut second).unwrap();
        assert_eq!(second.epochs, 4 - break_after, "what was done is not done again");
        assert_eq!(resumed.model.to_arrays(), whole.model.to_arrays());
        assert_eq!(resumed.training, whole.training);
    }
}

#[test]
fn a_state_of_another_training_is_refused() {
    let (cells, labels) = random_cells(100, 30, 3);
    let mut breaking = Breaking { resume: None, kept: None, epochs: 0, break_after: 2 };
    fit_with(small(), &cells, &labels, &mut breaking).err().unwrap();
    let state = breaking.kept.unwrap();
    let refuse = |params: GenebertParams, state: TrainingState| {
        let mut checkpoints = Breaking { resume: Some(state), kept: None, epochs: 0, break_after: 99 };
        let error = fit_with(params, &cells, &labels, &mut checkpoints).err().unwrap();
        assert!(matches!(error, FitError::Resume { .. }), "{error}");
    };
    refuse(GenebertParams { dim: 32, ..small() }, state.clone());
    refuse(GenebertParams { epochs: 1, ..small() }, state.clone());
    refuse(small(), TrainingState { log: serde_json::json!({"epochs": 3}), ..state.clone() });
    refuse(small(), TrainingState { arrays: NamedArrays::default(), ..state });
}

#[test]
fn a_learning_rate_without_sense_is_found_out() {
    let (cells, labels) = random_cells(100, 30, 2);
    let params = GenebertParams { learning_rate: 10.0, weight_decay: 10.0, epochs: 200, ..small() };
    let error = fit_with(params, &cells, &labels, &mut NoCheckpoints).err();
    assert!(matches!(error, Some(FitError::Diverged { .. })), "{error:?}");
}

#[test]
fn awkward_cells_are_learned_from_without_complaint() {
    // A gene that is the same everywhere, an empty cell, a label with one cell, no cell to set aside.
    let cells =
        Block::new(3, vec![0, 2, 4, 4, 5], vec![0, 1, 0, 1, 0], vec![2.0, 88.7, 2.0, 88.7, 2.0]).unwrap();
    let labels = Labels::from_names(&["a", "a", "b", "c"]);
    let fit = fit(GenebertParams { validation: 0.0, ..small() }, &cells, &labels);
    assert!(fit.training.stopped.ends_with("so the last is kept"), "{}", fit.training.stopped);
    check_classifier(fit.model.as_ref(), &cells);
    // Without any gene there is only how common each label is.
    let cells = Block::new(0, vec![0; 5], vec![], vec![]).unwrap();
    check_classifier(self::fit(small(), &cells, &labels).model.as_ref(), &cells);
}

#[test]
fn a_file_that_lies_is_refused() {
    let (cells, labels) = random_cells(60, 10, 2);
    let model = fit(GenebertParams { tokens: 2, epochs: 1, ..small() }, &cells, &labels).model;
    let good: Vec<NamedArray> = model.to_arrays().iter().cloned().collect();
    let load = |settings: serde_json::Value, arrays: Vec<NamedArray>| {
        let arrays = NamedArrays::new(arrays).unwrap();
        let genebert = Genebert::of_settings(settings)?;
        genebert.model_of_arrays(model.genes().clone(), model.labels().clone(), &arrays).map(|_| ())
    };
    assert!(load(model.settings(), good.clone()).is_ok());
    for which in 0..good.len() {
        let mut missing = good.clone();
        let name = missing.remove(which).name;
        assert!(matches!(load(model.settings(), missing), Err(LoadError::Array(_))), "{name}");
        let mut vast = good.clone();
        let ArrayData::F32(values) = &mut vast[which].data else { panic!("{name}") };
        values[0] = -3e38;
        assert!(matches!(load(model.settings(), vast), Err(LoadError::Value { .. })), "{name}");
    }
    for (setting, value) in [("dim", 4096), ("layers", 64), ("tokens", 200), ("tokens", 1)] {
        let mut settings = model.settings();
        settings[setting] = value.into();
        assert!(load(settings, good.clone()).is_err(), "{setting}");
    }
    let mut settings = model.settings();
    settings["heads"] = 3.into();
    assert!(matches!(load(settings, good), Err(LoadError::Settings(_))));
}

#[test]
fn the_names_are_those_of_a_state_dict() {
    let (cells, labels) = random_cells(60, 10, 2);
    let model = fit(GenebertParams { layers: 1, epochs: 1, ..small() }, &cells, &labels).model;
    let arrays = model.to_arrays();
    let found: Vec<(&str, &[usize])> =
        arrays.iter().map(|array| (array.name.as_str(), array.shape.as_slice())).collect();
    let expected: [(&str, &[usize]); 23] = [
        ("classifier.0.bias", &[8]),
        ("classifier.0.weight", &[8, 16]),
        ("classifier.2.bias", &[2]),
        ("classifier.2.weight", &[2, 8]),
        ("embedding.0.bias", &[16]),
        ("embedding.0.weight", &[16, 10]),
        ("embedding.2.bias", &[16]),
        ("embedding.2.weight", &[16]),
        ("mean", &[10]),
        ("pos_encoder", &[1, 1, 16]),
        ("sd", &[10]),
        ("transformer.layers.0.linear1.bias", &[64]),
        ("transformer.layers.0.linear1.weight", &[64, 16]),
        ("transformer.layers.0.linear2.bias", &[16]),
        ("transformer.layers.0.linear2.weight", &[16, 64]),
        ("transformer.layers.0.norm1.bias", &[16]),
        ("transformer.layers.0.norm1.weight", &[16]),
        ("transformer.layers.0.norm2.bias", &[16]),
        ("transformer.layers.0.norm2.weight", &[16]),
        ("transformer.layers.0.self_attn.in_proj_bias", &[48]),
        ("transformer.layers.0.self_attn.in_proj_weight", &[48, 16]),
        ("transformer.layers.0.self_attn.out_proj.bias", &[16]),
        ("transformer.layers.0.self_attn.out_proj.weight", &[16, 16]),
    ];
    assert_eq!(found, expected);
    assert_eq!(model.kind(), ModelKind::Genebert.name());
}
