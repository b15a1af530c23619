//! What is wrong with a file is said in one readable chain of causes.

#![allow(clippy::unwrap_used)] // in the helpers of tests too

mod common;

use std::error::Error;
use std::path::Path;

use common::{fixture, read};
use ferrocyte_io::MatrixPath;
use ferrocyte_io::h5ad::H5ad;
use ferrocyte_io::{ReadError, ReadErrorKind};

/// The causes of an error below "cannot read `PATH`", joined by colons.
fn causes(error: &(dyn Error + 'static)) -> String {
    assert!(error.to_string().starts_with("cannot read `"), "{error}");
    let causes = std::iter::successors(error.source(), |cause| (*cause).source());
    causes.map(ToString::to_string).collect::<Vec<_>>().join(": ")
}

fn opened(path: &Path) -> String {
    causes(&H5ad::open(path).unwrap_err())
}

fn matrix(name: &str) -> String {
    let file = H5ad::open(fixture("broken")).unwrap();
    causes(&*read(&file, &format!("layers/{name}"), 5).unwrap_err())
}

fn column(name: &str) -> String {
    let file = H5ad::open(fixture("broken")).unwrap();
    causes(&file.obs().column(name).unwrap_err())
}

/// A file of the test's own, removed when it is dropped.
struct Scratch(std::path::PathBuf);

impl Scratch {
    fn new(name: &str, bytes: &[u8]) -> Self {
        let path = std::env::temp_dir().join(format!("ferrocyte-{}-{name}.h5ad", std::process::id()));
        std::fs::write(&path, bytes).unwrap();
        Self(path)
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        std::fs::remove_file(&self.0).ok();
    }
}

#[test]
fn a_file_that_is_not_h5ad_is_named() {
    let other = |bytes: &[u8]| opened(&Scratch::new("other", bytes).0);
    assert_eq!(other(b"a,b\n1,2\n"), "expected an HDF5 file (.h5ad), found a text file");
    assert_eq!(other(b"\x1f\x8b\x08\0"), "expected an HDF5 file (.h5ad), found a gzip file");
    assert_eq!(other(b""), "expected an HDF5 file (.h5ad), found an empty file");
    assert_eq!(opened(&std::env::temp_dir()), "expected an HDF5 file (.h5ad), found a folder");
    assert!(opened(Path::new("no/such/file.h5ad")).starts_with("the file cannot be opened or read: "));
    assert_eq!(
        opened(&fixture("not_anndata")),
        "expected an AnnData file with `obs` and `var`, found HDF5 with `matrix`"
    );
}

#[test]
fn a_file_that_is_cut_short_says_so() {
    let whole = std::fs::read(fixture("storages")).unwrap();
    for part in [2, 3, 10] {
        let cut = Scratch::new(&format!("cut{part}"), &whole[..whole.len() - whole.len() / part]);
        let expected = format!(
            "the file is cut short: expected {} bytes, found {}",
            whole.len(),
            whole.len() - whole.len() / part
        );
        assert_eq!(opened(&cut.0), expected);
    }
}

#[test]
fn values_that_no_matrix_can_hold_are_named_with_cell_gene_and_the_other_matrices() {
    let expected = "matrix `layers/nan`, cell 2 (`cell2`), gene `GENE2`: expected a finite value, found NaN";
    assert_eq!(matrix("nan"), expected);
    assert!(matrix("dense_infinite").ends_with("found inf"));

    let file = H5ad::open(fixture("broken")).unwrap();
    let error = read(&file, "layers/nan", 5).unwrap_err();
    let ReadErrorKind::Value(value) = error.downcast::<ReadError>().unwrap().kind else { panic!("a value") };
    assert!(value.other_matrices.iter().any(|other| other.to_string() == "X"));
}

/// What negative values mean is for the caller to say; as counts they are refused.
#[test]
fn negative_values_are_read_as_stored() {
    let file = H5ad::open(fixture("broken")).unwrap();
    let error = read(&file, "layers/negative", 5).unwrap().into_counts().unwrap_err();
    assert!(error.to_string().starts_with("row 2, gene index 2: expected"), "{error}");
    let file = H5ad::open(fixture("raw_and_layers")).unwrap();
    assert!(read(&file, "X", 5).unwrap().into_counts().is_err());
    assert!(read(&file, "raw/X", 5).unwrap().into_counts().is_ok());
}

#[test]
fn arrays_that_do_not_belong_together_are_refused() {
    for (name, expected) in [
        (
            "indptr_order",
            "`layers/indptr_order/indptr`: expected at least 6, as row pointers never decrease, found 1 at \
             position 3",
        ),
        (
            "indptr_start",
            "`layers/indptr_start/indptr`: expected 0 as the first row pointer, found 1 at position 0",
        ),
        (
            "indptr_end",
            "`layers/indptr_end/indptr`: expected at least 30, as row pointers never decrease, found 5 at \
             position 12",
        ),
        ("indptr_length", "`layers/indptr_length/indptr`: expected 13 values (n_cells + 1), found 12"),
        (
            "indices_length",
            "`layers/indices_length/indices`: expected 33 values (as many as there are in `data`), found 3",
        ),
        (
            "index_negative",
            "`layers/index_negative/indices`, position 6: expected a gene index below 9, found -1",
        ),
        ("index_large", "`layers/index_large/indices`, position 6: expected a gene index below 9, found 9"),
        ("csc_index", "`layers/csc_index/indices`, position 6: expected a cell index below 12, found 12"),
        ("shape", "matrix `layers/shape`: expected 12 cells and 9 genes, found 12 and 10"),
        (
            "promise",
            "`layers/promise/data`: expected no more values than the file can hold, found 1099511627776 bytes \
             in a file of SIZE",
        ),
        ("text", "`layers/text/data`: expected numbers, found strings"),
        ("encoding", "`layers/encoding`: expected a CSR, CSC or dense matrix, found `coo_matrix`"),
    ] {
        let size = std::fs::metadata(fixture("broken")).unwrap().len().to_string();
        assert_eq!(matrix(name), expected.replace("SIZE", &size));
    }
}

#[test]
fn a_matrix_or_column_that_is_not_there_names_those_there_are() {
    let file = H5ad::open(fixture("raw_and_layers")).unwrap();
    assert_eq!(
        causes(&file.source(&"spliced".parse().unwrap(), 5).unwrap_err()),
        "there is no matrix `layers/spliced`, there is `X`, `raw/X`, `layers/counts` and `layers/doubled`"
    );
    assert_eq!(
        causes(&file.obs().column("celltype").unwrap_err()),
        "`obs` has no column `celltype`, it has `cell_type`, `donor`, `cluster`, `score`, `doublet` and `barcode`"
    );
    let file = H5ad::open(fixture("storages")).unwrap();
    assert!(causes(&file.source(&MatrixPath::Raw, 5).unwrap_err()).starts_with("there is no matrix `raw/X`"));
}

#[test]
fn columns_that_are_wrong_are_refused() {
    assert_eq!(column("cluster"), "`obs/cluster`: expected 12 values (one per cell), found 11");
    assert_eq!(
        column("cell_type"),
        "`obs/cell_type/codes`: expected codes below 3, the number of categories, found 3 in row 2"
    );
    assert_eq!(column("absent"), "`obs/absent`: expected a column, found nothing");
    // A terabyte that is not in the file is not allocated.
    let promise = column("score");
    assert!(promise.starts_with("`obs/score`: expected at most "), "{promise}");
}

#[test]
fn a_compression_that_cannot_be_undone_is_named() {
    let file = H5ad::open(fixture("storages")).unwrap();
    let error = causes(&*read(&file, "blosc", 5).unwrap_err());
    assert!(error.contains("compressed with blosc (filter id 32001), expected none, gzip"), "{error}");
}
