//! Loom, MuData and dense HDF5: every fixture of `hdf5_fixtures/make_fixtures.py` reads as the same counts.

#![allow(clippy::unwrap_used)] // in the helpers of tests too

mod support;

use std::error::Error;
use std::path::{Path, PathBuf};

use ferrocyte_core::{Block, Stored};
use ferrocyte_io::frame::Frame;
use ferrocyte_io::{
    CellFile, Format, MatrixPath, OpenOptions, Orientation, ReadError, Storage, open, open_with,
};
use support::counts::{N_CELLS, N_GENES, counts};
use support::mutations::{Random, cut, damage_never_panics, flip, reads_to_the_end};

fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/hdf5_fixtures").join(name)
}

fn opened(name: &str) -> Box<dyn CellFile> {
    open(fixture(name)).unwrap()
}

fn read(file: &dyn CellFile, matrix: &str, block_cells: usize) -> Block<Stored> {
    let mut source = file.source(&matrix.parse().unwrap(), block_cells).unwrap();
    let mut all = Block::empty(source.genes().len());
    while let Some(block) = source.next_block().unwrap() {
        all.append(&block);
    }
    all
}

fn column(frame: &Frame, name: &str) -> Vec<String> {
    let names = frame.column(name).unwrap().to_names();
    names.into_iter().map(|name| name.unwrap_or_else(|| "missing".into())).collect()
}

/// What is wrong, and why, below "cannot read `PATH`".
fn causes(error: &(dyn Error + 'static)) -> String {
    let causes = std::iter::successors(error.source(), |cause| (*cause).source());
    causes.map(ToString::to_string).collect::<Vec<_>>().join(": ")
}

fn refused(name: &str, options: &OpenOptions) -> String {
    causes(&open_with(fixture(name), options).err().unwrap())
}

fn check_names(file: &dyn CellFile, first_gene: &str) {
    let genes = file.genes_of(&MatrixPath::X).unwrap();
    assert_eq!((file.n_cells(), genes.len()), (N_CELLS, N_GENES));
    assert_eq!((file.obs().index()[0].as_str(), file.obs().index()[11].as_str()), ("cell0", "cell11"));
    assert_eq!(genes.index()[0], first_gene);
}

#[test]
fn loom_2_has_fixed_text_columns_and_layers() {
    let file = opened("spec_2.loom");
    assert_eq!(file.format(), Format::Loom);
    check_names(file.as_ref(), "GENE0");
    assert_eq!(file.obs().names(), ["ClusterName", "Clusters", "_X"]);
    assert_eq!(column(file.obs(), "ClusterName")[..3], ["γδ T", "B & plasma", "NK"]);
    assert_eq!(column(file.obs(), "Clusters")[..4], ["0", "1", "2", "0"]);
    assert_eq!(file.obs().column("_X").unwrap().to_numbers().unwrap()[3], 0.75);
    let var = file.genes_of(&MatrixPath::X).unwrap();
    assert_eq!(var.names(), ["Accession", "Length"]);
    assert_eq!(
        (column(&var, "Accession")[8].as_str(), column(&var, "Length")[8].as_str()),
        ("ENSG00000000008", "8")
    );
    assert_eq!(file.notes(), ["left out, as no column of cells or genes: `col_attrs/PCA`"]);
}

#[test]
fn loom_is_turned_in_blocks_of_any_size_and_from_any_chunks() {
    let file = opened("spec_2.loom");
    let matrices = file.matrices().unwrap();
    let paths: Vec<String> = matrices.iter().map(|matrix| matrix.path.to_string()).collect();
    assert_eq!(paths, ["X", "layers/spliced", "layers/whole", "layers/wide"]);
    for (matrix, factor) in matrices.iter().zip([1.0, 2.0, 1.0, 1.0]) {
        assert_eq!((matrix.n_cells, matrix.n_genes), (N_CELLS as u64, N_GENES as u64));
        assert_eq!(matrix.storage, Storage::Dense);
        for block_cells in [1, 2, 5, 7, 12, 100] {
            let found = read(file.as_ref(), &matrix.path.to_string(), block_cells);
            assert_eq!(found, counts(factor, N_GENES), "{matrix:?} in blocks of {block_cells}");
        }
        let mut source = file.source(&matrix.path, 5).unwrap();
        let first = source.next_block().unwrap();
        source.next_block().unwrap();
        source.rewind().unwrap();
        assert_eq!(source.next_block().unwrap(), first, "{matrix:?}");
    }
}

/// As loompy 3.0.8 writes it: text of any length, attributes of the file in a group.
#[test]
fn loom_3_is_read() {
    let file = opened("spec_3.loom");
    check_names(file.as_ref(), "GENE0");
    assert_eq!(file.obs().names(), ["ClusterName", "Valid"]);
    assert_eq!(column(file.obs(), "ClusterName")[..3], ["γδ T", "B & plasma", "NK"]);
    assert_eq!(read(file.as_ref(), "X", 5), counts(1.0, N_GENES));
    assert_eq!(read(file.as_ref(), "unspliced", 5), counts(2.0, N_GENES));
}

#[test]
fn loom_with_other_names_or_none_is_read() {
    let file = opened("anndata.loom");
    check_names(file.as_ref(), "ENSG00000000000");
    assert_eq!(read(file.as_ref(), "X", 5), counts(1.0, N_GENES));
    let file = opened("unnamed.loom");
    assert_eq!(
        (file.obs().index()[11].as_str(), file.obs().names()),
        ("11", ["Clusters".to_owned()].as_slice())
    );
    assert_eq!(file.genes_of(&MatrixPath::X).unwrap().index()[8], "gene_8");
    assert_eq!(file.notes().len(), 2);
}

#[test]
fn loom_that_lies_is_refused() {
    assert_eq!(
        refused("lies.loom", &OpenOptions::default()),
        "`col_attrs/CellID`: expected 12 values (one per cell), found 11"
    );
    assert_eq!(
        refused("promise.loom", &OpenOptions::default()),
        "`names`: expected at most 134217728 bytes in memory (64 for each byte of the file, 128 MiB in any case), \
         found more; if the file is right, decompress it"
    );
    assert_eq!(
        refused("dense_promise.h5", &OpenOptions::default()),
        refused("promise.loom", &OpenOptions::default())
    );
}

#[test]
fn gene_expression_is_the_modality_that_is_read() {
    let file = opened("rna.h5mu");
    assert_eq!(file.format(), Format::H5mu);
    check_names(file.as_ref(), "GENE0");
    assert_eq!(read(file.as_ref(), "X", 5), counts(1.0, N_GENES));
    assert_eq!(read(file.as_ref(), "doubled", 5), counts(2.0, N_GENES));
    assert_eq!(
        file.notes(),
        [
            "the modality `rna` is read; left out: `prot`",
            "taken from `rna`, not from the whole file, which has them too: `cluster`"
        ]
    );
    // Columns of the whole are matched by the names of the cells, which are in another order there.
    assert_eq!(file.obs().names(), ["cell_type", "cluster", "prot:depth", "donor"]);
    assert_eq!(column(file.obs(), "cell_type")[..2], ["γδ T", "B & plasma"]);
    assert_eq!(column(file.obs(), "cluster")[11], "2");
    assert_eq!(file.obs().column("prot:depth").unwrap().to_numbers().unwrap()[..2], [6.0, 5.5]);
    assert_eq!(
        (column(file.obs(), "donor")[0].as_str(), column(file.obs(), "donor")[11].as_str()),
        ("d2", "d0")
    );
}

#[test]
fn a_modality_can_be_chosen() {
    let modality = |name: &str| OpenOptions { modality: Some(name.to_owned()), ..OpenOptions::default() };
    let file = open_with(fixture("rna.h5mu"), &modality("prot")).unwrap();
    assert_eq!(file.genes_of(&MatrixPath::X).unwrap().index(), ["CD3", "CD4"]);
    assert_eq!(column(file.obs(), "donor"), ["d2", "d2", "d2"]);
    assert_eq!(
        refused("rna.h5mu", &modality("atac")),
        "there is no modality `atac`, there is `prot` and `rna`"
    );
    assert_eq!(
        refused("no_rna.h5mu", &OpenOptions::default()),
        "there are the modalities `atac` and `prot`, and none is called `rna`; choose one with `--modality`"
    );
    assert_eq!(open_with(fixture("no_rna.h5mu"), &modality("atac")).unwrap().n_cells(), 3);
    // The other one has no genes.
    let file = opened("receptors.h5mu");
    assert_eq!(read(file.as_ref(), "X", 5), counts(1.0, N_GENES));
    assert_eq!(file.notes(), ["the modality `expression` is read; left out: `airr`"]);
}

#[test]
fn a_dense_matrix_with_labels_is_read() {
    let file = opened("dense.h5");
    assert_eq!(file.format(), Format::DenseH5);
    assert_eq!(file.genes_of(&MatrixPath::X).unwrap().index()[8], "GENE8");
    assert_eq!(file.obs().names(), ["Y", "score"]);
    // Stored as floats, and whole numbers all the same.
    assert_eq!(column(file.obs(), "Y")[..4], ["0", "1", "2", "0"]);
    assert_eq!(column(file.obs(), "score")[..2], ["0.0", "0.25"]);
    for block_cells in [1, 5, 100] {
        assert_eq!(read(file.as_ref(), "X", block_cells), counts(1.0, N_GENES));
    }
    assert_eq!(
        file.notes(),
        [
            "the cells have no names in this file and are numbered from 0",
            "left out, as no column of cells or genes: `other`",
        ]
    );
}

#[test]
fn a_dense_matrix_is_turned_by_the_lengths_of_what_is_beside_it() {
    let file = opened("dense_turned.h5");
    check_names(file.as_ref(), "GENE0");
    assert_eq!(column(file.obs(), "cell_type")[..2], ["γδ T", "B & plasma"]);
    assert_eq!(file.notes(), ["`X` holds genes × cells, 9 × 12; it was turned"]);
    assert_eq!(read(file.as_ref(), "X", 5), counts(1.0, N_GENES));

    let file = opened("dense_bare.h5");
    assert_eq!(read(file.as_ref(), "X", 5), counts(1.0, N_GENES));
    let genes = Some(Orientation::GenesInRows);
    let turned =
        open_with(fixture("dense_bare.h5"), &OpenOptions { genes, ..OpenOptions::default() }).unwrap();
    assert_eq!(turned.n_cells(), N_GENES);

    assert_eq!(
        refused("dense_lies.h5", &OpenOptions::default()),
        "`X`: expected 7 cells (`Y`) by any number of genes or the other way round, found 12 by 9"
    );
}

/// A dense matrix, records for annotations and `h5sparse` attributes, as anndata before 0.7 wrote them.
#[test]
fn the_oldest_anndata_is_read() {
    let file = opened("legacy.h5ad");
    assert_eq!(file.format(), Format::H5ad);
    check_names(file.as_ref(), "GENE0");
    assert_eq!(column(file.obs(), "cell_type")[..3], ["γδ T", "B & plasma", "NK"]);
    assert_eq!(file.obs().column("score").unwrap().to_numbers().unwrap()[3], 0.75);
    let storages: Vec<Storage> = file.matrices().unwrap().iter().map(|matrix| matrix.storage).collect();
    assert_eq!(storages, [Storage::Dense, Storage::Csr, Storage::Csc]);
    for matrix in ["X", "raw", "counts"] {
        assert_eq!(read(file.as_ref(), matrix, 5), counts(1.0, N_GENES), "{matrix}");
    }
}

#[test]
fn a_format_that_was_chosen_must_fit() {
    let format = |format| OpenOptions { format: Some(format), ..OpenOptions::default() };
    for (name, found) in [
        ("spec_2.loom", Format::Loom),
        ("rna.h5mu", Format::H5mu),
        ("dense.h5", Format::DenseH5),
        ("legacy.h5ad", Format::H5ad),
    ] {
        assert_eq!(open_with(fixture(name), &format(found)).unwrap().format(), found);
        for &wanted in Format::ALL.iter().filter(|format| **format != found) {
            match open_with(fixture(name), &format(wanted)) {
                // What is AnnData and more can be read as AnnData.
                Ok(file) => assert!(
                    matches!((found, wanted), (Format::H5ad, Format::DenseH5) | (Format::H5mu, Format::H5ad)),
                    "{name} as {wanted}, {:?}",
                    file.path()
                ),
                Err(error) => {
                    let expected = format!("it cannot be read as `{wanted}`: it looks like `{found}`");
                    assert!(causes(&error).starts_with(&expected), "{name}: {}", causes(&error));
                }
            }
        }
    }
    let folder = env!("CARGO_MANIFEST_DIR");
    let text = Path::new(folder).join("Cargo.toml");
    let error = open_with(text, &format(Format::Loom)).err().unwrap();
    assert!(
        causes(&error)
            .starts_with("it cannot be read as `loom`: it looks like `text-table`: expected an HDF5 file"),
        "{}",
        causes(&error)
    );
    let missing = open_with("no/such/file", &format(Format::Loom)).err().unwrap();
    assert!(causes(&missing).starts_with("the file cannot be opened or read"), "{}", causes(&missing));
}

#[test]
fn hdf5_of_no_known_layout_says_what_it_holds() {
    let error =
        open(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/not_anndata.h5ad")).err().unwrap();
    assert!(causes(&error).ends_with("found HDF5 with `matrix`"), "{}", causes(&error));
}

#[test]
fn a_value_that_is_no_number_is_named_where_it_stands() {
    let file = open_with(fixture("nan.loom"), &OpenOptions::default()).unwrap();
    let mut source = file.source(&"nan".parse().unwrap(), 5).unwrap();
    let error = loop {
        match source.next_block() {
            Ok(block) => assert!(block.is_some(), "a value is no number"),
            Err(error) => break error,
        }
    };
    assert_eq!(
        causes(error.downcast_ref::<ReadError>().unwrap()),
        "matrix `layers/nan`, cell 2 (`cell2`), gene `GENE2`: expected a finite value, found NaN"
    );
    for (layer, expected) in [
        ("short", "matrix `layers/short`: expected 12 cells and 9 genes, found 5 and 9"),
        ("text", "`layers/text`: expected numbers, found strings"),
        ("flat", "`layers/flat`: expected 2 dimensions, found 1 dimension"),
        (
            "none",
            "there is no matrix `layers/none`, there is `X`, `layers/flat`, `layers/nan`, `layers/short` and `layers/text`",
        ),
    ] {
        assert_eq!(causes(&file.source(&layer.parse().unwrap(), 5).err().unwrap()), expected);
    }
}

fn damaged(name: &str, damage: impl Fn(&mut Vec<u8>, &mut Random)) {
    let read = |path: &Path| open(path).is_ok_and(|file| reads_to_the_end(file.as_ref()));
    damage_never_panics(name, &std::fs::read(fixture(name)).unwrap(), 150, damage, read);
}

const DAMAGED: [&str; 7] =
    ["spec_2.loom", "spec_3.loom", "unnamed.loom", "rna.h5mu", "dense.h5", "dense_turned.h5", "legacy.h5ad"];

#[test]
fn flipped_bytes_never_panic() {
    for name in DAMAGED {
        damaged(name, |bytes, random| flip(bytes, random));
    }
}

#[test]
fn files_cut_short_never_panic() {
    for name in DAMAGED {
        damaged(name, cut);
        let whole = std::fs::read(fixture(name)).unwrap();
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(name);
        std::fs::write(&path, &whole[..whole.len() - 9]).unwrap();
        let error = causes(&open(&path).err().unwrap());
        assert!(error.starts_with("the file is cut short: expected"), "{name}: {error}");
    }
}
