//! Real 10x data read as scanpy reads them.

#![allow(clippy::unwrap_used)] // in the helpers of tests too
#![allow(clippy::needless_update)] // of options that may become more

use std::path::PathBuf;

use ferrocyte_io::{MatrixPath, OpenOptions, open_with};
use serde_json::Value;

/// The folder of real data, or a line that says what is skipped.
fn data() -> Option<PathBuf> {
    let folder = std::env::var_os("FERROCYTE_DATA").map(PathBuf::from);
    if folder.is_none() {
        eprintln!("skipped: FERROCYTE_DATA is not set");
    }
    folder
}

#[test]
fn every_file_reads_as_the_golden_reading_says() {
    let Some(folder) = data() else { return };
    // scanpy 1.11.5, anndata 0.12.19
    let text = std::fs::read_to_string(folder.join("golden/formats_expected.json")).unwrap();
    let golden: Value = serde_json::from_str(&text).unwrap();
    let files = golden["files"].as_object().unwrap();
    let tenx = files.iter().filter(|(name, _)| name.starts_with("formats/10x_"));
    let mut n = 0;
    for (name, golden) in tenx {
        n += 1;
        let (path, genome) = match name.split_once(" genome=") {
            Some((path, genome)) => (path, Some(genome.to_owned())),
            None => (name.as_str(), None),
        };
        let file = open_with(folder.join(path), &OpenOptions { genome, ..OpenOptions::default() }).unwrap();
        let var = file.genes_of(&MatrixPath::X).unwrap();
        let obs = file.obs();
        assert_eq!(file.n_cells() as u64, golden["n_cells"], "{name}");
        assert_eq!(var.len() as u64, golden["n_genes"], "{name}");
        assert_eq!(obs.index()[0], golden["first_cell"], "{name}");
        assert_eq!(obs.index()[obs.len() - 1], golden["last_cell"], "{name}");
        assert_eq!(var.index()[0], golden["first_gene"], "{name}");
        assert_eq!(var.index()[var.len() - 1], golden["last_gene"], "{name}");
        assert_eq!(Value::from(var.names()), golden["var_columns"], "{name}");
        assert_eq!(
            sum_and_non_zeros(file.as_ref()),
            (golden["x_sum"].as_f64().unwrap(), golden["x_nonzero"].as_u64().unwrap()),
            "{name}"
        );
    }
    assert_eq!(n, 6);
}

fn sum_and_non_zeros(file: &dyn ferrocyte_io::CellFile) -> (f64, u64) {
    let mut source = file.source(&MatrixPath::X, 100).unwrap();
    let (mut sum, mut non_zeros) = (0.0, 0);
    while let Some(block) = source.next_block().unwrap() {
        sum += block.cells().map(|cell| cell.total()).sum::<f64>(); // whole numbers: exact
        non_zeros += block.n_non_zeros() as u64;
    }
    (sum, non_zeros)
}

/// scanpy 1.11.5, `read_10x_mtx` of the unpacked folder: shape, sum, non-zeros, first and last names.
#[test]
fn an_archive_reads_as_its_unpacked_folder() {
    let Some(folder) = data() else { return };
    let path = folder.join("formats/10x_v3_mtx_pbmc1k.tar.gz");
    let file = open_with(path, &OpenOptions::default()).unwrap();
    let genes = file.genes_of(&MatrixPath::X).unwrap();
    let (cells, genes) = (file.obs().index(), genes.index());
    assert_eq!((cells.len(), genes.len()), (1222, 33538));
    assert_eq!((cells[0].as_str(), cells[1221].as_str()), ("AAACCCAAGGAGAGTA-1", "TTTGTTGCAATTAGGA-1"));
    assert_eq!((genes[0].as_str(), genes[33537].as_str()), ("MIR1302-2HG", "FAM231C"));
    assert_eq!(sum_and_non_zeros(file.as_ref()), (9_235_144.0, 2_498_225));
}
