//! Weighted's markers, factors and weights are those of numpy and scikit-learn.

#![allow(clippy::unwrap_used)] // helper functions of a test: the lint lets only the tests themselves

use ferrocyte_core::{Block, Labels, LogNorm, Silent, Vocabulary};
use ferrocyte_learn::LabelledCells;
use ferrocyte_learn::models::ModelKind;

/// By `golden/weighted.py`, which names the versions.
const GOLDEN: &str = include_str!("golden/weighted.json");

#[derive(serde::Deserialize)]
struct Golden {
    settings: serde_json::Value,
    labels: Vec<usize>,
    quarters: Vec<Vec<u8>>,
    genes: Vec<usize>,
    objective: f64,
    weights: Vec<Vec<f64>>,
}

fn cells(golden: &Golden) -> Block<LogNorm> {
    let (mut row_ptr, mut genes, mut values) = (vec![0], vec![], vec![]);
    for cell in &golden.quarters {
        for (gene, &quarters) in (0..).zip(cell).filter(|(_, quarters)| **quarters > 0) {
            genes.push(gene);
            values.push(f32::from(quarters) / 4.0);
        }
        row_ptr.push(genes.len());
    }
    Block::new(golden.quarters[0].len(), row_ptr, genes, values).unwrap()
}

#[test]
fn genes_objective_and_weights_are_those_of_numpy_and_scikit_learn() {
    let golden: Golden = serde_json::from_str(GOLDEN).unwrap();
    let cells = cells(&golden);
    let names: Vec<String> = golden.labels.iter().map(ToString::to_string).collect();
    let labels = Labels::from_names(&names);
    let genes: Vec<String> = (0..cells.n_genes()).map(|gene| format!("gene{gene}")).collect();
    let mut settings = golden.settings.clone();
    settings["tolerance"] = 1e-8.into();
    let trainer = ModelKind::Weighted.trainer(settings).unwrap();
    let data = LabelledCells::new(&cells, &labels).unwrap();
    let fit = trainer.fit(&data, &Vocabulary::new(genes.clone()).unwrap(), 0, &Silent).unwrap();

    let chosen: Vec<&str> = golden.genes.iter().map(|&gene| genes[gene].as_str()).collect();
    assert_eq!(fit.model.genes().names(), chosen);
    let objective = *fit.training.curves[0].values.last().unwrap();
    // Scores and factors are `f32`, and so are the sums over a cell's genes.
    assert!((objective / golden.objective - 1.0).abs() < 1e-6, "{objective} and {}", golden.objective);
    let arrays = fit.model.to_arrays();
    let weights = arrays.f32("weights", &[golden.genes.len(), 3]).unwrap();
    for (i, (found, expected)) in weights.iter().zip(golden.weights.iter().flatten()).enumerate() {
        // An objective within 1e-8 of 55 leaves weights within sqrt(2 · 5.5e-7 / 20) = 2.4e-4 of the best.
        assert!((f64::from(*found) - expected).abs() < 3e-4, "weight {i}: {found} and {expected}");
    }
    // Labels have no intercept.
    assert_eq!(arrays.f64("intercept", &[3]).unwrap(), [0.0; 3]);
}
