//! Real files read as `NumPy` and `SciPy` read them.

#![allow(clippy::unwrap_used)] // in the helpers of tests too

use std::collections::BTreeMap;
use std::path::PathBuf;

use ferrocyte_io::{CellFile, MatrixPath, open};

/// The folder of real data, or a line that says what is skipped.
fn data() -> Option<PathBuf> {
    let folder = std::env::var_os("FERROCYTE_DATA").map(PathBuf::from);
    if folder.is_none() {
        eprintln!("skipped: FERROCYTE_DATA is not set");
    }
    folder
}

fn sum_and_non_zeros(file: &dyn CellFile) -> (f64, u64) {
    let mut source = file.source(&MatrixPath::X, 1000).unwrap();
    let (mut sum, mut non_zeros) = (0.0, 0);
    while let Some(block) = source.next_block().unwrap() {
        sum += block.cells().map(|cell| cell.total()).sum::<f64>();
        non_zeros += block.n_non_zeros() as u64;
    }
    (sum, non_zeros)
}

#[test]
fn the_pickled_dict_reads_as_the_golden_reading_says() {
    let Some(folder) = data() else { return };
    let text = std::fs::read_to_string(folder.join("golden/formats_expected.json")).unwrap();
    let golden: serde_json::Value = serde_json::from_str(&text).unwrap();
    let golden = &golden["files"]["formats/seed/cells.npy"];
    let file = open(folder.join("formats/seed/cells.npy")).unwrap();
    assert_eq!(file.n_cells() as u64, golden["n_cells"]);
    let genes = file.genes_of(&MatrixPath::X).unwrap();
    assert_eq!(genes.len() as u64, golden["n_genes"]);
    assert_eq!(genes.index()[0], golden["first_gene"]);
    // Whole numbers, so the sum is exact.
    let expected = (golden["x_sum"].as_f64().unwrap(), golden["x_nonzero"].as_u64().unwrap());
    assert_eq!(sum_and_non_zeros(&*file), expected);
    let mut classes = BTreeMap::<String, u64>::new();
    for name in file.obs().column("classes").unwrap().to_names().into_iter().flatten() {
        *classes.entry(name).or_default() += 1;
    }
    let golden = golden["classes"].as_object().unwrap().iter();
    let expected: BTreeMap<String, u64> =
        golden.map(|(name, n)| (name.clone(), n.as_u64().unwrap())).collect();
    assert_eq!(classes, expected);
}

/// Against `scipy.sparse.load_npz` of SciPy: 10,000 × 2,000 float32.
#[test]
fn a_matrix_of_scipy_reads_as_scipy_reads_it() {
    let Some(folder) = data() else { return };
    let file = open(folder.join("formats/scipy_or_numpy_statot_expr.npz")).unwrap();
    let info = file.matrix(&MatrixPath::X).unwrap();
    assert_eq!((info.n_cells, info.n_genes, info.dtype.as_str()), (10_000, 2_000, "float32"));
    let (sum, non_zeros) = sum_and_non_zeros(&*file);
    assert_eq!(non_zeros, NON_ZEROS);
    // Both sum in float64, in another order.
    assert!((sum - SUM).abs() <= 1e-9 * SUM, "{sum}");
    let mut source = file.source(&MatrixPath::X, 10_000).unwrap();
    let block = source.next_block().unwrap().unwrap();
    let totals: Vec<f64> = block.cells().map(|cell| cell.total()).collect();
    assert!((totals[5000] - CELL_5000).abs() <= 1e-9 * CELL_5000, "{}", totals[5000]);
}

const NON_ZEROS: u64 = 1_195_931;
const SUM: f64 = 1_868_455.498_117_424_5;
const CELL_5000: f64 = 210.138_382_315_635_68;
