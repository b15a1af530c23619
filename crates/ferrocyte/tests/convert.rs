//! Conversion: what our reader finds in the output is what it finds in the input.

#![allow(clippy::unwrap_used)] // helpers of tests may panic as tests do

use std::fs;
use std::path::{Path, PathBuf};

use ferrocyte::{Conversion, ConvertError, ConvertOptions, OpenOptions, Silent, convert};
use ferrocyte_core::{Block, Stored};
use ferrocyte_io::frame::{Column, Frame};
use ferrocyte_io::{CellFile, MatrixPath, open, open_with};

fn demo(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("demo").join(name)
}

fn options(files: &[&Path], output: &Path) -> ConvertOptions {
    let files = files.iter().map(|file| file.to_path_buf()).collect();
    ConvertOptions { files, output: output.to_owned(), ..ConvertOptions::default() }
}

fn converted(files: &[&Path], output: &Path) -> Conversion {
    convert(&options(files, output), &Silent).unwrap()
}

fn codes(conversion: &Conversion) -> Vec<&str> {
    conversion.warnings.iter().map(|warning| warning.code.as_str()).collect()
}

fn cells(file: &dyn CellFile) -> Block<Stored> {
    let mut source = file.source(&MatrixPath::X, 1000).unwrap();
    let mut all = Block::empty(source.genes().len());
    while let Some(block) = source.next_block().unwrap() {
        all.append(&block);
    }
    all
}

/// Text with gaps is written as categories; everything else stays what it was.
fn assert_same_columns(found: &Frame, expected: &Frame) {
    assert_eq!(found.names(), expected.names());
    for name in expected.names() {
        let (found, expected) = (found.column(name).unwrap(), expected.column(name).unwrap());
        match (&found, &expected) {
            (Column::Categorical(found), Column::Strings(expected)) => {
                assert!(found.names().eq(expected.iter().map(Option::as_deref)), "{name}");
            }
            // A missing value is not equal to itself.
            (Column::Floats(found), Column::Floats(expected)) => {
                let same = |(a, b): (&f64, &f64)| a.to_bits() == b.to_bits() || a.is_nan() && b.is_nan();
                assert!(found.len() == expected.len() && found.iter().zip(expected).all(same), "{name}");
            }
            _ => assert_eq!(found, expected, "{name}"),
        }
    }
}

fn assert_same(output: &Path, input: &dyn CellFile, columns: bool) {
    let output = open(output).unwrap();
    assert_eq!(output.obs().index(), input.obs().index());
    let genes = |file: &dyn CellFile| file.genes_of(&MatrixPath::X).unwrap();
    assert_eq!(genes(output.as_ref()).index(), genes(input).index());
    assert!(cells(output.as_ref()) == cells(input), "the values differ");
    if columns {
        assert_same_columns(output.obs(), input.obs());
        assert_same_columns(&genes(output.as_ref()), &genes(input));
    }
}

#[test]
fn every_format_becomes_every_format() {
    let Some(data) = std::env::var_os("FERROCYTE_DATA") else {
        eprintln!("skipped: FERROCYTE_DATA is not set");
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    for (name, genome) in [
        ("data/pbmc3k.h5ad", None),
        ("formats/anndata_archive_v0.5.0_adata.h5ad", None),
        ("formats/anndata_archive_v0.7.0_adata.h5ad", None),
        ("formats/anndata_archive_v0.7.8_adata.h5ad", None),
        ("formats/10x_v2_mtx_tiny", None),
        ("formats/10x_v2_small.h5", None),
        ("formats/10x_v2_multi_genome.h5", Some("hg19_chr21")),
        ("formats/10x_v3_mtx_small", None),
        ("formats/10x_v3_small.h5", None),
        ("formats/tsv_genes_by_cells_immune_control_tiny.txt", None),
        ("formats/scipy_or_numpy_statot_expr.npz", None),
        ("formats/seed/cells.npy", None),
    ] {
        let path = Path::new(&data).join(name);
        let open = OpenOptions { genome: genome.map(str::to_owned), ..OpenOptions::default() };
        let input = open_with(&path, &open).unwrap();
        for suffix in ["h5ad", "mtx"] {
            let output = folder.path().join(format!("out.{suffix}"));
            let conversion =
                convert(&ConvertOptions { open: open.clone(), ..options(&[&path], &output) }, &Silent);
            let conversion = conversion.unwrap_or_else(|error| panic!("{name}: {error:?}"));
            assert_same(&output, input.as_ref(), suffix == "h5ad");
            assert_eq!(conversion.cells, input.n_cells(), "{name}");
        }
        // And back again: nothing is lost on the way through a clean file.
        let (h5ad, again) = (folder.path().join("out.h5ad"), folder.path().join("again.h5ad"));
        converted(&[&h5ad], &again);
        assert!(fs::read(&h5ad).unwrap() == fs::read(&again).unwrap(), "{name}");
    }
}

fn table(folder: &Path, name: &str, content: &str) -> PathBuf {
    let path = folder.join(name);
    fs::write(&path, content).unwrap();
    path
}

#[test]
fn files_are_joined_on_their_genes_whatever_they_call_them() {
    let folder = tempfile::tempdir().unwrap();
    let one = table(
        folder.path(),
        "one.csv",
        "cell,CD3D,MS4A1,sample\nAAACATACAAAA-1,1,2,x\nAAACATACAAAC-1,0,3,x\n",
    );
    let other = table(
        folder.path(),
        "other.csv",
        "cell,NKG7,ENSG00000167286,age\nAAACATACAAAA-1,5,6,44.5\nAAACATACAAAG-1,0,0,12.5\n",
    );
    let output = folder.path().join("joined.h5ad");
    let columns = ["CD3D", "MS4A1", "NKG7"].map(str::to_owned);
    let options = ConvertOptions {
        open: OpenOptions { genes: Some(ferrocyte::Orientation::GenesInColumns), ..OpenOptions::default() },
        ..options(&[&one, &other], &output)
    };
    let conversion = convert(&options, &Silent).unwrap();
    let file = open(&output).unwrap();
    let genes = file.genes_of(&MatrixPath::X).unwrap();
    let of =
        |gene: &str| genes.index().iter().position(|name| name == gene).unwrap_or_else(|| panic!("{gene}"));
    let all = cells(file.as_ref());
    let value = |cell: usize, gene: &str| {
        all.cell(cell).iter().find(|(found, _)| *found as usize == of(gene)).map_or(0.0, |(_, value)| value)
    };
    let found: Vec<Vec<f32>> =
        (0..4).map(|cell| columns.iter().map(|gene| value(cell, gene)).collect()).collect();
    assert_eq!(found, [[1.0, 2.0, 0.0], [0.0, 3.0, 0.0], [6.0, 0.0, 5.0], [0.0, 0.0, 0.0]]);
    assert_eq!(
        file.obs().index(),
        ["AAACATACAAAA-1-1", "AAACATACAAAC-1-1", "AAACATACAAAA-1-2", "AAACATACAAAG-1-2"]
    );
    let names = file.obs().column("file").unwrap().to_names();
    assert_eq!(names[0].as_deref().zip(names[3].as_deref()), Some(("one.csv", "other.csv")));
    let sample = file.obs().column("sample").unwrap().to_names();
    assert_eq!(sample, [Some("x".to_owned()), Some("x".to_owned()), None, None]);
    assert_eq!(genes.len(), 3);
    assert!(codes(&conversion).contains(&"cells-renamed"));
    let told = conversion.warnings.iter().find(|warning| warning.code == "joined-genes").unwrap();
    assert_eq!(
        told.message,
        "other.csv: 1 gene is written by the name of an earlier file, such as `ENSG00000167286` as `CD3D`"
    );
}

#[test]
fn repeated_genes_are_summed_only_where_they_are_counts() {
    let folder = tempfile::tempdir().unwrap();
    let mtx = |name: &str, value: &str| {
        let path = folder.path().join(name);
        fs::create_dir(&path).unwrap();
        table(&path, "genes.tsv", "ENSG1\tMATR3\nENSG2\tCD3D\nENSG3\tMATR3\n");
        table(&path, "barcodes.tsv", &format!("AAAC-{name}\n"));
        let entries = format!("3 1 3\n1 1 2\n2 1 1\n3 1 {value}\n");
        table(&path, "matrix.mtx", &format!("%%MatrixMarket matrix coordinate real general\n{entries}"));
        path
    };
    let (counts, others) = (mtx("counts", "3"), mtx("others", "0.5"));
    let output = folder.path().join("out.h5ad");
    let values = |files: &[&Path]| {
        converted(files, &output);
        cells(open(&output).unwrap().as_ref()).as_csr().2.to_vec()
    };
    assert_eq!(values(&[&others]), [2.0, 1.0, 0.5], "a file alone stays as it is");
    let again = mtx("again", "3");
    assert_eq!(values(&[&counts, &again]), [5.0, 1.0, 5.0, 1.0]);
    let error = convert(&options(&[&counts, &others], &output), &Silent).unwrap_err();
    let message = error.to_string();
    assert!(
        matches!(error, ConvertError::Join(_)) && message.contains("`MATR3`") && message.contains("0.5"),
        "{message}"
    );
    assert_eq!(cells(open(&output).unwrap().as_ref()).n_cells(), 2, "what was there before still is");
}

#[test]
fn an_output_that_is_an_input_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let copy = folder.path().join("copy.h5ad");
    fs::copy(demo("query.h5ad"), &copy).unwrap();
    let error = convert(&options(&[&copy], &copy), &Silent).unwrap_err();
    assert!(matches!(error, ConvertError::OutputIsInput { .. }));
    let error = convert(&options(&[&copy], Path::new("out.xlsx")), &Silent).unwrap_err();
    assert!(error.to_string().contains("expected `NAME.h5ad`"), "{error}");
}

#[test]
fn the_demo_is_converted_with_all_its_columns() {
    let folder = tempfile::tempdir().unwrap();
    let output = folder.path().join("query.h5ad");
    let conversion = converted(&[&demo("query.h5ad")], &output);
    assert_same(&output, open(demo("query.h5ad")).unwrap().as_ref(), true);
    assert!(codes(&conversion).contains(&"not-carried"));
}
