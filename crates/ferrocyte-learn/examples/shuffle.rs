//! Trains a network with a mixing of its cells and calls other cells with it, for the measurement in `bench/shuffle`.
//!
//! `shuffle FOLDER KIND SETTINGS-JSON RUN WINDOW SEED` reads raw cells of `FOLDER/train` and `FOLDER/test`, writes the label codes that
//! it calls to `FOLDER/called.u32`, and prints one line of JSON: the settings, and the training loss of each epoch.
#![allow(clippy::print_stdout)]

mod raw_cells;

use std::path::Path;

use ferrocyte_core::{Scores, Silent};
use ferrocyte_learn::LabelledCells;
use ferrocyte_learn::models::{GenebertParams, Mixing, MlpParams, Train};
use raw_cells::{Error, read};
use serde_json::json;

fn main() -> Result<(), Error> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [folder, kind, settings, run, window, seed] = arguments.as_slice() else {
        return Err("usage: shuffle FOLDER KIND SETTINGS-JSON RUN WINDOW SEED".into());
    };
    let mixing = Mixing { run: run.parse()?, window: window.parse()? };
    let trainer: Box<dyn Train> = match kind.as_str() {
        "mlp" => Box::new(serde_json::from_str::<MlpParams>(settings)?.check()?.mixed(mixing)),
        "genebert" => Box::new(serde_json::from_str::<GenebertParams>(settings)?.check()?.mixed(mixing)),
        _ => return Err("KIND is mlp or genebert".into()),
    };
    let folder = Path::new(folder);
    let (cells, labels, genes) = read(&folder.join("train"))?;
    let fit = trainer.fit(&LabelledCells::new(&cells, &labels)?, &genes, seed.parse()?, &Silent)?;

    let (cells, _, _) = read(&folder.join("test"))?;
    let mut probabilities = Scores::default();
    fit.model.probabilities_into(&cells, &mut probabilities)?;
    let mut called = Vec::new();
    for cell in 0..cells.n_cells() {
        let code: u32 = fit.model.labels().name(probabilities.best(cell)).parse()?;
        called.extend(code.to_le_bytes());
    }
    std::fs::write(folder.join("called.u32"), called)?;
    let loss = &fit.training.curves[0].values;
    println!("{}", json!({ "settings": trainer.settings(), "loss": loss }));
    Ok(())
}
