//! Tables and labels that are wrong on purpose: exit status 2, what was expected, found, where and what to do;
//! nothing written.

#![allow(clippy::unwrap_used)] // helpers of tests may panic as tests do

mod support;

use std::path::{Path, PathBuf};

use support::{command, query, reference, run};

const GENES: [&str; 6] = ["CD3D", "MS4A1", "NKG7", "LYZ", "ACTB", "GAPDH"];

/// A table of 12 cells of three kinds, with a column that says which.
fn table(first: usize) -> String {
    let mut text = format!("cell,{},kind\n", GENES.join(","));
    for cell in first..first + 12 {
        let counts: Vec<String> = (0..GENES.len())
            .map(|gene| (if cell % 3 == gene { 20 + cell } else { (cell * 7 + gene * 3) % 5 }).to_string())
            .collect();
        text += &format!("AAACATAC{cell:04}-1,{},{}\n", counts.join(","), ["T", "B", "NK"][cell % 3]);
    }
    text
}

/// A folder of tables to do wrong with.
struct Bench(tempfile::TempDir);

impl Bench {
    fn new() -> Self {
        let bench = Self(tempfile::tempdir().unwrap());
        bench.write("a.csv", table(0));
        bench.write("b.csv", table(12));
        bench
    }

    fn at(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn write(&self, name: &str, content: impl AsRef<[u8]>) {
        std::fs::write(self.at(name), content).unwrap();
    }

    /// Runs a command in the folder; it must be refused with a message that holds all of `expected`, and leave
    /// the folder as it was.
    fn refused(&self, line: &str, expected: &[&str]) {
        let files = || {
            let entries = std::fs::read_dir(self.0.path()).unwrap();
            let mut names: Vec<_> = entries.map(|entry| entry.unwrap().file_name()).collect();
            names.sort();
            names
        };
        let before = files();
        let output = command(line, &[]).current_dir(self.0.path()).output().unwrap();
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "`{line}`: {said}");
        for text in expected {
            assert!(said.contains(text), "`{line}` does not say `{text}`:\n{said}");
        }
        assert!(!said.contains("panicked"), "{said}");
        assert_eq!(files(), before, "`{line}` wrote something");
    }
}

#[test]
fn labels_that_nothing_or_too_much_says() {
    let bench = Bench::new();
    bench.refused(
        "train a.csv -o m.ferrocyte",
        &["nothing says what the labels are", "`--label COLUMN`", "`FILE=LABEL`"],
    );
    bench.refused("train a.csv --label type -o m.ferrocyte", &["a.csv", "no column `type`", "`kind`"]);
    bench.refused(
        "train a.csv=A b.csv=B --label kind -o m.ferrocyte",
        &["labels come from one place", "`a.csv=A`", "`--label kind`", "leave one of them out"],
    );
    bench.refused("train a.csv=A b.csv -o m.ferrocyte", &["none for `b.csv`", "write `b.csv=LABEL`"]);
    bench.refused("train a.csv= b.csv=B -o m.ferrocyte", &["expected a label after `a.csv=`"]);
    bench.refused(
        "train a.csv=A b.csv=A -o m.ferrocyte",
        &["at least two labels in the labels of the files", "`A`"],
    );
    bench.refused("train a.csv=A a.csv=B -o m.ferrocyte", &["`a.csv` is given twice", "as `A` and as `B`"]);
    bench.refused("train a.csv=A a.csv=A b.csv=B -o m.ferrocyte", &["`a.csv` is given twice"]);
    bench.write("copy.csv", table(0));
    bench.refused(
        "evaluate a.csv copy.csv --label kind",
        &["`copy.csv` is given twice, the same bytes as `a.csv`"],
    );
    bench.refused("train a.csv=A none.csv=B -o m.ferrocyte", &["cannot read `none.csv`"]);
    bench.refused("train a.csv=A b.csv=B --label kind --label other -o m.ferrocyte", &["--label"]);
}

#[test]
fn labels_that_stand_in_no_name() {
    let bench = Bench::new();
    bench.write("ra_vs_sle.csv", table(24));
    bench.refused(
        "train a.csv ra_vs_sle.csv --label-from-name ra|sle|a -o m.ferrocyte",
        &[
            "expected one label in the file name `ra_vs_sle.csv`",
            "`ra`, `sle`",
            "write `ra_vs_sle.csv=LABEL`",
        ],
    );
    bench.refused(
        "train a.csv b.csv --label-from-name healthy|ra -o m.ferrocyte",
        &["expected one of `healthy|ra` in the file name `a.csv`", "found none"],
    );
    bench.refused(
        "train a.csv=A b.csv --label-from-name a|b -o m.ferrocyte",
        &["`a.csv=A`", "--label-from-name 'a|b'"],
    );
    bench.refused(
        "train a.csv b.csv --label kind --label-from-name a|b -o m.ferrocyte",
        &["one place", "--label kind"],
    );
    bench.refused("train a.csv b.csv --label-from-name a||b -o m.ferrocyte", &["divided by `|`", "`a||b`"]);
}

#[test]
fn tables_that_are_none() {
    let bench = Bench::new();
    let refused = |content: &[u8], expected: &[&str]| {
        bench.write("bad.csv", content);
        bench.refused("train bad.csv=A a.csv=B -o m.ferrocyte", expected);
        bench.refused("annotate bad.csv -m model.ferrocyte -o labels.csv", expected);
        // What can be opened can be looked at, and what is wrong in it is a finding.
        let looked = command("inspect bad.csv", &[]).current_dir(bench.0.path()).output().unwrap();
        let said = String::from_utf8(looked.stderr).unwrap();
        assert!(looked.status.code() >= Some(1) && said.contains(expected[0]), "{said}");
    };
    let trained = command("train a.csv --label kind --no-score -o model.ferrocyte", &[])
        .current_dir(bench.0.path())
        .output();
    assert!(trained.unwrap().status.code() < Some(2));
    refused(b"", &["bad.csv", "found an empty file"]);
    refused(b"cell,CD3D,LYZ,kind\n", &["column names and rows below it", "found 1 lines"]);
    refused(b"cell,CD3D,LYZ\nc1,1,2\nc2,1\n", &["line 3", "expected 3 fields, found 2"]);
    refused(b"cell,CD3D,LYZ\nc1,1,2\nc2,1,2,3\n", &["line 3", "expected 3 fields, found 4"]);
    refused(b"cell,CD3D,LYZ\nc1,1,2\nc1,3,4\n", &["`c1` for cell 1 and cell 2"]);
    refused(
        b"cell,type,state\nc1,T,ill\nc2,B,well\n",
        &["expected columns of numbers, found only columns of text"],
    );
    refused(b"cell,CD3D,LYZ\nc1,1,\"2\nc2,1,2\n", &["line 2", "closing quote"]);
    refused(b"no table at all\n", &["bad.csv"]);
    refused(b"\x00\x01\x02\x03binary", &["bad.csv", "found "]);
    refused(b"<html><body>not found</body></html>\n", &["bad.csv", "HTML"]);
    refused(
        b"cell,foo,bar\n?1,1,2\n?2,3,4\n",
        &["neither the names of the rows", "`--genes rows` or `--genes columns`"],
    );
}

#[test]
fn numbers_that_are_none() {
    let bench = Bench::new();
    let refused = |value: &str, expected: &[&str]| {
        let row = format!("AAACATAC0001-1,{value},");
        let (before, after) =
            table(0).split_once("AAACATAC0001-1,").map(|(a, b)| (a.to_owned(), b.to_owned())).unwrap();
        let rest = after.split_once(',').unwrap().1.to_owned();
        bench.write("bad.csv", before + &row + &rest);
        bench.refused("train bad.csv --label kind -o m.ferrocyte", expected);
    };
    refused("nan", &["line 3 (`AAACATAC0001-1`), column `CD3D`", "found a missing value"]);
    refused("", &["line 3 (`AAACATAC0001-1`), column `CD3D`", "found a missing value"]);
    refused("inf", &["line 3 (`AAACATAC0001-1`), column `CD3D`", "expected a finite number, found `inf`"]);
    refused("1e99", &["column `CD3D`", "found `1e99`"]);
    refused("many", &["column `CD3D`", "found `many`"]);
    refused(
        "-3",
        &["expected counts or logarithms of them in `X`", "found -3 in cell `AAACATAC0001-1`, gene `CD3D`"],
    );
}

/// gzip without compression (RFC 1951, 1952): one stored block.
fn gzip(content: &[u8]) -> Vec<u8> {
    let length = u16::try_from(content.len()).unwrap();
    let crc = !content.iter().fold(u32::MAX, |crc, &byte| {
        (0..8).fold(crc ^ u32::from(byte), |crc, _| (crc >> 1) ^ (0xedb8_8320 * (crc & 1)))
    });
    let mut file = vec![0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff, 1];
    for part in [&length.to_le_bytes()[..], &(!length).to_le_bytes(), content, &crc.to_le_bytes()] {
        file.extend_from_slice(part);
    }
    file.extend_from_slice(&u32::from(length).to_le_bytes());
    file
}

#[test]
fn files_that_are_cut_or_not_whole() {
    let bench = Bench::new();
    let whole = gzip(table(0).as_bytes());
    bench.write("whole.csv.gz", &whole);
    let read = command("inspect whole.csv.gz", &[]).current_dir(bench.0.path()).output().unwrap();
    assert_eq!(read.status.code(), Some(0));
    for keep in [whole.len() - 1, whole.len() / 2, 12] {
        bench.write("short.csv.gz", &whole[..keep]);
        bench.refused("train short.csv.gz --label kind -o m.ferrocyte", &["short.csv.gz"]);
    }
    std::fs::create_dir(bench.at("empty")).unwrap();
    bench.refused("train empty --label kind -o m.ferrocyte", &["expected a `matrix.mtx`", "found nothing"]);
    std::fs::create_dir(bench.at("folder")).unwrap();
    bench.write("folder/notes.txt", "no matrix here");
    bench.refused("inspect folder", &["expected a `matrix.mtx`", "`notes.txt`"]);
}

/// A 10x folder whose genes and barcodes were swapped: the format says which are which, the names contradict it.
#[test]
fn a_file_that_contradicts_its_format() {
    let bench = Bench::new();
    std::fs::create_dir(bench.at("swapped")).unwrap();
    let barcodes = ["AAACATACCATTTT-1", "AAACATACCACTTT-1", "AAACATACCAGTTT-1", "AAACATACCAAATT-1"];
    let features: Vec<String> =
        barcodes.iter().map(|name| format!("{name}\t{name}\tGene Expression\n")).collect();
    bench.write("swapped/features.tsv", features.concat());
    bench.write("swapped/barcodes.tsv", GENES.join("\n") + "\n");
    bench.write(
        "swapped/matrix.mtx",
        "%%MatrixMarket matrix coordinate integer general\n4 6 4\n1 1 5\n2 2 3\n3 3 1\n4 6 2\n",
    );
    bench.refused(
        "train swapped=A a.csv=B -o m.ferrocyte",
        &[
            "`swapped` is the wrong way round",
            "expected cells in its rows",
            "well-known gene symbols",
            "hint:",
            "--trust-orientation",
        ],
    );
    let trusted = command("train swapped=A a.csv=B --trust-orientation --no-score -o m.ferrocyte", &[])
        .current_dir(bench.0.path())
        .output()
        .unwrap();
    assert_eq!(trusted.status.code(), Some(1), "{}", String::from_utf8_lossy(&trusted.stderr));
    let inspected = command("inspect swapped", &[]).current_dir(bench.0.path()).output().unwrap();
    assert_eq!(inspected.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&inspected.stdout).contains("the file is the wrong way round"));
    bench.refused(
        "train a.csv --label kind --genes columns --trust-orientation -o m.ferrocyte",
        &["cannot be used with"],
    );
}

#[test]
fn labels_that_are_all_missing() {
    let bench = Bench::new();
    let unlabelled = table(0).replace(",T\n", ",nan\n").replace(",B\n", ",\n").replace(",NK\n", ",NA\n");
    bench.write("bad.csv", unlabelled.replace("kind", "cell_type"));
    bench.refused(
        "train bad.csv --label cell_type -o m.ferrocyte",
        &["no cell has an entry in column `cell_type`"],
    );
}

#[test]
fn truths_that_cannot_be_used() {
    let bench = Bench::new();
    let trained = command("train a.csv --label kind --no-score -o m.ferrocyte", &[])
        .current_dir(bench.0.path())
        .output();
    assert!(trained.unwrap().status.code() < Some(2));
    let annotate = |rest: &str, expected: &[&str]| {
        bench.refused(&format!("annotate {rest} -m m.ferrocyte -o l.csv"), expected);
    };
    annotate("b.csv=T --truth kind", &["one place", "`b.csv=T`", "`--truth kind`"]);
    annotate("b.csv --truth type", &["no column `type`", "`kind`"]);
    annotate("b.csv --label-from-name x|y", &["expected one of `x|y` in the file name `b.csv`"]);
    annotate("b.csv=", &["expected a label after `b.csv=`"]);
}

/// A truth for each file is scored against, and a query that is given twice is spoken of.
#[test]
fn a_truth_for_each_file() {
    let bench = Bench::new();
    let run_in = |line: &str| {
        let output = command(line, &[]).current_dir(bench.0.path()).output().unwrap();
        (output.status.code().unwrap(), String::from_utf8(output.stderr).unwrap())
    };
    assert!(run_in("train a.csv --label kind --no-score -o m.ferrocyte").0 < 2);
    std::fs::create_dir(bench.at("more")).unwrap();
    bench.write("more/b.csv", table(24));
    let (status, said) = run_in("annotate b.csv=T more/b.csv=b -m m.ferrocyte -o l.csv --json r.json");
    assert_eq!(status, 1, "{said}");
    assert!(said.contains("against the labels of the files"), "{said}");
    assert!(said.contains("in the model's spelling `b` is `B`"), "{said}");
    let record = support::json(&bench.at("r.json"));
    assert_eq!(record["metrics_plain"]["cells"], 24);
    // Cell names may repeat between files; files of one name are told apart by their folders.
    let labels = std::fs::read_to_string(bench.at("l.csv")).unwrap();
    assert!(labels.lines().nth(1).unwrap().contains(",b.csv,"), "{labels}");
    assert!(labels.lines().nth(13).unwrap().contains(",more/b.csv,"), "{labels}");

    let (status, said) = run_in("annotate b.csv b.csv -m m.ferrocyte -o l.csv");
    assert_eq!(status, 1, "{said}");
    assert!(said.contains("warning: `b.csv` is given twice"), "{said}");
}

#[test]
fn a_file_of_the_whole_name_wins() {
    let bench = Bench::new();
    bench.write("dose=1.csv", table(24));
    let trained = command("train dose=1.csv --label kind --no-score -o m.ferrocyte", &[])
        .current_dir(bench.0.path())
        .output()
        .unwrap();
    let said = String::from_utf8(trained.stderr).unwrap();
    assert!(trained.status.code() < Some(2), "{said}");
    assert!(said.contains("`dose=1.csv` is the name of a file as a whole"), "{said}");
    let trained = command("train dose=1.csv=A b.csv=B --no-score -o m.ferrocyte", &[])
        .current_dir(bench.0.path())
        .output()
        .unwrap();
    assert_eq!(trained.status.code(), Some(1), "{}", String::from_utf8_lossy(&trained.stderr));
}

/// The demo's cells under a label for each file: what a column says is not looked at.
#[test]
fn labels_of_files_need_no_column() {
    let folder = tempfile::tempdir().unwrap();
    let model = folder.path().join("m.ferrocyte");
    let labelled = |path: &Path, label: &str| PathBuf::from(format!("{}={label}", path.display()));
    let (one, other) = (labelled(&reference(), "Reference"), labelled(&query(), "Query"));
    let trained = run("train {} {} --no-score -o {}", &[&one, &other, &model]);
    assert_eq!(trained.status, 1, "{}", trained.stderr);
    let shown = run("model show {}", &[&model]);
    assert!(
        shown.stdout.contains("one for each file") && shown.stdout.contains("Reference"),
        "{}",
        shown.stdout
    );
}
