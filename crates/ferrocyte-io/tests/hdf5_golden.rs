//! Real files of the HDF5 family read as h5py reads them.

#![allow(clippy::unwrap_used)] // in the helpers of tests too

use std::collections::BTreeMap;
use std::path::PathBuf;

use ferrocyte_io::{CellFile, Format, MatrixPath, open};

/// A file of the real data, or a line that says what is skipped.
fn data(name: &str) -> Option<PathBuf> {
    let folder = std::env::var_os("FERROCYTE_DATA").map(PathBuf::from);
    if folder.is_none() {
        eprintln!("skipped: FERROCYTE_DATA is not set");
    }
    Some(folder?.join("formats").join(name))
}

/// Sum and non-zeros of all cells, and the sums of the first and the last. Whole numbers: exact.
fn sums(file: &dyn CellFile, block_cells: usize) -> (f64, usize, f64, f64) {
    let mut source = file.source(&MatrixPath::X, block_cells).unwrap();
    let (mut totals, mut non_zeros) = (Vec::new(), 0);
    while let Some(block) = source.next_block().unwrap() {
        totals.extend(block.cells().map(|cell| cell.total()));
        non_zeros += block.n_non_zeros();
    }
    (totals.iter().sum(), non_zeros, totals[0], totals[totals.len() - 1])
}

fn tally(file: &dyn CellFile, column: &str) -> BTreeMap<String, usize> {
    let mut found = BTreeMap::new();
    for name in file.obs().column(column).unwrap().to_names() {
        *found.entry(name.unwrap()).or_default() += 1;
    }
    found
}

// h5py 3.16.0, numpy 2.4.6: m = h5py.File("tiny_fc_dropseq.loom")["matrix"][:]
// m.shape, m.sum(), (m != 0).sum(), m[:, 0].sum(), m[:, -1].sum(), np.bincount(f["col_attrs/Clusters"][:, 0])
#[test]
fn loom() {
    let Some(path) = data("tiny_fc_dropseq.loom") else { return };
    let file = open(path).unwrap();
    assert_eq!(file.format(), Format::Loom);
    let genes = file.genes_of(&MatrixPath::X).unwrap();
    assert_eq!((file.n_cells(), genes.len()), (25, 1316));
    assert_eq!((genes.index()[0].as_str(), genes.index()[1315].as_str()), ("Gene0", "Gene1315"));
    assert_eq!(file.obs().names(), ["BatchID", "Clusters"]);
    let clusters = tally(file.as_ref(), "Clusters");
    assert_eq!((clusters.len(), clusters["3"], clusters["4"], clusters["13"]), (14, 6, 6, 1));
    for block_cells in [1, 7, 100] {
        assert_eq!(sums(file.as_ref(), block_cells), (2825.0, 1840, 88.0, 277.0));
    }
}

// f = h5py.File("muon_wu2020_200.h5mu"); d = f["mod/gex/X/data"][:]; p = f["mod/gex/X/indptr"][:]
// d.sum(), (d != 0).sum(), d[p[0]:p[1]].sum(), d[p[-2]:].sum(), np.bincount(f["mod/gex/obs/source/codes"])
#[test]
fn h5mu() {
    let Some(path) = data("muon_wu2020_200.h5mu") else { return };
    let file = open(path).unwrap();
    assert_eq!(file.format(), Format::H5mu);
    let genes = file.genes_of(&MatrixPath::X).unwrap();
    assert_eq!((file.n_cells(), genes.len()), (150, 30727));
    assert_eq!((genes.index()[0].as_str(), genes.index()[30726].as_str()), ("LOC100505874", "LOC102723532"));
    let cells = file.obs().index();
    assert_eq!(
        (cells[0].as_str(), cells[149].as_str()),
        ("LN3_AAACGGGGTTCTCATT-1", "LT6_GCACTCTAGGTGACCA-1")
    );
    let sources = BTreeMap::from([("Blood".to_owned(), 5), ("NAT".to_owned(), 51), ("Tumor".to_owned(), 94)]);
    assert_eq!(tally(file.as_ref(), "source"), sources);
    assert_eq!(sums(file.as_ref(), 64), (381_877.0, 148_529, 3638.0, 12080.0));
    assert_eq!(file.notes(), ["the modality `gex` is read; left out: `airr`"]);
}

// m = h5py.File("dense_XY_mouse_bladder.h5")["X"][:], as for loom with cells in rows; np.unique(f["Y"], return_counts=True)
#[test]
fn dense() {
    let Some(path) = data("dense_XY_mouse_bladder.h5") else { return };
    let file = open(path).unwrap();
    assert_eq!(file.format(), Format::DenseH5);
    assert_eq!((file.n_cells(), file.genes_of(&MatrixPath::X).unwrap().len()), (2100, 20670));
    let labels = tally(file.as_ref(), "Y");
    assert_eq!((labels.len(), labels["1"], labels["2"], labels["16"]), (16, 550, 299, 8));
    assert_eq!(file.obs().column("Y").unwrap().to_names()[..3], ["2", "3", "1"].map(|y| Some(y.to_owned())));
    assert_eq!(sums(file.as_ref(), 500), (4_528_297.0, 2_214_875, 2211.0, 2252.0));
}
