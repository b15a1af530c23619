//! Data of Cell Ranger, and MatrixMarket files: folders, archives and HDF5.

#![allow(clippy::unwrap_used)] // in the helpers of tests too
#![allow(clippy::needless_update)] // of options that may become more

use std::error::Error;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use ferrocyte_core::{Block, Stored};
use ferrocyte_io::{CellFile, Format, MatrixPath, OpenOptions, ReadError, Storage, open, open_with};
use flate2::Compression;
use flate2::write::GzEncoder;
use tempfile::TempDir;

const MATRIX: &str =
    "%%MatrixMarket matrix coordinate integer general\n%metadata\n3 2 4\n1 1 5\n3 1 1\n2 2 7\n2 2 3\n";
const GENES: &str = "E1\tCD3D\nE2\tMS4A1\nE3\tNKG7\n";
const FEATURES: &str = "E1\tCD3D\tGene Expression\nE2\tCD3\tAntibody Capture\nE3\tNKG7\tGene Expression\n";
const BARCODES: &str = "AAAC-1\nAAAG-1\n";

fn gzip(text: impl AsRef<[u8]>) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(text.as_ref()).unwrap();
    encoder.finish().unwrap()
}

/// A folder with these files; names ending in `.gz` are compressed.
fn folder(files: &[(&str, &str)]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        let is_gzip = Path::new(name).extension() == Some("gz".as_ref());
        let content = if is_gzip { gzip(text) } else { text.as_bytes().to_vec() };
        fs::write(path, content).unwrap();
    }
    folder
}

fn tar(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut archive = Vec::new();
    for (name, content) in files {
        let mut header = [0_u8; 512];
        header[..name.len()].copy_from_slice(name.as_bytes());
        header[124..135].copy_from_slice(format!("{:011o}", content.len()).as_bytes());
        header[148..156].fill(b' ');
        header[156] = b'0';
        let sum: u64 = header.iter().map(|&byte| u64::from(byte)).sum();
        header[148..155].copy_from_slice(format!("{sum:06o}\0").as_bytes());
        archive.extend(header);
        archive.extend(*content);
        archive.resize(archive.len().next_multiple_of(512), 0);
    }
    archive.resize(archive.len() + 1024, 0);
    archive
}

fn read(file: &dyn CellFile, block_cells: usize) -> Result<Block<Stored>, Box<dyn Error + Send + Sync>> {
    let mut source = file.source(&MatrixPath::X, block_cells)?;
    let mut all = Block::empty(source.genes().len());
    for _ in 0..2 {
        all = Block::empty(source.genes().len());
        source.rewind()?; // every source can be read again
        while let Some(block) = source.next_block()? {
            all.append(&block);
        }
    }
    assert_eq!(all.n_cells(), file.n_cells());
    Ok(all)
}

fn genome(path: &Path, genome: &str) -> Result<Box<dyn CellFile>, ReadError> {
    open_with(path, &OpenOptions { genome: Some(genome.to_owned()), ..OpenOptions::default() })
}

/// The causes of an error without the path.
fn causes(path: &Path) -> String {
    let found = open(path).map_err(Into::into).and_then(|file| read(file.as_ref(), 10));
    let error: Box<dyn Error> = found.expect_err("it must be refused");
    let mut found = Vec::new();
    let mut next = error.source();
    while let Some(cause) = next {
        found.push(cause.to_string());
        next = cause.source();
    }
    found.join(": ")
}

fn names(file: &dyn CellFile, column: &str) -> Vec<String> {
    let column = file.genes_of(&MatrixPath::X).unwrap().column(column).unwrap();
    column.to_names().into_iter().map(Option::unwrap).collect()
}

fn fixture(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/tenx_fixtures").join(name)
}

#[test]
fn folders_of_both_versions_read_the_same() {
    let expected = Block::new(3, vec![0, 2, 3], vec![0, 2, 1], vec![5.0, 1.0, 10.0]).unwrap();
    for (matrix, genes, barcodes) in [
        ("matrix.mtx", "genes.tsv", "barcodes.tsv"),
        ("matrix.mtx.gz", "features.tsv.gz", "barcodes.tsv.gz"),
        ("GSM1_a_matrix.mtx.gz", "GSM1_a_genes.tsv.gz", "GSM1_a_barcodes.tsv.gz"),
        ("hg19/matrix.mtx", "hg19/genes.tsv", "hg19/barcodes.tsv"),
    ] {
        let folder = folder(&[(matrix, MATRIX), (genes, GENES), (barcodes, BARCODES), ("notes.md", "")]);
        let file = open(folder.path()).unwrap();
        assert_eq!(file.format(), Format::TenxMtx);
        assert_eq!(file.obs().index(), ["AAAC-1", "AAAG-1"]);
        assert_eq!(file.genes_of(&MatrixPath::X).unwrap().index(), ["CD3D", "MS4A1", "NKG7"]);
        assert_eq!(names(file.as_ref(), "gene_ids"), ["E1", "E2", "E3"]);
        let info = file.matrix(&MatrixPath::X).unwrap();
        assert_eq!((info.storage, info.dtype.as_str()), (Storage::Coordinates, "int64"));
        assert_eq!((info.n_cells, info.n_genes, info.n_non_zeros), (2, 3, Some(4)));
        assert!(file.notes().is_empty());
        for block_cells in [1, 2, 100] {
            assert_eq!(read(file.as_ref(), block_cells).unwrap(), expected);
        }
        if !matrix.contains('/') {
            let alone = open(folder.path().join(matrix)).unwrap();
            assert_eq!(alone.format(), Format::MatrixMarket);
            assert_eq!(read(alone.as_ref(), 1).unwrap(), expected);
        }
    }
}

#[test]
fn only_gene_expression_is_kept() {
    let folder = folder(&[("matrix.mtx", MATRIX), ("features.tsv", FEATURES), ("barcodes.tsv", BARCODES)]);
    let file = open(folder.path()).unwrap();
    assert_eq!(file.genes_of(&MatrixPath::X).unwrap().index(), ["CD3D", "NKG7"]);
    assert_eq!(names(file.as_ref(), "feature_types"), ["Gene Expression"; 2]);
    assert_eq!(file.notes(), ["only `Gene Expression` is kept; left out: 1 `Antibody Capture`"]);
    let expected = Block::new(2, vec![0, 2, 2], vec![0, 1], vec![5.0, 1.0]).unwrap();
    assert_eq!(read(file.as_ref(), 1).unwrap(), expected);
}

#[test]
fn cells_in_rows_are_read_that_way_round_aloud() {
    let matrix = "%%MatrixMarket matrix coordinate real general\n2 3 2\n2 3 0.5\n1 1 2\n";
    let folder = folder(&[("x.mtx", matrix), ("x_genes.tsv", GENES), ("x_barcodes.tsv", BARCODES)]);
    let file = open(folder.path().join("x.mtx")).unwrap();
    assert_eq!(file.notes(), ["`x.mtx` has cells in rows; it was read that way round"]);
    let expected = Block::new(3, vec![0, 1, 2], vec![0, 2], vec![2.0, 0.5]).unwrap();
    assert_eq!(read(file.as_ref(), 9).unwrap(), expected);
}

#[test]
fn one_of_several_genomes_is_chosen() {
    let mut files = Vec::new();
    for genome in ["hg19", "mm10"] {
        for (name, text) in [("matrix.mtx", MATRIX), ("genes.tsv", GENES), ("barcodes.tsv", BARCODES)] {
            files.push((format!("{genome}/{name}"), text));
        }
    }
    let files: Vec<(&str, &str)> = files.iter().map(|(name, text)| (name.as_str(), *text)).collect();
    let folder = folder(&files);
    assert_eq!(
        causes(folder.path()),
        "there are 2 matrices or genomes, `hg19` and `mm10`; choose one with `--genome`"
    );
    assert_eq!(genome(folder.path(), "mm10").unwrap().n_cells(), 2);
    let error = genome(folder.path(), "rat").err().unwrap().kind.to_string();
    assert_eq!(error, "there is no genome `rat`, there is `hg19` and `mm10`");
}

#[test]
fn archives_are_read_without_unpacking() {
    let packed = [gzip(MATRIX), gzip(GENES), gzip(BARCODES)];
    let plain = tar(&[
        ("f/matrix.mtx.gz", &packed[0]),
        ("../f/matrix.mtx.gz", b"outside"),
        ("f/unrelated.bin", &[0xff; 700]),
        ("f/barcodes.tsv.gz", &packed[2]),
        ("f/features.tsv.gz", &packed[1]),
    ]);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("data"); // the name says nothing
    for content in [plain.clone(), gzip(&plain)] {
        fs::write(&path, content).unwrap();
        let file = open(&path).unwrap();
        assert_eq!(file.format(), Format::TenxMtx);
        assert_eq!(read(file.as_ref(), 1).unwrap().n_non_zeros(), 3);
    }
    fs::write(&path, &plain[..900]).unwrap();
    assert!(causes(&path).contains("is damaged"), "{}", causes(&path));
    fs::write(&path, tar(&[("f/readme", b"")])).unwrap();
    assert_eq!(
        causes(&path),
        "expected a `matrix.mtx` or `matrix.mtx.gz` with its genes and barcodes, found `f/readme`"
    );
}

#[test]
fn a_bomb_stops_at_the_limit() {
    let folder = folder(&[("matrix.mtx", MATRIX), ("genes.tsv", GENES)]);
    let bomb = gzip("A\n".repeat(12 << 20));
    fs::write(folder.path().join("barcodes.tsv.gz"), bomb).unwrap();
    let found = causes(folder.path());
    assert!(found.contains("`: expected at most 134217728 bytes in memory"), "{found}");
    assert!(found.starts_with("`barcodes.tsv.gz, line "), "{found}");
}

/// Few different values in order are data, however well they compress.
#[test]
fn a_file_that_shrinks_to_a_three_hundredth_is_read() {
    let n = 3_000_000;
    let entries =
        format!("%%MatrixMarket matrix coordinate integer general\n3 2 {n}\n{}", "1 1 1\n".repeat(n));
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(entries.as_bytes()).unwrap();
    let packed = encoder.finish().unwrap();
    assert!(packed.len() * 300 < entries.len());
    let folder = folder(&[("genes.tsv", GENES), ("barcodes.tsv", BARCODES)]);
    fs::write(folder.path().join("matrix.mtx.gz"), packed).unwrap();
    let file = open(folder.path()).unwrap();
    assert_eq!(read(file.as_ref(), 1).unwrap().cell(0).total(), f64::from(n as u32));
}

#[test]
fn wrong_files_are_refused_with_the_line() {
    let banner = "%%MatrixMarket matrix coordinate integer general\n";
    let with = |sizes: &str| format!("{banner}{sizes}");
    for (matrix, genes, barcodes, expected) in [
        (
            with("3 2 1\n0 1 5\n"),
            GENES,
            BARCODES,
            "`matrix.mtx`, line 3: expected a gene index from 1 to 3, found `0`",
        ),
        (
            with("3 2 1\n4 1 5\n"),
            GENES,
            BARCODES,
            "`matrix.mtx`, line 3: expected a gene index from 1 to 3, found `4`",
        ),
        (
            with("3 2 1\n1 3 5\n"),
            GENES,
            BARCODES,
            "`matrix.mtx`, line 3: expected a cell index from 1 to 2, found `3`",
        ),
        (
            with("3 2 1\n1 1 many\n"),
            GENES,
            BARCODES,
            "`matrix.mtx`, line 3: expected a finite number, found `many`",
        ),
        (
            with("3 2 2\n1 1 5\n"),
            GENES,
            BARCODES,
            "`matrix.mtx`, line 4: expected 2 entries, as the header says, found the end of the file after 1",
        ),
        (
            with("3 -2 1\n1 1 5\n"),
            GENES,
            BARCODES,
            "`matrix.mtx`, line 2: expected the numbers of rows, columns and entries, found `3 -2 1`",
        ),
        (
            with("3 18446744073709551615 1\n1 1 5\n"),
            GENES,
            BARCODES,
            "`barcodes.tsv`: expected 18446744073709551615 values (one per column of the matrix), found 2",
        ),
        (
            MATRIX.into(),
            "E1\tA\n",
            BARCODES,
            "`genes.tsv`: expected 3 values (one per row of the matrix), found 1",
        ),
        (
            MATRIX.into(),
            GENES,
            "A\n",
            "`barcodes.tsv`: expected 2 values (one per column of the matrix), found 1",
        ),
        (MATRIX.into(), GENES, "A\n\nB\n", "`barcodes.tsv`, line 2: expected a barcode, found a blank line"),
    ] {
        let folder = folder(&[("matrix.mtx", &matrix), ("genes.tsv", genes), ("barcodes.tsv", barcodes)]);
        assert_eq!(causes(folder.path()), expected);
    }
}

#[test]
fn missing_files_are_named() {
    let folder = folder(&[("a_matrix.mtx", MATRIX), ("a_genes.tsv", GENES), ("barcodes.tsv", BARCODES)]);
    let expected = "expected the cell names of `a_matrix.mtx` beside it, looked for `a_barcodes.tsv`, ";
    assert!(causes(folder.path()).starts_with(expected));
    assert!(causes(&folder.path().join("a_matrix.mtx")).starts_with(expected));
    let empty = tempfile::tempdir().unwrap();
    assert!(causes(empty.path()).starts_with("expected a `matrix.mtx`"));
}

#[test]
fn h5_of_version_3_keeps_gene_expression_of_the_genome_asked_for() {
    let file = open(fixture("version_3.h5")).unwrap();
    assert_eq!(file.format(), Format::TenxH5);
    assert_eq!(file.obs().index(), ["AAAC-1", "AAAG-1", "AAAT-1"]);
    assert_eq!(file.genes_of(&MatrixPath::X).unwrap().index(), ["CD3D", "MS4A1", "Cd3d"]);
    assert_eq!(names(file.as_ref(), "gene_ids"), ["ENSG1", "ENSG2", "ENSMUSG1"]);
    assert_eq!(file.notes(), ["only `Gene Expression` is kept; left out: 1 `Antibody Capture`"]);
    let expected =
        Block::new(3, vec![0, 2, 3, 5], vec![0, 2, 1, 0, 2], vec![1.0, 5.0, 4.0, 2.0, 6.0]).unwrap();
    assert_eq!(read(file.as_ref(), 2).unwrap(), expected);

    let human = genome(&fixture("version_3.h5"), "GRCh38").unwrap();
    assert_eq!(human.notes().len(), 2);
    assert_eq!(human.notes()[1], "only the genome `GRCh38` is kept; left out: 1 `mm10`");
    let expected = Block::new(2, vec![0, 1, 2, 3], vec![0, 1, 0], vec![1.0, 4.0, 2.0]).unwrap();
    assert_eq!(read(human.as_ref(), 1).unwrap(), expected);
}

#[test]
fn h5_of_version_2_needs_a_genome_when_there_are_several() {
    let path = fixture("version_2.h5");
    assert_eq!(
        causes(&path),
        "there are 2 matrices or genomes, `hg19` and `mm10`; choose one with `--genome`"
    );
    let file = genome(&path, "mm10").unwrap();
    assert_eq!(names(file.as_ref(), "gene_ids"), ["mm10_0", "mm10_1", "mm10_2", "mm10_3"]);
    let block = read(file.as_ref(), 2).unwrap();
    assert_eq!(block.as_csr().2, [10.0, 50.0, 40.0, 20.0, 30.0, 60.0]);
    let error = genome(&path, "rat").err().unwrap().kind.to_string();
    assert_eq!(error, "there is no genome `rat`, there is `hg19` and `mm10`");
}
