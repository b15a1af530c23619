//! Trains a network on cells in raw little-endian files and predicts them, for the benchmark in `bench/genebert`.
//!
//! `network_speed FOLDER KIND SETTINGS-JSON` reads `shape.json`, `row_ptr.u64`, `gene.u32`, `value.f32` and `label.u32`, and prints one
//! line of JSON: seconds, cells per second, and the most memory that was in use (Linux).
#![allow(clippy::print_stdout)]

mod raw_cells;

use std::path::Path;
use std::time::Instant;

use ferrocyte_core::{Scores, Silent};
use ferrocyte_learn::LabelledCells;
use ferrocyte_learn::models::ModelKind;
use raw_cells::{Error, read};
use serde_json::{Value, json};

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
