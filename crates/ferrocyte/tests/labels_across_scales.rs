//! One model gives a cell the same label whatever scale its file is on.

#![allow(clippy::unwrap_used)] // helpers of tests may panic as tests do

use std::io::Write;
use std::path::{Path, PathBuf};

use ferrocyte::core::{LogBase, TargetSum};
use ferrocyte::{AnnotateOptions, DataOptions, ReferenceOptions, RunRecord, Silent, TrainOptions};
use ferrocyte_io::MatrixPath;

/// What is written instead of counts.
#[derive(Debug, Clone, Copy)]
enum Written {
    LogNorm,
    Log2Cpm,
    Cp10k,
}

/// Real cells as counts, and in files of another format as `ln(1 + CP10k)`, `log2(1 + CPM)` and `CP10k`.
#[test]
fn real_cells_get_the_same_labels_on_every_scale() {
    let Some(folder) = std::env::var_os("FERROCYTE_DATA") else {
        eprintln!("skipped: FERROCYTE_DATA is not set");
        return;
    };
    let pbmc = Path::new(&folder).join("data/pbmc3k.h5ad");
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    let mut reference = ReferenceOptions::new(&pbmc, "cell_type");
    reference.max_per_class = Some(60);
    let model = at("model.ferrocyte");
    let options = TrainOptions { reference, output: model.clone(), ..TrainOptions::default() };
    ferrocyte::train(&options, &Silent).unwrap();

    let expected = labels(&annotate(&pbmc, &model, &at("counts.csv"), "X holds counts"));
    assert_eq!(expected.len(), 2638);
    for (written, sentence) in [
        (Written::LogNorm, "X is log1p of 10,000 per cell; used as it is"),
        (Written::Log2Cpm, "X is log2(1 + x) of 1,000,000 per cell; brought to log1p of 10,000 per cell"),
        (Written::Cp10k, "X is 10,000 per cell, no logarithm; brought to log1p of 10,000 per cell"),
    ] {
        let name = format!("{written:?}");
        write(&pbmc, &at(&name), written);
        let found = labels(&annotate(&at(&name), &model, &at(&format!("{name}.csv")), sentence));
        assert_eq!(found, expected, "{written:?}");
    }
}

fn annotate(file: &Path, model: &Path, out: &Path, sentence: &str) -> PathBuf {
    let options = AnnotateOptions {
        query: DataOptions { files: vec![file.to_owned().into()], ..DataOptions::default() },
        model: model.to_owned(),
        outputs: vec![out.to_owned()],
        ..AnnotateOptions::default()
    };
    let record: RunRecord = ferrocyte::annotate(&options, &Silent).unwrap();
    let reading = &record.inputs[0].reading;
    assert!(reading.starts_with(&format!("{sentence}; ")), "expected `{sentence}`, found `{reading}`");
    out.to_owned()
}

/// Cell and label of every line.
fn labels(table: &Path) -> Vec<String> {
    let text = std::fs::read_to_string(table).unwrap();
    text.lines().skip(1).map(|line| line.split(',').take(2).collect::<Vec<_>>().join(",")).collect()
}

/// Writes the cells of an .h5ad into a 10x folder.
fn write(from: &Path, folder: &Path, written: Written) {
    let file = ferrocyte_io::open(from).unwrap();
    let mut source = file.source(&MatrixPath::X, 1 << 20).unwrap();
    let counts = source.next_block().unwrap().unwrap().into_counts().unwrap();
    let target = if let Written::Log2Cpm = written { 1e6 } else { 1e4 };
    let logs = counts.into_log_norm(TargetSum::try_from(target).unwrap());
    let value = |log: f32| match written {
        Written::LogNorm => log,
        Written::Log2Cpm => (f64::from(log) / std::f64::consts::LN_2) as f32,
        Written::Cp10k => LogBase::E.invert(log) as f32,
    };
    std::fs::create_dir(folder).unwrap();
    let barcodes: Vec<&str> = file.obs().index().iter().map(AsRef::as_ref).collect();
    std::fs::write(folder.join("barcodes.tsv"), barcodes.join("\n")).unwrap();
    let genes: Vec<String> = source.genes().iter().map(|name| format!("{name}\t{name}")).collect();
    std::fs::write(folder.join("genes.tsv"), genes.join("\n")).unwrap();
    let mut out = std::io::BufWriter::new(std::fs::File::create(folder.join("matrix.mtx")).unwrap());
    writeln!(out, "%%MatrixMarket matrix coordinate real general").unwrap();
    writeln!(out, "{} {} {}", logs.n_genes(), logs.n_cells(), logs.n_non_zeros()).unwrap();
    for (i, cell) in logs.cells().enumerate() {
        for (gene, log) in cell {
            writeln!(out, "{} {} {}", gene + 1, i + 1, value(log)).unwrap();
        }
    }
}

/// The first cells look like counts, since 10,000 over 2,500 is whole; all cells together do not. Everything is read
/// again, each cell once.
#[test]
fn first_cells_that_mislead_are_read_again() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    let genes = ["CD3D", "MS4A1", "NKG7", "LYZ", "ACTB", "GAPDH"];
    let (first, rest) = (4_200, 6_000);
    let mut table = format!("cell,{},cell_type\n", genes.join(","));
    for cell in 0..first + rest {
        let mut counts: Vec<f64> = (0..6).map(|gene| f64::from(1 + (cell * (gene + 3)) % 7)).collect();
        counts[(cell % 2) as usize] += 90.0;
        let library = if cell < first { 2_500.0 } else { 2_501.0 + f64::from(cell % 350) };
        counts[5] = library - counts[..5].iter().sum::<f64>();
        let values: Vec<String> = counts.iter().map(|count| (1e4 * count / library).to_string()).collect();
        table += &format!("AAACATAC{cell:05}-1,{},{}\n", values.join(","), ["T", "B"][(cell % 2) as usize]);
    }
    std::fs::write(at("cells.csv"), table).unwrap();
    let options = TrainOptions {
        reference: ReferenceOptions::new(at("cells.csv"), "cell_type"),
        output: at("model.ferrocyte"),
        ..TrainOptions::default()
    };
    let record = ferrocyte::train(&options, &Silent).unwrap();
    let reading = &record.inputs[0].reading;
    assert!(reading.starts_with("X is 10,000 per cell, no logarithm"), "{reading}");
    assert_eq!(record.data.cells_used, (first + rest) as usize);
    assert_eq!(record.data.non_zeros, (first + rest) as u64 * 6, "no cell is read into the result twice");
}
