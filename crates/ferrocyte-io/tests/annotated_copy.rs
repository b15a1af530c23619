//! Annotated copies of every generation of `.h5ad` files.

#![allow(clippy::unwrap_used)] // a test that cannot go on has failed

mod support;

use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};

use ferrocyte_io::write::{AnnotateError, AnnotatedCopy, ObsColumn, WriteError, WriteErrorKind};
use hdf5_reader::Hdf5File;
use support::{fixture, python_with, run_python};

const RECORD: &str = r#"{"flow":"annotate","note":"α \" quoted"}"#;
/// Files that can be annotated.
const QUERIES: [&str; 4] = ["current.h5ad", "latest.h5ad", "no_columns.h5ad", "anndata_0_7.h5ad"];
const NAMES: [Option<&str>; 5] = [Some("T"), Some("B cell, naïve"), None, Some("T"), Some("Unassigned")];
const NOTHING: [Option<&str>; 5] = [None; 5];
const NOTES: [&str; 5] = ["", "no gene in common", "é", "", "x"];

/// A column of every kind; two of the names are there already in some of the queries.
fn columns(n_cells: usize) -> Vec<(&'static str, ObsColumn)> {
    let scores = [0.5_f32, f32::NAN, 0.0, 1.0, 0.25];
    vec![
        ("predicted_labels", ObsColumn::from_names(&NAMES[..n_cells])),
        ("conf_score", ObsColumn::F32(scores[..n_cells].to_vec())),
        ("entropy", ObsColumn::F64(scores[..n_cells].iter().map(|&v| f64::from(v) / 3.0).collect())),
        ("over_clustering", ObsColumn::from_names(&NOTHING[..n_cells])),
        ("ferrocyte_note", ObsColumn::Text(NOTES[..n_cells].iter().map(ToString::to_string).collect())),
    ]
}

fn annotate(query: &Path, target: &Path, n_cells: usize) -> Result<(), WriteError> {
    columns(n_cells)
        .into_iter()
        .fold(AnnotatedCopy::new(query, target), |copy, (name, column)| copy.obs_column(name, column))
        .uns("ferrocyte", RECORD)
        .write()
}

fn chain(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(error) = source {
        text = format!("{text}: {error}");
        source = error.source();
    }
    text
}

fn only_file_in(folder: &Path) -> PathBuf {
    let paths: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    assert_eq!(paths.len(), 1, "{paths:?}");
    paths[0].clone()
}

fn column_order(file: &Hdf5File) -> Vec<String> {
    file.group("obs").unwrap().attribute("column-order").unwrap().read_strings().unwrap()
}

#[test]
fn every_generation_of_files_takes_columns() {
    for name in QUERIES {
        let folder = tempfile::tempdir().unwrap();
        let target = folder.path().join("annotated.h5ad");
        annotate(&fixture(name), &target, 5).unwrap_or_else(|error| panic!("{name}: {}", chain(&error)));
        assert_eq!(only_file_in(folder.path()), target);

        let file = Hdf5File::open(&target).unwrap();
        let strings = |path: &str| file.dataset(path).unwrap().read_strings().unwrap();
        assert_eq!(strings("obs/predicted_labels/categories"), ["B cell, naïve", "T", "Unassigned"]);
        let codes: Vec<i8> =
            file.dataset("obs/predicted_labels/codes").unwrap().read_array().unwrap().into_iter().collect();
        assert_eq!(codes, [1, 0, -1, 1, 2]);
        let scores: Vec<f32> =
            file.dataset("obs/conf_score").unwrap().read_array().unwrap().into_iter().collect();
        assert!(scores[1].is_nan());
        assert_eq!((scores[0], scores[4]), (0.5, 0.25));
        assert_eq!(strings("obs/ferrocyte_note"), NOTES);
        assert_eq!(strings("uns/ferrocyte"), [RECORD]);
        assert!(
            column_order(&file).ends_with(&["over_clustering".to_owned(), "ferrocyte_note".to_owned()]),
            "{name}"
        );
    }
}

#[test]
fn columns_of_an_earlier_run_are_replaced_in_their_place() {
    let folder = tempfile::tempdir().unwrap();
    let target = folder.path().join("annotated.h5ad");
    annotate(&fixture("current.h5ad"), &target, 5).unwrap();
    let first = Hdf5File::open(&target).unwrap();
    let order = column_order(&first);
    assert_eq!(order[..2], ["cell_type", "predicted_labels"]);
    // The copy is its own query now; its new columns are of another kind.
    let mut size = 0;
    for round in 0..5 {
        AnnotatedCopy::new(&target, &target)
            .obs_column("conf_score", ObsColumn::from_names(&NAMES))
            .obs_column("predicted_labels", ObsColumn::F64(vec![f64::from(round); 5]))
            .uns("ferrocyte", "{}")
            .write()
            .unwrap_or_else(|error| panic!("{}", chain(&error)));
        let again = Hdf5File::open(&target).unwrap();
        assert_eq!(column_order(&again), order);
        let values = again.dataset("obs/predicted_labels").unwrap().read_array::<f64>().unwrap();
        assert_eq!(values.into_iter().collect::<Vec<_>>(), [f64::from(round); 5]);
        assert_eq!(again.dataset("uns/ferrocyte").unwrap().read_string().unwrap(), "{}");
        size = fs::metadata(&target).unwrap().len();
    }
    let first = fs::metadata(fixture("current.h5ad")).unwrap().len();
    assert!(size < 2 * first, "freed space is used again: {size} bytes after five rounds");
}

#[test]
fn a_file_without_cells_takes_columns_without_values() {
    let folder = tempfile::tempdir().unwrap();
    let target = folder.path().join("annotated.h5ad");
    annotate(&fixture("no_cells.h5ad"), &target, 0).unwrap_or_else(|error| panic!("{}", chain(&error)));
    let file = Hdf5File::open(&target).unwrap();
    assert_eq!(file.dataset("obs/predicted_labels/codes").unwrap().shape(), [0]);
    assert_eq!(column_order(&file).len(), 5);
}

#[test]
fn the_same_additions_give_the_same_bytes() {
    let folder = tempfile::tempdir().unwrap();
    let [one, two] = ["one.h5ad", "two.h5ad"].map(|name| folder.path().join(name));
    for target in [&one, &two] {
        annotate(&fixture("current.h5ad"), target, 5).unwrap();
    }
    assert!(fs::read(one).unwrap() == fs::read(two).unwrap());
}

#[test]
fn many_categories_take_a_wider_code() {
    let folder = tempfile::tempdir().unwrap();
    let target = folder.path().join("annotated.h5ad");
    for (n_categories, bytes) in [(127, 1), (128, 2), (32_767, 2), (32_768, 4)] {
        let categories: Vec<String> = (0..n_categories).map(|i| format!("{i:06}")).collect();
        let codes = vec![n_categories - 1, -1, 0, 1, 2];
        AnnotatedCopy::new(fixture("latest.h5ad"), &target)
            .obs_column("cluster", ObsColumn::Categorical { categories, codes })
            .write()
            .unwrap_or_else(|error| panic!("{}", chain(&error)));
        let file = Hdf5File::open(&target).unwrap();
        assert_eq!(file.dataset("obs/cluster/codes").unwrap().raw_element_size().unwrap(), bytes);
    }
}

#[cfg(unix)]
#[test]
fn a_query_that_is_read_only_gives_a_writable_copy() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let [query, target] = ["query.h5ad", "annotated.h5ad"].map(|name| folder.path().join(name));
    fs::copy(fixture("current.h5ad"), &query).unwrap();
    fs::set_permissions(&query, fs::Permissions::from_mode(0o440)).unwrap();
    annotate(&query, &target, 5).unwrap();
    assert_eq!(fs::metadata(&target).unwrap().permissions().mode() & 0o777, 0o640);
}

#[test]
fn what_cannot_be_annotated_is_refused_and_nothing_is_written() {
    let folder = tempfile::tempdir().unwrap();
    let target = folder.path().join("annotated.h5ad");
    let query = fixture("current.h5ad");
    let copy = |name: &str, column: ObsColumn| AnnotatedCopy::new(&query, &target).obs_column(name, column);
    let values = || ObsColumn::F32(vec![0.0; 5]);
    let refused = |copy: AnnotatedCopy, expected: &str| {
        let found = chain(&copy.write().unwrap_err());
        assert!(found.contains(expected), "expected {expected}, found {found}");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0, "{expected}");
    };
    refused(copy("a", ObsColumn::F32(vec![0.0; 4])), "column `a`: expected 5 values (one per cell), found 4");
    refused(copy("a/b", values()), "`a/b` cannot be the name of a column: HDF5 takes `/`");
    refused(copy("", values()), "it is empty");
    refused(copy("_index", values()), "AnnData files give it another meaning");
    refused(copy("a", values()).obs_column("a", values()), "column `a` stands twice");
    refused(AnnotatedCopy::new(fixture("anndata_0_5.h5ad"), &target), "`anndata` before 0.7");
    refused(
        AnnotatedCopy::new(fixture("make_fixtures.py"), &target),
        "not a readable HDF5 file: invalid HDF5 magic",
    );
    refused(AnnotatedCopy::new("no/such.h5ad", &target), "cannot read the query `no/such.h5ad`");

    let error = AnnotatedCopy::new(&query, folder.path().join("no/such/copy.h5ad")).write().unwrap_err();
    assert!(matches!(error.kind, WriteErrorKind::NoFolder { .. }));
    let error = AnnotatedCopy::new(folder.path(), &target).write().unwrap_err();
    assert!(matches!(
        error.kind,
        WriteErrorKind::Io(_) | WriteErrorKind::Annotate(AnnotateError::Query { .. })
    ));
}

/// The writer frees the texts of what it replaces: the copy would be without the name of a gene, or have another.
#[test]
fn a_text_that_two_things_have_is_not_freed() {
    let folder = tempfile::tempdir().unwrap();
    let [query, target] = ["query.h5ad", "annotated.h5ad"].map(|name| folder.path().join(name));
    let file = Hdf5File::open(fixture("current.h5ad")).unwrap();
    let gene = file.dataset("var/_index").unwrap().read_raw_bytes().unwrap()[..16].to_vec();
    let attributes = file.group("obs").unwrap().raw_attributes().unwrap();
    let order = attributes.iter().find(|attribute| attribute.name() == "column-order").unwrap();
    let column = &order.message().raw_data[..16];
    let mut bytes = fs::read(fixture("current.h5ad")).unwrap();
    let at = bytes.windows(16).position(|window| window == column).unwrap();
    bytes[at..at + 16].copy_from_slice(&gene);
    fs::write(&query, bytes).unwrap();
    let error = chain(&annotate(&query, &target, 5).unwrap_err());
    assert!(error.contains("a text of `var/_index` is not what it was"), "{error}");
    assert_eq!(only_file_in(folder.path()), query);
}

/// Cuts and flips of a sound file: an error or a sound copy, never a crash, and never anything left behind.
#[test]
fn broken_queries_are_errors() {
    let folder = tempfile::tempdir().unwrap();
    let [query, target] = ["query.h5ad", "annotated.h5ad"].map(|name| folder.path().join(name));
    for name in QUERIES {
        let sound = fs::read(fixture(name)).unwrap();
        let step = sound.len() / 40;
        for position in (0..sound.len()).step_by(step) {
            let mut flipped = sound.clone();
            flipped[position] ^= 0x41;
            for broken in [&sound[..position], &flipped] {
                fs::write(&query, broken).unwrap();
                let written = annotate(&query, &target, 5).is_ok();
                assert_eq!(target.exists(), written, "{name}, byte {position}");
                let _ = fs::remove_file(&target);
                assert_eq!(only_file_in(folder.path()), query, "{name}, byte {position}");
            }
        }
    }
}

#[test]
fn anndata_reads_the_copies_and_finds_everything_else_as_it_was() {
    let Some(python) = python_with("anndata") else { return };
    let queries = QUERIES.iter().map(|name| (fixture(name), 5)).chain([(fixture("no_cells.h5ad"), 0)]);
    for (query, n_cells) in queries {
        let folder = tempfile::tempdir().unwrap();
        let target = folder.path().join("annotated.h5ad");
        let expected = folder.path().join("expected.json");
        annotate(&query, &target, n_cells).unwrap_or_else(|error| panic!("{}", chain(&error)));
        fs::write(&expected, expected_json(n_cells)).unwrap();
        let script = fixture("check_annotated.py");
        run_python(&python, &[&script, &query, &target, &expected].map(|path| path.as_os_str()));
    }
}

fn expected_json(n_cells: usize) -> String {
    let obs: Vec<serde_json::Value> = columns(n_cells)
        .into_iter()
        .map(|(name, column)| {
            let values = match column {
                ObsColumn::Categorical { .. } if name == "over_clustering" => {
                    serde_json::json!(NOTHING[..n_cells])
                }
                ObsColumn::Categorical { .. } => serde_json::json!(NAMES[..n_cells]),
                ObsColumn::F32(values) => serde_json::json!(values), // not-a-number is null
                ObsColumn::F64(values) => serde_json::json!(values),
                ObsColumn::Text(values) => serde_json::json!(values),
            };
            serde_json::json!([name, values])
        })
        .collect();
    serde_json::json!({"obs": obs, "uns": {"ferrocyte": RECORD}}).to_string()
}

/// Files of people, from many versions of `anndata`.
#[test]
fn real_files_take_columns() {
    let Some(folder) = std::env::var_os("FERROCYTE_DATA").map(PathBuf::from) else {
        eprintln!("skipped: FERROCYTE_DATA is not set");
        return;
    };
    let python = python_with("anndata");
    let entries = ["data", "formats"].map(|name| fs::read_dir(folder.join(name)).unwrap());
    let mut queries: Vec<PathBuf> =
        entries.into_iter().flatten().map(|entry| entry.unwrap().path()).collect();
    queries.retain(|path| path.extension().is_some_and(|extension| extension == "h5ad"));
    queries.sort();
    assert!(queries.len() > 10, "{queries:?}");
    for query in queries {
        let scratch = tempfile::tempdir().unwrap();
        let [target, expected] = ["copy.h5ad", "expected.json"].map(|name| scratch.path().join(name));
        let Some(n_cells) = number_of_cells(&query) else {
            let error = AnnotatedCopy::new(&query, &target).write().unwrap_err();
            assert!(matches!(error.kind, WriteErrorKind::Annotate(AnnotateError::CompoundObs)), "{query:?}");
            continue;
        };
        let names: Vec<Option<String>> =
            (0..n_cells).map(|cell| (cell % 7 > 0).then(|| format!("type {}", cell % 7))).collect();
        let scores: Vec<f32> = (0..n_cells).map(|cell| cell as f32 / n_cells as f32).collect();
        AnnotatedCopy::new(&query, &target)
            .obs_column("predicted_labels", ObsColumn::from_names(&names))
            .obs_column("conf_score", ObsColumn::F32(scores.clone()))
            .uns("ferrocyte", RECORD)
            .write()
            .unwrap_or_else(|error| panic!("{}: {}", query.display(), chain(&error)));
        if let Some(python) = &python {
            let content = serde_json::json!({
                "obs": [["predicted_labels", names], ["conf_score", scores]],
                "uns": {"ferrocyte": RECORD},
            });
            fs::write(&expected, content.to_string()).unwrap();
            let script = fixture("check_annotated.py");
            run_python(python, &[&script, &query, &target, &expected].map(|path| path.as_os_str()));
        }
    }
}

/// From the column of cell names; `None` where `obs` is a table of the old kind.
fn number_of_cells(path: &Path) -> Option<usize> {
    let obs = Hdf5File::open(path).unwrap().group("obs").ok()?;
    let index = obs.attribute("_index").unwrap().read_string().unwrap();
    Some(obs.dataset(&index).unwrap().shape()[0] as usize)
}
