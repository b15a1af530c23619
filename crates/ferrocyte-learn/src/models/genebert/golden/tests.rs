//! Weights, one batch, and what `PyTorch` 2.15 made of them: `golden/genebert` of the larger data.

use std::collections::BTreeMap;
use std::path::Path;

use ferrocyte_core::{ArrayData, Block, LogNorm, NamedArray, NamedArrays};

use super::super::network::Net;
use super::super::params::GenebertParams;
use super::super::predictor::Memory;
use crate::nn::batch::SparseRows;
use crate::nn::first_predictor::FirstMemory;
use crate::nn::loss::CrossEntropy;
use crate::nn::network::{Network, Predictor};
use crate::nn::scaling::Scaling;
use crate::nn::train_batch::{BatchCells, Batches};
use crate::optimise::AdamW;

const LABELS: usize = 3;

/// The arrays of a safetensors file that is trusted; integers become `f32`.
fn read(path: &Path) -> NamedArrays {
    let bytes = std::fs::read(path).unwrap();
    let (length, rest) = bytes.split_first_chunk::<8>().unwrap();
    let (header, data) = rest.split_at(u64::from_le_bytes(*length) as usize);
    let header: BTreeMap<String, serde_json::Value> = serde_json::from_slice(header).unwrap();
    let arrays = header.into_iter().filter(|(name, _)| name != "__metadata__").map(|(name, entry)| {
        let numbers = |key: &str| -> Vec<usize> { serde_json::from_value(entry[key].clone()).unwrap() };
        let offsets = numbers("data_offsets");
        let bytes = &data[offsets[0]..offsets[1]];
        let values = match entry["dtype"].as_str().unwrap() {
            "F32" => bytes.as_chunks().0.iter().map(|&four| f32::from_le_bytes(four)).collect(),
            "I64" => bytes.as_chunks().0.iter().map(|&eight| i64::from_le_bytes(eight) as f32).collect(),
            other => panic!("{name} is of type {other}"),
        };
        NamedArray { name, shape: numbers("shape"), data: ArrayData::F32(values) }
    });
    NamedArrays::new(arrays.collect()).unwrap()
}

struct Golden {
    net: Net,
    cells: Block<LogNorm>,
    labels: Vec<u32>,
    batch: NamedArrays,
    expected: serde_json::Value,
}

fn golden() -> Option<Golden> {
    let Some(folder) = std::env::var_os("FERROCYTE_DATA") else {
        eprintln!("skipped: FERROCYTE_DATA is not set");
        return None;
    };
    let folder = Path::new(&folder).join("golden/genebert");
    let batch = read(&folder.join("batch.safetensors"));
    let weights = read(&folder.join("weights.safetensors"));
    let expected = serde_json::from_slice(&std::fs::read(folder.join("expected.json")).unwrap()).unwrap();
    let (n_cells, n_genes) = (64, 3221);
    let counts = batch.f32("counts", &[n_cells, n_genes]).unwrap();
    let (mut row_ptr, mut gene, mut value) = (vec![0], vec![], vec![]);
    for cell in counts.chunks_exact(n_genes) {
        for (which, &count) in (0..).zip(cell).filter(|(_, count)| **count > 0.0) {
            gene.push(which);
            value.push(libm::log1pf(count));
        }
        row_ptr.push(gene.len());
    }
    let cells = Block::new(n_genes, row_ptr, gene, value).unwrap();
    let scaling = Scaling {
        mean: batch.f32("mean", &[n_genes]).unwrap().to_vec(),
        sd: batch.f32("std", &[n_genes]).unwrap().to_vec(),
    };
    let params = GenebertParams::default();
    let net = Net::new(&params, LABELS, Vec::new(), &scaling, &mut &weights).unwrap();
    let labels = batch.f32("labels", &[n_cells]).unwrap().iter().map(|&label| label as u32).collect();
    Some(Golden { net, cells, labels, batch, expected })
}

fn scores(net: &Net, cells: &Block<LogNorm>) -> Vec<f32> {
    let mut rows = SparseRows::default();
    net.first().fill(&mut rows, cells, 0..cells.n_cells());
    let mut scores = vec![0.0; cells.n_cells() * LABELS];
    net.forward(&rows, 0, None, &mut <Net as Network>::Tape::default(), &mut scores);
    scores
}

/// The same, as a model that was trained computes them.
fn predicted(net: &Net, cells: &Block<LogNorm>) -> Vec<f32> {
    let (n, predictor) = (cells.n_cells(), net.predictor());
    let mut first = vec![0.0; n * net.first_width()];
    predictor.first().apply(cells, n, |cell| cell, &mut FirstMemory::default(), &mut first);
    let mut scores = vec![0.0; n * LABELS];
    predictor.scores(&mut first, &mut Memory::default(), &mut scores);
    scores
}

fn assert_near(found: &[f32], expected: &[f32], tolerance: f32) {
    assert_eq!(found.len(), expected.len());
    for (i, (found, expected)) in found.iter().zip(expected).enumerate() {
        assert!((found - expected).abs() < tolerance, "score {i}: {found} and {expected}");
    }
}

#[test]
fn scores_loss_and_gradients_are_those_of_pytorch() {
    let Some(Golden { mut net, cells, labels, batch, expected }) = golden() else { return };
    // Sums of thousands of products in f32, in another order: scores of size 1 differ by some 1e-6.
    let logits = batch.f32("logits", &[64, LABELS]).unwrap();
    assert_near(&scores(&net, &cells), logits, 1e-4);
    assert_near(&predicted(&net, &cells), logits, 1e-4);

    let all: Vec<usize> = (0..64).collect();
    let weights = vec![1.0; 64];
    let of_batch = BatchCells { block: &cells, cells: &all, labels: &labels, weights: &weights };
    let loss = Batches::new().learn(&mut net, of_batch, CrossEntropy { smoothing: 0.0 }, None, None);
    let expected_loss = expected["loss_full_batch"].as_f64().unwrap();
    assert!((loss - expected_loss).abs() < 1e-5, "{loss} and {expected_loss}");

    let mut seen = 0;
    net.visit(&mut |named| {
        let squares = named.parameter.gradient.iter().map(|&g| f64::from(g) * f64::from(g));
        let found = squares.sum::<f64>().sqrt();
        let expected = expected["grad_norms"][&named.name].as_f64().unwrap();
        assert!((found / expected - 1.0).abs() < 1e-3, "{}: {found} and {expected}", named.name);
        seen += 1;
    });
    assert_eq!(seen, expected["grad_norms"].as_object().unwrap().len());
}

#[test]
fn twenty_steps_are_those_of_pytorch() {
    let Some(Golden { mut net, cells, labels, batch, expected }) = golden() else { return };
    let adamw = AdamW { beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weight_decay: 0.01 };
    let weights = vec![1.0; 64];
    let mut batches = Batches::new();
    let losses = expected["adamw"]["losses"].as_array().unwrap();
    assert_eq!(losses.len(), 20);
    for (number, expected) in (0..).zip(losses) {
        // Rows 0 to 31, then 32 to 63, alternating.
        let rows: Vec<usize> = (0..32).map(|row| row + number % 2 * 32).collect();
        let of_batch = BatchCells { block: &cells, cells: &rows, labels: &labels, weights: &weights };
        let step = adamw.step(number as u64 + 1, 1e-4);
        let loss = batches.learn(&mut net, of_batch, CrossEntropy { smoothing: 0.0 }, None, Some(&step));
        let expected = expected.as_f64().unwrap();
        assert!((loss - expected).abs() < 1e-4, "step {number}: {loss} and {expected}");
    }
    // Twenty steps of at most 1e-4 in each weight: directions whose gradient is rounding alone go astray by as much.
    assert_near(&scores(&net, &cells), batch.f32("logits_after_20_steps", &[64, LABELS]).unwrap(), 1e-3);
}
