//! Real files read as scanpy and anndata read them.

#![allow(clippy::unwrap_used)] // in the helpers of tests too

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use ferrocyte_core::{BlockError, BlockSource};
use ferrocyte_io::frame::Column;
use ferrocyte_io::h5ad::H5ad;
use ferrocyte_io::{MatrixPath, open};
use serde_json::Value;

/// The folder of real data, or a line that says what is skipped.
fn data() -> Option<PathBuf> {
    let folder = std::env::var_os("FERROCYTE_DATA").map(PathBuf::from);
    if folder.is_none() {
        eprintln!("skipped: FERROCYTE_DATA is not set");
    }
    folder
}

/// `golden/formats_expected.json`: scanpy 1.11.5, anndata 0.12.19.
fn expected(folder: &Path) -> BTreeMap<String, Value> {
    let text = std::fs::read_to_string(folder.join("golden/formats_expected.json")).unwrap();
    let golden: Value = serde_json::from_str(&text).unwrap();
    let files = golden["files"].as_object().unwrap();
    let suffixes = if cfg!(feature = "zarr") { &["h5ad", "zarr", "zip"][..] } else { &["h5ad"] };
    let is_anndata =
        |name: &str| suffixes.iter().any(|&suffix| Path::new(name).extension() == Some(suffix.as_ref()));
    files
        .iter()
        .filter(|(name, _)| is_anndata(name))
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect()
}

fn sum_and_non_zeros(source: &mut dyn BlockSource) -> (f64, u64) {
    let (mut sum, mut non_zeros) = (0.0, 0);
    while let Some(block) = source.next_block().unwrap() {
        sum += block.cells().map(|cell| cell.total()).sum::<f64>();
        non_zeros += block.n_non_zeros() as u64;
    }
    (sum, non_zeros)
}

fn names(value: &Value) -> Vec<&str> {
    value.as_array().unwrap().iter().map(|name| name.as_str().unwrap()).collect()
}

#[test]
fn every_file_reads_as_the_golden_reading_says() {
    let Some(folder) = data() else { return };
    let golden = expected(&folder);
    assert!(golden.len() >= 15 + if cfg!(feature = "zarr") { 3 } else { 0 }, "found {}", golden.len());
    for (name, golden) in golden {
        let file = open(folder.join(&name)).unwrap();
        let var = file.genes_of(&MatrixPath::X).unwrap();
        assert_eq!(file.n_cells() as u64, golden["n_cells"], "{name}");
        assert_eq!(var.len() as u64, golden["n_genes"], "{name}");
        assert_eq!(file.obs().index()[0], golden["first_cell"], "{name}");
        assert_eq!(file.obs().index()[file.n_cells() - 1], golden["last_cell"], "{name}");
        assert_eq!(var.index()[0], golden["first_gene"], "{name}");
        assert_eq!(var.index()[var.len() - 1], golden["last_gene"], "{name}");
        assert_eq!(file.obs().names(), names(&golden["obs_columns"]), "{name}");
        assert_eq!(var.names(), names(&golden["var_columns"]), "{name}");
        for column in file.obs().names() {
            assert_eq!(file.obs().column(column).unwrap().len(), file.n_cells(), "{name} {column}");
        }
        for column in var.names() {
            assert_eq!(var.column(column).unwrap().len(), var.len(), "{name} {column}");
        }
        let mut layers: Vec<String> =
            names(&golden["layers"]).iter().map(|l| format!("layers/{l}")).collect();
        if golden["has_raw"] == true {
            layers.insert(0, "raw/X".into());
        }
        let found: Vec<String> = file.matrices().unwrap().iter().map(|m| m.path.to_string()).collect();
        assert_eq!(found[1..], layers, "{name}");

        let sum = golden["x_sum"].as_f64().unwrap();
        let mut source = file.source(&MatrixPath::X, 1000).unwrap();
        if sum < 0.0 {
            // anndata 0.5: scaled values in `X`, which are read as stored and are no counts.
            let (found, _) = sum_and_non_zeros(&mut *source);
            // 32-bit values, added in another order than NumPy's.
            assert!((found / sum - 1.0).abs() < 1e-3, "{name}: {found} and {sum}");
            source.rewind().unwrap();
            let first = source.next_block().unwrap().unwrap();
            assert!(matches!(first.into_counts(), Err(BlockError::Value { row: 0, .. })));
        } else {
            // Every value is a whole number, so the sum is exact.
            assert_eq!(
                sum_and_non_zeros(&mut *source),
                (sum, golden["x_nonzero"].as_u64().unwrap()),
                "{name}"
            );
        }
        if golden["has_raw"] == true {
            let shape = (file.n_cells() as u64, file.genes_of(&MatrixPath::Raw).unwrap().len() as u64);
            assert_eq!(
                shape,
                (golden["raw_shape"][0].as_u64().unwrap(), golden["raw_shape"][1].as_u64().unwrap())
            );
            let mut source = file.source(&MatrixPath::Raw, 7).unwrap();
            let (found, expected) = (sum_and_non_zeros(&mut *source).0, golden["raw_sum"].as_f64().unwrap());
            // anndata summed in float32, in pairs: a few units of 2^-24 apart.
            assert!((found - expected).abs() <= 1e-6 * expected, "{name}: {found} {expected}");
        }
    }
}

#[test]
fn categories_are_counted_as_the_golden_reading_says() {
    let Some(folder) = data() else { return };
    for (name, golden) in expected(&folder) {
        let file = open(folder.join(&name)).unwrap();
        for (column, counts) in golden["categories"].as_object().unwrap() {
            let mut found = BTreeMap::<String, u64>::new();
            let values = file.obs().column(column).unwrap();
            assert!(matches!(values, Column::Categorical(_) | Column::Strings(_)), "{name} {column}");
            for value in values.to_names().into_iter().flatten() {
                *found.entry(value).or_default() += 1;
            }
            let counts = counts.as_object().unwrap().iter();
            let expected: BTreeMap<String, u64> =
                counts.map(|(name, n)| (name.clone(), n.as_u64().unwrap())).filter(|(_, n)| *n > 0).collect();
            assert_eq!(found, expected, "{name} {column}");
        }
    }
}

#[test]
fn block_size_and_threads_do_not_change_what_is_read() {
    let Some(folder) = data() else { return };
    let file = H5ad::open(folder.join("data/zheng68k_subset700.h5ad")).unwrap();
    let read = |block_cells| {
        let mut source = file.source(&MatrixPath::X, block_cells).unwrap();
        let mut all = source.next_block().unwrap().unwrap();
        assert_eq!(all.n_cells(), block_cells.min(700));
        while let Some(block) = source.next_block().unwrap() {
            all.append(&block);
        }
        source.rewind().unwrap();
        assert_eq!(source.next_block().unwrap().unwrap().n_cells(), block_cells.min(700));
        all
    };
    let whole = read(10_000);
    for block_cells in [1, 7, 256, 699, 700] {
        assert_eq!(read(block_cells), whole, "blocks of {block_cells}");
    }
    let one_thread = rayon::ThreadPoolBuilder::new().num_threads(1).build().unwrap();
    assert_eq!(one_thread.install(|| read(100)), whole);
}
