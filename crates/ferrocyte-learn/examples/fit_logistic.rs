//! Fits logistic regression to cells in raw little-endian files, for the benchmark in `bench/logistic`.
//!
//! `fit_logistic FOLDER [SETTINGS-JSON]` reads `shape.json`, `row_ptr.u64`, `gene.u32`, `value.f32` and `label.u32`,
//! writes `weights.f32` and `intercept.f64` beside them, and prints one line of JSON.
#![allow(clippy::print_stdout)]

use std::path::Path;
use std::time::Instant;

use ferrocyte_core::{Block, LabelSet, Labels, LogNorm, Silent, Vocabulary};
use ferrocyte_learn::LabelledCells;
use ferrocyte_learn::models::ModelKind;
use serde_json::{Value, json};

type Error = Box<dyn std::error::Error>;

fn main() -> Result<(), Error> {
    let mut arguments = std::env::args().skip(1);
    let folder = arguments.next().ok_or("usage: fit_logistic FOLDER [SETTINGS-JSON]")?;
    let settings: Value = serde_json::from_str(&arguments.next().unwrap_or_else(|| "{}".into()))?;
    let folder = Path::new(&folder);
    let (cells, labels, genes) = read(folder)?;
    let trainer = ModelKind::Logistic.trainer(settings)?;

    let start = Instant::now();
    let fit = trainer.fit(&LabelledCells::new(&cells, &labels)?, &genes, 0, &Silent)?;
    let secs = start.elapsed().as_secs_f64();

    let (arrays, n_labels) = (fit.model.to_arrays(), fit.model.labels().len());
    let weights = arrays.f32("weights", &[genes.len(), n_labels])?;
    std::fs::write(
        folder.join("weights.f32"),
        weights.iter().flat_map(|w| w.to_le_bytes()).collect::<Vec<_>>(),
    )?;
    let intercept = arrays.f64("intercept", &[n_labels])?;
    std::fs::write(
        folder.join("intercept.f64"),
        intercept.iter().flat_map(|b| b.to_le_bytes()).collect::<Vec<_>>(),
    )?;
    let record = json!({
        "secs": secs,
        "threads": rayon::current_num_threads(),
        "settings": trainer.settings(),
        "iterations": fit.training.iterations,
        "converged": fit.training.converged,
        "objective": fit.training.curves[0].values.last(),
    });
    println!("{record}");
    Ok(())
}

fn read(folder: &Path) -> Result<(Block<LogNorm>, Labels, Vocabulary), Error> {
    let words = |name: &str| -> Result<Vec<u32>, Error> {
        let bytes = std::fs::read(folder.join(name))?;
        Ok(bytes.as_chunks::<4>().0.iter().map(|word| u32::from_le_bytes(*word)).collect())
    };
    let shape: Value = serde_json::from_slice(&std::fs::read(folder.join("shape.json"))?)?;
    let n_genes = shape["genes"].as_u64().ok_or("`genes` is not a number")? as usize;
    let bytes = std::fs::read(folder.join("row_ptr.u64"))?;
    let row_ptr = bytes.as_chunks::<8>().0.iter().map(|word| u64::from_le_bytes(*word) as usize).collect();
    let value = words("value.f32")?.into_iter().map(f32::from_bits).collect();
    let codes: Vec<usize> = words("label.u32")?.into_iter().map(|code| code as usize).collect();
    let n_labels = codes.iter().max().map_or(0, |code| code + 1);
    let set = LabelSet::new((0..n_labels).map(|code| format!("{code:05}")));
    let genes = Vocabulary::new((0..n_genes).map(|gene| gene.to_string()).collect())?;
    Ok((Block::new(n_genes, row_ptr, words("gene.u32")?, value)?, Labels::from_codes(set, &codes)?, genes))
}
