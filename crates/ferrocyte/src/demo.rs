//! The whole main job on real cells inside the program.

use std::path::{Path, PathBuf};

use ferrocyte_core::{Progress, RunRecord};
use ferrocyte_io::write::{WriteError, replace_file};

use crate::annotate::{AnnotateError, AnnotateOptions, annotate};
use crate::dataset::DataOptions;
use crate::evaluate::{EvaluateError, EvaluateOptions, evaluate};
use crate::record_file::{RecordFileError, write_record, write_report};
use crate::reference::ReferenceOptions;
use crate::scoring::ScoringOptions;
use crate::train::{TrainError, TrainOptions, train};

/// 560 of the 700 cells, to train on.
const REFERENCE: &[u8] = include_bytes!("../demo/reference.h5ad");
/// The other 140, to annotate.
const QUERY: &[u8] = include_bytes!("../demo/query.h5ad");
const LABEL: &str = "cell_type";
/// The file holds 765 of the genes that were measured; this column has the counts over all of them.
const LIBRARY_SIZE: &str = "n_counts_all_genes";

/// Where the demo writes.
#[derive(Debug, Clone)]
pub struct DemoOptions {
    /// The folder.
    pub folder: PathBuf,
    /// Seed of everything random.
    pub seed: u64,
}

/// What the demo found and wrote.
#[derive(Debug, Clone)]
pub struct Demo {
    /// Cross-validation on the reference.
    pub evaluation: RunRecord,
    /// Labels of the cells held out of training, scored against their given labels.
    pub annotation: RunRecord,
    /// The files, in the order in which they were written.
    pub files: Vec<DemoFile>,
    /// The same as commands.
    pub commands: Vec<String>,
}

/// A file that the demo wrote.
#[derive(Debug, Clone)]
pub struct DemoFile {
    /// What it is.
    pub role: String,
    /// Where it is.
    pub path: PathBuf,
}

/// Why the demo failed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DemoError {
    /// The folder cannot be made.
    #[error("cannot make the folder `{}`", path.display())]
    Folder {
        /// The folder.
        path: PathBuf,
        /// The cause.
        #[source]
        source: std::io::Error,
    },
    /// A file cannot be written.
    #[error(transparent)]
    Write(#[from] WriteError),
    /// A record or report cannot be written.
    #[error(transparent)]
    Record(#[from] RecordFileError),
    /// The evaluation failed.
    #[error(transparent)]
    Evaluate(#[from] EvaluateError),
    /// The training failed.
    #[error(transparent)]
    Train(#[from] TrainError),
    /// The annotation failed.
    #[error(transparent)]
    Annotate(#[from] AnnotateError),
}

/// Evaluates, trains, annotates and reports on 700 real blood cells.
///
/// # Errors
/// When the folder cannot be written to.
pub fn demo(options: &DemoOptions, progress: &dyn Progress) -> Result<Demo, DemoError> {
    let folder = &options.folder;
    std::fs::create_dir_all(folder).map_err(|source| DemoError::Folder { path: folder.clone(), source })?;
    let at = |name: &str| folder.join(name);
    replace_file(at("reference.h5ad"), |file| file.write_all(REFERENCE))?;
    replace_file(at("query.h5ad"), |file| file.write_all(QUERY))?;

    let evaluation = evaluate(
        &EvaluateOptions { reference: reference(folder), seed: options.seed, ..EvaluateOptions::default() },
        progress,
    )?;
    train(
        &TrainOptions {
            reference: reference(folder),
            scoring: Some(ScoringOptions::default()),
            seed: options.seed,
            output: at("model.ferrocyte"),
            ..TrainOptions::default()
        },
        progress,
    )?;
    let annotation = annotate(
        &AnnotateOptions {
            query: DataOptions { files: vec![at("query.h5ad").into()], ..DataOptions::default() },
            model: at("model.ferrocyte"),
            outputs: vec![at("annotated.h5ad"), at("labels.csv")],
            prefix: String::new(),
            truth: Some(LABEL.to_owned()),
            ..AnnotateOptions::default()
        },
        progress,
    )?;
    write_record(&evaluation, &at("run-record.json"))?;
    write_report(&evaluation, &at("report.html"))?;
    write_record(&annotation, &at("annotation-record.json"))?;
    write_report(&annotation, &at("annotation-report.html"))?;

    let files = [
        ("report", "report.html"),
        ("run record", "run-record.json"),
        ("model", "model.ferrocyte"),
        ("annotated data", "annotated.h5ad"),
        ("labels", "labels.csv"),
        ("report of the annotation", "annotation-report.html"),
    ];
    let files = files.map(|(role, name)| DemoFile { role: role.to_owned(), path: at(name) }).to_vec();
    Ok(Demo { evaluation, annotation, files, commands: commands(folder) })
}

fn reference(folder: &Path) -> ReferenceOptions {
    let mut reference = ReferenceOptions::new(folder.join("reference.h5ad"), LABEL);
    reference.data.library_size = Some(LIBRARY_SIZE.to_owned());
    reference
}

/// What the demo did, as a user would type it.
fn commands(folder: &Path) -> Vec<String> {
    let folder = folder.display();
    let reference = format!("{folder}/reference.h5ad --label {LABEL} --library-size {LIBRARY_SIZE}");
    vec![
        format!("ferrocyte evaluate {reference} --report {folder}/report.html"),
        format!("ferrocyte train {reference} -o {folder}/model.ferrocyte"),
        format!(
            "ferrocyte annotate {folder}/query.h5ad -m {folder}/model.ferrocyte --truth {LABEL} -o {folder}/annotated.h5ad"
        ),
    ]
}
