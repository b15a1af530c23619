//! Fits logistic regression to cells in raw little-endian files, for the benchmark in `bench/logistic`.
//!
//! `fit_logistic FOLDER [SETTINGS-JSON] [REPEATS]` prints one line of JSON per fit.
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
    let folder = arguments.next().ok_or("usage: fit_logistic FOLDER [SETTINGS-JSON] [REPEATS]")?;
    let settings: Value = serde_json::from_str(&arguments.next().unwrap_or_else(|| "{}".into()))?;
    let repeats: usize = arguments.next().map_or(Ok(1), |text| text.parse())?;

    let (cells, labels, genes) = read(Path::new(&folder))?;
    let trainer = ModelKind::Logistic.trainer(settings)?;
    for repeat in 0..repeats {
        let start = Instant::now();
        let data = LabelledCells::new(&cells, &labels)?;
        let fit = trainer.fit(&data, &genes, 0, &Silent)?;
        let secs = start.elapsed().as_secs_f64();
        let objective = fit.training.curves[0].values.last();
        println!(
            "{}",
            json!({
                "secs": secs, "iterations": fit.training.iterations, "objective": objective,
                "converged": fit.training.converged, "threads": rayon::current_num_threads(),
                "curve": if repeat == 0 && std::env::var("CURVE").is_ok() {json!(fit.training.curves)} else {Value::Null},
            })
        );
        let model = fit.model.to_arrays();
        let bytes: Vec<u8> = match &model.iter().last().ok_or("no arrays")?.data {
            ferrocyte_core::ArrayData::F32(values) => values.iter().flat_map(|v| v.to_le_bytes()).collect(),
            ferrocyte_core::ArrayData::F64(values) => values.iter().flat_map(|v| v.to_le_bytes()).collect(),
        };
        std::fs::write(Path::new(&folder).join("weights.f32"), bytes)?;
        let bytes: Vec<u8> = model
            .f64("intercept", &[fit.model.labels().len()])?
            .iter()
            .flat_map(|v| v.to_le_bytes())
            .collect();
        std::fs::write(Path::new(&folder).join("intercept.f64"), bytes)?;
    }
    Ok(())
}

/// Reads `row_ptr.u64`, `gene.u32`, `value.f32`, `label.u32` and `shape.json`.
fn read(folder: &Path) -> Result<(Block<LogNorm>, Labels, Vocabulary), Error> {
    let u32s = |name: &str| -> Result<Vec<u32>, Error> {
        Ok(std::fs::read(folder.join(name))?
            .as_chunks::<4>()
            .0
            .iter()
            .map(|b| u32::from_le_bytes(*b))
            .collect())
    };
    let bytes = std::fs::read(folder.join("row_ptr.u64"))?;
    let row_ptr = bytes.as_chunks::<8>().0.iter().map(|b| u64::from_le_bytes(*b) as usize).collect();
    let value = u32s("value.f32")?.into_iter().map(f32::from_bits).collect();
    let shape: Value = serde_json::from_slice(&std::fs::read(folder.join("shape.json"))?)?;
    let n_genes = shape["genes"].as_u64().ok_or("`genes` is not a number")? as usize;
    let codes: Vec<usize> = u32s("label.u32")?.into_iter().map(|code| code as usize).collect();
    let n_labels = codes.iter().max().map_or(0, |code| code + 1);
    let set = LabelSet::new((0..n_labels).map(|code| format!("{code:05}")));
    let genes = Vocabulary::new((0..n_genes).map(|gene| gene.to_string()).collect())?;
    Ok((Block::new(n_genes, row_ptr, u32s("gene.u32")?, value)?, Labels::from_codes(set, &codes)?, genes))
}
