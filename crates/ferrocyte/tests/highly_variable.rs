//! How much genes vary, beside what scanpy says of the same cells.

#![allow(clippy::unwrap_used)] // helpers of tests may panic as tests do

use std::collections::HashMap;
use std::io::Read as _;
use std::path::Path;

use ferrocyte_core::{Block, Labels, LogNorm, TargetSum};
use ferrocyte_io::MatrixPath;
use ferrocyte_learn::LabelledCells;
use ferrocyte_learn::models::{GeneChoice, gene_dispersions};

/// The genes of pbmc3k that are `wanted`, normalised to 10,000 counts of these per cell, and their names.
fn cells(data: &Path, wanted: &HashMap<&str, Vec<&str>>) -> (Block<LogNorm>, Vec<String>) {
    let file = ferrocyte_io::open(data.join("data/pbmc3k.h5ad")).unwrap();
    let mut source = file.source(&MatrixPath::X, 1 << 20).unwrap();
    let counts = source.next_block().unwrap().unwrap().into_counts().unwrap();
    let names = source.genes();
    let columns: Vec<u32> =
        (0..names.len() as u32).filter(|&gene| wanted.contains_key(names[gene as usize].as_str())).collect();
    let kept = columns.iter().map(|&gene| names[gene as usize].clone()).collect();
    (counts.select_genes(&columns).into_log_norm(TargetSum::CP10K), kept)
}

#[test]
fn dispersions_and_the_genes_chosen_are_those_of_scanpy() {
    let Some(data) = std::env::var_os("FERROCYTE_DATA") else {
        eprintln!("skipped: FERROCYTE_DATA is not set");
        return;
    };
    let data = Path::new(&data);
    let mut golden = String::new();
    let packed = std::fs::File::open(data.join("golden/scanpy/pbmc3k_hvg.csv.gz")).unwrap();
    flate2::read::MultiGzDecoder::new(packed).read_to_string(&mut golden).unwrap();
    let mut lines = golden.lines();
    let header: Vec<&str> = lines.next().unwrap().split(',').collect();
    let column = |name: &str| header.iter().position(|found| *found == name).unwrap();
    let (mean, dispersion, normalised, chosen) = (
        column("seurat.means"),
        column("seurat.dispersions"),
        column("seurat.dispersions_norm"),
        column("seurat.highly_variable"),
    );
    let golden: HashMap<&str, Vec<&str>> =
        lines.map(|line| line.split(',').collect::<Vec<_>>()).map(|row| (row[0], row)).collect();

    let (cells, names) = cells(data, &golden);
    let labels: Vec<&str> = (0..cells.n_cells()).map(|cell| ["a", "b"][cell % 2]).collect();
    let labels = Labels::from_names(&labels);
    let labelled = LabelledCells::new(&cells, &labels).unwrap();
    let ours = gene_dispersions(&labelled).unwrap();
    let mut compared = 0;
    for (name, gene) in names.iter().zip(&ours) {
        let row = &golden[name.as_str()];
        let gene = gene.unwrap();
        let near = |found: f64, place: usize, within: f64| {
            let expected: f64 = row[place].parse().unwrap();
            assert!(
                (found - expected).abs() <= within * (1.0 + expected.abs()),
                "`{name}`: {found}, not {expected}"
            );
        };
        near(gene.mean, mean, 1e-5);
        near(gene.dispersion.unwrap(), dispersion, 1e-4);
        near(gene.normalised.unwrap(), normalised, 1e-3);
        compared += 1;
    }
    assert_eq!(compared, golden.len());
    let expected: Vec<&str> = names
        .iter()
        .map(String::as_str)
        .filter(|name| golden.get(name).is_some_and(|row| row[chosen] == "True"))
        .collect();
    let found = GeneChoice::HighlyVariable(2000).choose(&labelled).unwrap();
    let found: Vec<&str> = found.iter().map(|&gene| names[gene as usize].as_str()).collect();
    assert_eq!(found, expected);
}
