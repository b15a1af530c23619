//! Weights, one batch, and what `PyTorch` 2.15 made of them: `golden/genebert` of the larger data.

use std::collections::BTreeMap;
use std::path::Path;

use ferrocyte_core::{ArrayData, Block, LogNorm, NamedArray, NamedArrays};
use ferrocyte_learn::models::{DeviceBatch, DeviceNetwork, DeviceWeights, GenebertDevice, GenebertParams};
use ferrocyte_learn::optimise::{AdamW, AdamWStep};

use crate::gpu::Gpu;
use crate::learner::Learner;

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
    learner: Learner,
    cells: Block<LogNorm>,
    labels: Vec<u32>,
    weights: Vec<f64>,
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
    let arrays = read(&folder.join("weights.safetensors"));
    let expected = serde_json::from_slice(&std::fs::read(folder.join("expected.json")).unwrap()).unwrap();
    let (n_cells, n_genes) = (64, 3221);
    let (mut row_ptr, mut gene, mut value) = (vec![0], vec![], vec![]);
    for cell in batch.f32("counts", &[n_cells, n_genes]).unwrap().chunks_exact(n_genes) {
        for (which, &count) in (0..).zip(cell).filter(|(_, count)| **count > 0.0) {
            gene.push(which);
            value.push(libm::log1pf(count));
        }
        row_ptr.push(gene.len());
    }
    let cells = Block::new(n_genes, row_ptr, gene, value).unwrap();
    let factor: Vec<f32> = batch.f32("std", &[n_genes]).unwrap().iter().map(|sd| 1.0 / sd).collect();
    let mean = batch.f32("mean", &[n_genes]).unwrap();
    let shift: Vec<f32> = mean.iter().zip(&factor).map(|(mean, factor)| mean * factor).collect();
    let params = GenebertParams::default();
    let mut learner = Learner::new(Gpu::processor().device());
    learner
        .begin(DeviceNetwork {
            params: &params,
            n_labels: LABELS,
            token_of: &[],
            factor: &factor,
            shift: &shift,
        })
        .unwrap();
    let weights = arrays.iter().map(|array| {
        let ArrayData::F32(value) = &array.data else { panic!("{}", array.name) };
        let (name, shape) = (array.name.clone(), array.shape.clone());
        DeviceWeights { name, shape, value: value.clone(), first: vec![], second: vec![] }
    });
    learner.set_weights(weights.collect()).unwrap();
    let labels = batch.f32("labels", &[n_cells]).unwrap().iter().map(|&label| label as u32).collect();
    Some(Golden { learner, cells, labels, weights: vec![1.0; n_cells], batch, expected })
}

fn step(number: u64) -> AdamWStep {
    AdamW { beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weight_decay: 0.01 }.step(number, 1e-4)
}

fn assert_near(found: &[f32], expected: &[f32], tolerance: f32) {
    assert_eq!(found.len(), expected.len());
    for (i, (found, expected)) in found.iter().zip(expected).enumerate() {
        assert!((found - expected).abs() < tolerance, "score {i}: {found} and {expected}");
    }
}

#[test]
fn scores_loss_and_gradients_are_those_of_pytorch() {
    let Some(Golden { mut learner, cells, labels, weights, batch, expected }) = golden() else { return };
    let all: Vec<usize> = (0..64).collect();
    // Sums of thousands of products in f32, in another order: scores of size 1 differ by some 1e-6.
    let scores = learner.scores(&cells, &all).unwrap();
    assert_near(&scores, batch.f32("logits", &[64, LABELS]).unwrap(), 1e-4);

    let of_batch = DeviceBatch::new(&cells, &all, &labels, &weights, 0.0, step(1));
    let (loss, gradients) = learner.gradients(&of_batch).unwrap();
    let loss = f64::from(loss.into_scalar::<f32>());
    let expected_loss = expected["loss_full_batch"].as_f64().unwrap();
    assert!((loss - expected_loss).abs() < 1e-5, "{loss} and {expected_loss}");

    let norms = expected["grad_norms"].as_object().unwrap();
    assert_eq!(gradients.len(), norms.len());
    for (name, gradient) in gradients {
        let gradient: Vec<f32> = gradient.expect("every array has a gradient").try_into_vec_as().unwrap();
        let found = gradient.iter().map(|&g| f64::from(g) * f64::from(g)).sum::<f64>().sqrt();
        let expected = norms[&name].as_f64().unwrap();
        assert!((found / expected - 1.0).abs() < 1e-3, "{name}: {found} and {expected}");
    }
}

#[test]
fn twenty_steps_are_those_of_pytorch() {
    let Some(Golden { mut learner, cells, labels, weights, batch, expected }) = golden() else { return };
    let losses = expected["adamw"]["losses"].as_array().unwrap();
    assert_eq!(losses.len(), 20);
    for (number, expected) in (0..).zip(losses) {
        // Rows 0 to 31, then 32 to 63, alternating.
        let rows: Vec<usize> = (0..32).map(|row| row + number % 2 * 32).collect();
        learner
            .learn(&DeviceBatch::new(&cells, &rows, &labels, &weights, 0.0, step(number as u64 + 1)))
            .unwrap();
        let loss = learner.loss().unwrap() / 32.0;
        let expected = expected.as_f64().unwrap();
        assert!((loss - expected).abs() < 1e-4, "step {number}: {loss} and {expected}");
    }
    // Twenty steps of at most 1e-4 in each weight: directions whose gradient is rounding alone go astray by as much.
    let all: Vec<usize> = (0..64).collect();
    let scores = learner.scores(&cells, &all).unwrap();
    assert_near(&scores, batch.f32("logits_after_20_steps", &[64, LABELS]).unwrap(), 1e-3);
}
