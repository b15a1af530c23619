//! What a multilayer perceptron promises, on cells small enough to reason about.

use ferrocyte_core::{ArrayData, Block, Labels, LogNorm, NamedArray, NamedArrays, Silent, Vocabulary};

use super::network::Net;
use super::params::{MlpParams, Norm};
use std::sync::atomic::Ordering;

use crate::cell_parts::tests::Elsewhere;
use crate::labelled_cells::LabelledCells;
use crate::models::{Fit, LoadError, Train, check_classifier};
use crate::nn::batch::SparseRows;
use crate::nn::dropout::Noise;
use crate::nn::loss::CrossEntropy;
use crate::nn::network::Network;
use crate::nn::order::Mixing;
use crate::nn::scaling::Scaling;
use crate::nn::testing::{check_gradient_between_kinks, numbers};
use crate::nn::train_batch::{BatchCells, Batches};

/// Cells of overlapping types on twelve genes.
fn cells(n_cells: usize, n_labels: usize) -> (Block<LogNorm>, Labels) {
    let random = numbers(n_cells * 12, 9);
    let (mut row_ptr, mut gene, mut value, mut names) = (vec![0], vec![], vec![], vec![]);
    for (cell, random) in random.chunks_exact(12).enumerate() {
        let label = cell % n_labels;
        names.push(format!("type{label}"));
        for (which, &x) in random.iter().enumerate() {
            if x > if which % n_labels == label { -0.6 } else { 0.4 } {
                gene.push(which as u32);
                value.push(2.0 + x);
            }
        }
        row_ptr.push(gene.len());
    }
    (Block::new(12, row_ptr, gene, value).unwrap(), Labels::from_names(&names))
}

fn variants() -> [MlpParams; 3] {
    let one =
        MlpParams { hidden: 9, learning_rate: 1e-2, batch_size: 20, epochs: 30, ..MlpParams::default() };
    [one, MlpParams { hidden2: 7, ..one }, MlpParams { hidden2: 7, norm: Norm::None, ..one }]
}

fn fit(params: MlpParams, cells: &Block<LogNorm>, labels: &Labels) -> Fit {
    let genes = Vocabulary::new((0..12).map(|i| format!("gene{i}")).collect()).unwrap();
    let data = LabelledCells::new(cells, labels).unwrap();
    params.check().unwrap().fit(&data, &genes, 0, &Silent).unwrap()
}

#[test]
fn it_keeps_the_promises_of_a_classifier_and_learns() {
    let (cells, labels) = cells(200, 3);
    for params in variants() {
        let fit = fit(params, &cells, &labels);
        check_classifier(fit.model.as_ref(), &cells.select_cells(&[0, 1, 199]));
        let best = fit.training.curves[2].values.iter().copied().fold(0.0, f64::max);
        // A third would be chance.
        assert!(best > 0.6, "{params:?}: accuracy {best} on cells set aside");
    }
}

#[test]
fn gradients_are_those_of_differences() {
    let (block, labels) = cells(6, 3);
    let truth: Vec<u32> = labels.codes().map(|code| code as u32).collect();
    let all: Vec<usize> = (0..6).collect();
    let (scaling, _) = Scaling::of(&block, &all);
    let weights = vec![1.0; 6];
    let batch = BatchCells { block: &block, cells: &all, labels: &truth, weights: &weights };
    let noise = Noise::new(1, 1, 0.3).unwrap();
    for params in variants() {
        let net = Net::random(&params, 3, &scaling, 5);
        let mut learnt = net.clone();
        let loss = CrossEntropy { smoothing: 0.1 };
        Batches::new().learn(&mut learnt, batch, loss, Some(&noise), None);
        let mut parameters = Vec::new();
        learnt.visit(&mut |named| parameters.push(named.parameter.clone()));
        for (which, parameter) in parameters.iter().enumerate() {
            let loss_at = |value: &[f32]| {
                let mut moved = net.clone();
                let mut at = 0;
                moved.visit(&mut |named| {
                    if at == which {
                        named.parameter.value.copy_from_slice(value);
                    }
                    at += 1;
                });
                moved.weights_changed();
                let (mut rows, mut scores) = (SparseRows::default(), vec![0.0; 18]);
                let mut tape = <Net as Network>::Tape::default();
                moved.first().fill(&mut rows, &block, 0..6);
                moved.forward(&rows, 0, Some(&noise), &mut tape, &mut scores);
                let loss: f64 = (0..6)
                    .map(|cell| {
                        let scores = &scores[cell * 3..cell * 3 + 3];
                        loss.cell(scores, truth[cell] as usize, 1.0, 6.0, &mut [0.0; 3])
                    })
                    .sum();
                (loss, tape.piece())
            };
            let (value, gradient) = (&parameter.value, &parameter.gradient);
            let compared = check_gradient_between_kinks(value, gradient, 1.0 / 512.0, loss_at);
            let n = value.len();
            assert!(compared * 4 >= n * 3, "{params:?}: only {compared} of {n} in parameter {which}");
        }
    }
}

#[test]
fn threads_do_not_change_a_bit() {
    let (cells, labels) = cells(150, 3);
    let with = |threads| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| fit(variants()[1], &cells, &labels).model.to_arrays())
    };
    assert_eq!(with(1), with(3));
}

#[test]
fn a_file_that_lies_is_refused() {
    let (cells, labels) = cells(60, 2);
    let model = fit(variants()[1], &cells, &labels).model;
    let good: Vec<NamedArray> = model.to_arrays().iter().cloned().collect();
    for which in 0..good.len() {
        let mut vast = good.clone();
        let ArrayData::F32(values) = &mut vast[which].data else { panic!("{}", good[which].name) };
        values[0] = 3e38;
        let arrays = NamedArrays::new(vast).unwrap();
        let (genes, labels) = (model.genes().clone(), model.labels().clone());
        let mlp = variants()[1].check().unwrap();
        let error = mlp.model_of_arrays(genes, labels, &arrays);
        assert!(matches!(error, Err(LoadError::Value { .. })), "{}", good[which].name);
    }
}

#[test]
fn more_cells_than_a_window_give_the_same_bytes_from_memory_and_from_elsewhere() {
    let (cells, labels) = cells(Mixing::default().window + 6000, 3);
    let elsewhere = Elsewhere::new(&cells);
    let params = MlpParams { hidden: 9, batch_size: 500, epochs: 2, ..MlpParams::default() };
    let here = fit(params, &cells, &labels);
    let genes = Vocabulary::new((0..12).map(|i| format!("gene{i}")).collect()).unwrap();
    let data = LabelledCells::of_store(&elsewhere, &labels).unwrap();
    let there = params.check().unwrap().fit(&data, &genes, 0, &Silent).unwrap();
    assert_eq!(there.model.to_arrays(), here.model.to_arrays());
    assert_eq!(there.training, here.training);
    assert!(elsewhere.most_at_once.load(Ordering::Relaxed) <= 8192, "never all cells at once");
}
