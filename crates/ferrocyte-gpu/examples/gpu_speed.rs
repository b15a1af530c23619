//! Trains `GeneBERT` on a GPU on cells in raw little-endian files, for the benchmark in `bench/genebert`.
//!
//! `gpu_speed FOLDER BATCH EPOCHS` reads `shape.json`, `row_ptr.u64`, `gene.u32`, `value.f32` and `label.u32`, and prints one line of
//! JSON: which GPU, the seconds of each epoch, and the loss.
#![allow(clippy::print_stdout, clippy::unwrap_used)]

use std::path::Path;
use std::sync::Mutex;
use std::time::Instant;

use ferrocyte_core::{Block, LabelSet, Labels, LogNorm, Progress, Vocabulary};
use ferrocyte_gpu::{GenebertOnGpu, Gpu};
use ferrocyte_learn::LabelledCells;
use ferrocyte_learn::models::{GenebertParams, Train};
use serde_json::{Value, json};

type Error = Box<dyn std::error::Error>;

/// When each epoch was over.
struct Clock(Mutex<Vec<Instant>>);

impl Progress for Clock {
    fn begin(&self, _: &str, _: u64) {
        self.0.lock().unwrap().push(Instant::now());
    }

    fn advance(&self, epochs: u64) {
        if epochs > 0 {
            self.0.lock().unwrap().push(Instant::now());
        }
    }

    fn finish(&self) {}
}

fn main() -> Result<(), Error> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [folder, batch_size, epochs] = arguments.as_slice() else {
        return Err("usage: gpu_speed FOLDER BATCH EPOCHS".into());
    };
    let (cells, labels, genes) = read(Path::new(folder))?;
    let (batch_size, epochs) = (batch_size.parse()?, epochs.parse()?);
    // No cell is set aside: an epoch is training alone.
    let params = GenebertParams { batch_size, epochs, validation: 0.0, ..GenebertParams::default() };
    let gpu = Gpu::open()?;
    let name = gpu.name().to_owned();
    let trainer = GenebertOnGpu::new(params.check()?, gpu);
    let clock = Clock(Mutex::new(Vec::new()));
    let fit = trainer.fit(&LabelledCells::new(&cells, &labels)?, &genes, 0, &clock)?;

    let ends = clock.0.into_inner()?;
    let epoch_secs: Vec<f64> =
        ends.windows(2).map(|pair| pair[1].duration_since(pair[0]).as_secs_f64()).collect();
    println!(
        "{}",
        json!({ "device": name, "epoch_secs": epoch_secs, "loss": fit.training.curves[0].values })
    );
    Ok(())
}

fn read(folder: &Path) -> Result<(Block<LogNorm>, Labels, Vocabulary), Error> {
    let shape: Value = serde_json::from_slice(&std::fs::read(folder.join("shape.json"))?)?;
    let n_genes = shape["genes"].as_u64().ok_or("`genes` is not a number")? as usize;
    let row_ptr = numbers(&folder.join("row_ptr.u64"), |bytes| u64::from_le_bytes(bytes) as usize)?;
    let gene = numbers(&folder.join("gene.u32"), u32::from_le_bytes)?;
    let value = numbers(&folder.join("value.f32"), f32::from_le_bytes)?;
    let codes = numbers(&folder.join("label.u32"), |bytes| u32::from_le_bytes(bytes) as usize)?;
    let n_labels = codes.iter().max().map_or(0, |code| code + 1);
    let set = LabelSet::new((0..n_labels).map(|code| format!("{code:05}")));
    let genes = Vocabulary::new((0..n_genes).map(|gene| gene.to_string()).collect())?;
    Ok((Block::new(n_genes, row_ptr, gene, value)?, Labels::from_codes(set, &codes)?, genes))
}

fn numbers<const WIDTH: usize, T>(path: &Path, number: impl Fn([u8; WIDTH]) -> T) -> Result<Vec<T>, Error> {
    let bytes = std::fs::read(path)?;
    Ok(bytes.as_chunks().0.iter().map(|&bytes| number(bytes)).collect())
}
