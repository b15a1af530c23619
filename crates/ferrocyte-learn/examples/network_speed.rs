//! Trains a network on cells in raw little-endian files and predicts them, for the benchmark in `bench/genebert`.
//!
//! `network_speed FOLDER KIND SETTINGS-JSON` reads `shape.json`, `row_ptr.u64`, `gene.u32`, `value.f32` and `label.u32`, and prints one
//! line of JSON: seconds, cells per second, and the most memory that was in use (Linux).
#![allow(clippy::print_stdout)]

use std::fs::File;
use std::io::{BufReader, Read};
use std::path::Path;
use std::time::Instant;

use ferrocyte_core::{Block, LabelSet, Labels, LogNorm, Scores, Silent, Vocabulary};
use ferrocyte_learn::LabelledCells;
use ferrocyte_learn::models::ModelKind;
use serde_json::{Value, json};

type Error = Box<dyn std::error::Error>;

fn main() -> Result<(), Error> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [folder, kind, settings] = arguments.as_slice() else {
        return Err("usage: network_speed FOLDER KIND SETTINGS-JSON".into());
    };
    let settings: Value = serde_json::from_str(settings)?;
    let (cells, labels, genes) = read(Path::new(folder))?;
    let trainer = kind.parse::<ModelKind>()?.trainer(settings)?;
    let data = LabelledCells::new(&cells, &labels)?;

    let (start, processor) = (Instant::now(), processor_secs());
    let fit = trainer.fit(&data, &genes, 0, &Silent)?;
    let (training, training_processor) = (start.elapsed().as_secs_f64(), processor_secs() - processor);
    let loss = &fit.training.curves[0].values;

    let mut probabilities = Scores::default();
    let (start, processor) = (Instant::now(), processor_secs());
    fit.model.probabilities_into(&cells, &mut probabilities)?;
    let (prediction, prediction_processor) = (start.elapsed().as_secs_f64(), processor_secs() - processor);

    let record = json!({
        "threads": rayon::current_num_threads(),
        "training_secs": training,
        "training_cells_per_sec": (cells.n_cells() * loss.len()) as f64 / training,
        "training_cells_per_processor_sec": (cells.n_cells() * loss.len()) as f64 / training_processor,
        "prediction_cells_per_sec": cells.n_cells() as f64 / prediction,
        "prediction_cells_per_processor_sec": cells.n_cells() as f64 / prediction_processor,
        "peak_mib": peak_mib(),
        "loss": loss,
        "settings": trainer.settings(),
    });
    println!("{record}");
    Ok(())
}

/// Seconds that all threads together have been at work, as Linux counts them in nanoseconds.
fn processor_secs() -> f64 {
    let tasks = std::fs::read_dir("/proc/self/task").into_iter().flatten().flatten();
    tasks
        .filter_map(|task| std::fs::read_to_string(task.path().join("schedstat")).ok())
        .filter_map(|stat| stat.split(' ').next()?.parse::<f64>().ok())
        .sum::<f64>()
        / 1e9
}

/// The most memory that the process ever had, as Linux counts it.
fn peak_mib() -> Option<f64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    Some(line.trim().trim_end_matches("kB").trim().parse::<f64>().ok()? / 1024.0)
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

/// Number by number, so that the file is never in memory twice.
fn numbers<const WIDTH: usize, T>(path: &Path, number: impl Fn([u8; WIDTH]) -> T) -> Result<Vec<T>, Error> {
    let file = File::open(path)?;
    let n = file.metadata()?.len() as usize / WIDTH;
    let mut file = BufReader::with_capacity(1 << 16, file);
    let mut values = Vec::with_capacity(n);
    let mut bytes = [0; WIDTH];
    for _ in 0..n {
        file.read_exact(&mut bytes)?;
        values.push(number(bytes));
    }
    Ok(values)
}
