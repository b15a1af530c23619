//! Every storage, type, compression and encoding of `fixtures/make_fixtures.py` reads as the same counts.

#![allow(clippy::unwrap_used)] // in the helpers of tests too

mod common;
mod support;

use common::{fixture, read};
use ferrocyte_core::BlockSource;
use ferrocyte_io::frame::Column;
use ferrocyte_io::h5ad::H5ad;
use ferrocyte_io::{MatrixPath, Storage};
use support::counts::{N_CELLS, N_GENES, count, counts};

fn open(name: &str) -> H5ad {
    H5ad::open(fixture(name)).unwrap()
}

fn names(column: &Column) -> Vec<String> {
    column.to_names().into_iter().map(|name| name.unwrap_or_else(|| "missing".into())).collect()
}

#[test]
fn every_storage_and_compression_is_the_same_matrix_in_blocks_of_any_size() {
    let file = open("storages");
    let matrices = file.matrices().unwrap();
    assert_eq!(matrices.len(), 12);
    for matrix in matrices.iter().filter(|matrix| matrix.path.to_string() != "layers/blosc") {
        assert_eq!((matrix.n_cells, matrix.n_genes), (N_CELLS as u64, N_GENES as u64));
        for block_cells in [1, 2, 5, 7, 12, 100] {
            let found = read(&file, &matrix.path.to_string(), block_cells);
            assert_eq!(found.unwrap(), counts(1.0, N_GENES), "{matrix:?} in blocks of {block_cells}");
        }
    }
}

#[test]
fn a_matrix_is_described_before_it_is_read() {
    let file = open("storages");
    let info = |name: &str| file.matrix(&name.parse().unwrap()).unwrap();
    assert_eq!((info("X").storage, info("X").dtype.as_str()), (Storage::Csr, "float32"));
    assert_eq!((info("csc").storage, info("csc").n_non_zeros), (Storage::Csc, Some(33)));
    assert_eq!((info("dense").storage, info("dense").n_non_zeros), (Storage::Dense, None));
}

#[test]
fn a_source_starts_again_in_the_middle() {
    let file = open("storages");
    for layer in ["X", "chunks", "csc", "dense_chunks"] {
        let mut source = file.source(&layer.parse().unwrap(), 5).unwrap();
        let first = source.next_block().unwrap();
        source.next_block().unwrap();
        source.rewind().unwrap();
        assert_eq!(source.next_block().unwrap(), first, "{layer}");
    }
}

#[test]
fn compressed_strings_are_read() {
    let file = open("zstd");
    assert_eq!(file.obs().index()[11], "cell11");
    assert_eq!(read(&file, "X", 4).unwrap(), counts(1.0, N_GENES));
}

#[test]
fn every_number_type_and_byte_order_is_read() {
    let file = open("dtypes");
    let matrices = file.matrices().unwrap();
    assert_eq!(matrices.len(), 1 + 22 + 1 + 4);
    for matrix in matrices {
        let found = read(&file, &matrix.path.to_string(), 5).unwrap();
        if matrix.dtype == "bool" {
            assert!(found.as_csr().2.iter().all(|&value| value == 1.0));
            assert_eq!(found.n_non_zeros(), counts(1.0, N_GENES).n_non_zeros());
        } else {
            assert_eq!(found, counts(1.0, N_GENES), "{matrix:?}");
        }
    }
}

#[test]
fn columns_of_every_encoding_are_read() {
    let file = open("columns");
    let obs = file.obs();
    let column = |name: &str| obs.column(name).unwrap();
    assert_eq!(obs.names().len(), 12);
    assert_eq!(names(&column("cell_type"))[..5], ["T", "B", "NK", "T", "missing"]);
    let Column::Categorical(types) = column("cell_type") else { panic!("a categorical column") };
    assert_eq!((types.categories(), types.code(4)), (["T", "B", "NK"].map(String::from).as_slice(), None));
    assert_eq!(names(&column("donor"))[5..7], ["donor 0", "donor 1"]);
    assert_eq!(names(&column("barcode"))[10], "ACGT-10");
    assert_eq!(names(&column("cluster"))[3..5], ["0", "1"]);
    assert_eq!(column("score").to_numbers().unwrap()[3], 0.75);
    assert_eq!(names(&column("doublet"))[..2], ["False", "True"]);
    assert_eq!(names(&column("age"))[2..5], ["2", "missing", "4"]);
    assert!(column("age").to_numbers().unwrap()[3].is_nan());
    assert_eq!(names(&column("sick"))[..4], ["True", "False", "missing", "True"]);
    assert_eq!(names(&column("note"))[..3], ["µ0", "missing", "µ2"]);
    assert_eq!(names(&column("level"))[..3], ["5", "6", "5"]);
    assert_eq!(column("big").to_numbers().unwrap()[0], 9_223_373_136_366_403_584.0);
    assert_eq!(names(&column("fixed"))[9..11], ["f9", "f10"]);
}

#[test]
fn raw_has_genes_of_its_own() {
    let file = open("raw_and_layers");
    let paths: Vec<String> = file.matrices().unwrap().iter().map(|m| m.path.to_string()).collect();
    assert_eq!(paths, ["X", "raw/X", "layers/counts", "layers/doubled"]);
    assert_eq!(read(&file, "counts", 5).unwrap(), counts(1.0, N_GENES));
    assert_eq!(read(&file, "layers/doubled", 5).unwrap(), counts(2.0, N_GENES));
    let raw = file.source(&MatrixPath::Raw, 5).unwrap();
    assert_eq!((raw.genes().len(), raw.genes()[10].as_str()), (11, "RAW10"));
    assert_eq!(names(&file.raw_var().unwrap().unwrap().column("kept").unwrap())[8..10], ["True", "False"]);
    let raw = read(&file, "raw", 5).unwrap();
    for cell in 0..N_CELLS {
        let of_x: Vec<_> = raw.cell(cell).iter().filter(|(gene, _)| *gene < 9).collect();
        assert_eq!(of_x, counts(1.0, N_GENES).cell(cell).iter().collect::<Vec<_>>());
        let copied: f64 =
            raw.cell(cell).iter().filter(|(gene, _)| *gene >= 9).map(|(_, v)| f64::from(v)).sum();
        assert_eq!(copied, f64::from(2.0 * (count(cell, 0) + count(cell, 1))));
    }
}

#[test]
fn files_of_old_anndata_are_read() {
    for name in ["old_0_5", "old_0_6", "old_0_7"] {
        let file = open(name);
        assert_eq!(file.obs().index()[..2], ["cell0", "cell1"], "{name}");
        assert_eq!(file.var().index()[8], "GENE8", "{name}");
        let types = file.obs().column("cell_type").unwrap();
        assert_eq!(names(&types)[..6], ["T", "B", "NK", "T", "missing", "NK"], "{name}");
        assert_eq!(read(&file, "X", 5).unwrap(), counts(1.0, N_GENES), "{name}");
    }
    for name in ["old_0_5", "old_0_6"] {
        let file = open(name);
        assert_eq!(file.obs().names(), ["cell_type", "score", "doublet"]);
        assert_eq!(file.obs().column("score").unwrap().to_numbers().unwrap()[3], 0.75);
        assert_eq!(names(&file.obs().column("doublet").unwrap())[..2], ["False", "True"]);
        assert_eq!(read(&file, "raw", 5).unwrap(), counts(1.0, N_GENES));
        assert_eq!(file.source(&MatrixPath::Raw, 5).unwrap().genes()[0], "RAW0");
    }
}

/// A table of thousands of columns, 100 MB in 100 kB, would otherwise be decoded as often.
#[test]
fn the_table_of_an_old_file_is_decoded_once_for_all_its_columns() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("old.h5ad");
    std::fs::copy(fixture("old_0_5"), &path).unwrap();
    let file = H5ad::open(&path).unwrap();
    assert_eq!(file.var().index()[8], "GENE8");
    let first = file.obs().column("doublet").unwrap();
    std::fs::write(&path, []).unwrap();
    assert_eq!(file.obs().column("score").unwrap().to_numbers().unwrap()[3], 0.75);
    assert_eq!(names(&file.obs().column("doublet").unwrap()), names(&first));
    assert!(file.var().column("n").is_err(), "only one table is kept");
}
