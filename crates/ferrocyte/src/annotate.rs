//! Give every cell of a query a label.

use std::path::{Path, PathBuf};

use ferrocyte_core::{
    DataSummary, Flow, GeneMap, InputRecord, LabelError, LabelSet, Labels, ModelHeader, ModelSummary,
    OutputRecord, Progress, RunRecord, Scores, Vocabulary, Warning,
};
use ferrocyte_io::hash::{HashError, sha256_file};
use ferrocyte_io::write::WriteError;
use ferrocyte_learn::decide::decide;
use ferrocyte_learn::evaluate::{self, Answers, AnswersError};
use ferrocyte_learn::models::{Classifier, PredictError};

use crate::choices::{self, choice, detected};
use crate::dataset::{DataError, DataOptions, Dataset, QUERY, file_name};
use crate::model_file::{ModelError, open_model};
use crate::predictions::{OutputKind, OutputKindError, Predictions};

/// What is annotated, by which model, and where the labels go.
#[derive(Debug, Clone, Default)]
pub struct AnnotateOptions {
    /// The query.
    pub query: DataOptions,
    /// The model file.
    pub model: PathBuf,
    /// Files to write: the query with columns added (.h5ad) or tables (.csv, .tsv, with or without .gz).
    pub outputs: Vec<PathBuf>,
    /// Text before the name of each column that is added.
    pub prefix: String,
    /// Column of the query with labels to score the new ones against.
    pub truth: Option<String>,
}

/// Why an annotation was refused or failed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AnnotateError {
    /// The output cannot be written in this form.
    #[error(transparent)]
    Output(#[from] OutputKindError),
    /// The model cannot be used.
    #[error("the model cannot be used")]
    Model(#[from] ModelError),
    /// The model file cannot be hashed.
    #[error(transparent)]
    Hash(#[from] HashError),
    /// The query cannot be used.
    #[error("the query cannot be used")]
    Query(#[from] DataError),
    /// Query and model have no gene in common.
    #[error(
        "`{file}` has none of the model's {model_genes} genes: expected names like {expected}, found names like {found}"
    )]
    NoSharedGenes {
        /// The file.
        file: String,
        /// Number of genes of the model.
        model_genes: usize,
        /// Genes of the model.
        expected: String,
        /// Genes of the query.
        found: String,
    },
    /// The model cannot score the cells.
    #[error("the cells cannot be scored")]
    Predict(#[from] PredictError),
    /// The labels cannot be scored against the truth.
    #[error("the labels cannot be scored against the truth")]
    Judge(#[from] AnswersError),
    /// The labels of the truth cannot be used.
    #[error("the labels of the truth cannot be used")]
    Truth(#[from] LabelError),
    /// The labels cannot be written.
    #[error(transparent)]
    Write(#[from] WriteError),
}

/// Labels the cells of the query and writes them; returns everything that was found.
///
/// # Errors
/// When model, query or an output cannot be used; an output that could not be finished is not there.
pub fn annotate(options: &AnnotateOptions, progress: &dyn Progress) -> Result<RunRecord, AnnotateError> {
    let kinds = OutputKind::of_all(&options.outputs, options.query.files.len())?;
    let (header, model) = open_model(&options.model)?;
    let mut record = RunRecord::new(Flow::Annotate, crate::VERSION, header.training.seed);
    let mut query = Dataset::open(&options.query, QUERY)?;
    begin_record(&mut record, &mut query, options, &header)?;
    check_genes(&query, model.genes(), &mut record)?;
    let truth = options.truth.as_deref().map(|column| query.column(column)).transpose()?;

    let mut predictions = Predictions::new(model.labels().clone(), truth.is_some());
    let non_zeros = score_cells(&query, &header, model.as_ref(), progress, &mut predictions, &mut record)?;

    record.data = DataSummary {
        cells_in_files: query.n_cells_in_files(),
        cells_used: query.n_cells(),
        genes: query.union_of_genes().len(),
        non_zeros,
        label_column: options.truth.clone(),
        ..DataSummary::default()
    };
    record.predictions = Some(predictions.summary());
    predictions.warn(&mut record.warnings);
    if let (Some(truth), Some(column)) = (truth, &options.truth) {
        compare(&truth, column, &predictions, &mut record)?;
    }
    for (path, kind) in options.outputs.iter().zip(kinds) {
        progress.begin("writing", 1);
        predictions.write(kind, path, &query, &options.prefix, &record)?;
        progress.finish();
        let role = if kind == OutputKind::H5ad { "annotated data" } else { "labels" };
        record.outputs.push(OutputRecord { role: role.to_owned(), file: file_name(path) });
    }
    Ok(record)
}

/// Puts what is read, how and why into the record; takes library sizes from the column that the model was trained
/// with, where the query has it.
fn begin_record(
    record: &mut RunRecord,
    query: &mut Dataset,
    options: &AnnotateOptions,
    header: &ModelHeader,
) -> Result<(), AnnotateError> {
    record.inputs.extend(query.files.iter().map(|file| file.input.clone()));
    let digest = sha256_file(&options.model)?;
    record.inputs.push(InputRecord {
        role: "model".to_owned(),
        file: file_name(&options.model),
        format: "ferrocyte model".to_owned(),
        sha256: digest.hex,
        bytes: digest.bytes,
        reading: format!(
            "{} with {} genes and {} labels",
            header.kind,
            header.genes.len(),
            header.labels.len()
        ),
    });
    record.model = Some(ModelSummary {
        kind: header.kind.clone(),
        genes: header.genes.len(),
        labels: header.labels.names().to_vec(),
        training_cells: header.training.cells,
    });
    record.choices.push(choices::layer(options.query.layer.as_deref()));
    if !options.query.filter.is_empty() {
        let value = options.query.filter.to_string();
        record.choices.push(choice("cells", value, true, "only these cells were asked for"));
    }
    match (&options.query.library_size, &header.preprocessing.library_size_column) {
        (None, Some(column)) if query.has_column(column) => {
            query.use_library_size(column);
            record.choices.push(detected(
                "library size",
                format!("column `{column}`"),
                "the model was trained with library sizes from this column, and the query has it",
            ));
        }
        (None, Some(column)) => {
            record.warnings.push(
                Warning::new(
                    "library-size-differs",
                    format!(
                        "the model was trained with library sizes from column `{column}`; the query has no such \
                         column, so the sum over its genes is taken instead"
                    ),
                )
                .with_hint("name the column with the counts over all measured genes with --library-size"),
            );
            record.choices.push(choices::library_size(None));
        }
        (column, _) => record.choices.push(choices::library_size(column.as_deref())),
    }
    record.choices.push(choices::normalisation(header.preprocessing.target_sum));
    record.choices.push(choice(
        "genes",
        "matched by name",
        false,
        "a gene's position in a file says nothing; the same genes in another order must give the same labels",
    ));
    Ok(())
}

/// Looks at how many of the model's genes the query has: stops at none, warns at few.
fn check_genes(query: &Dataset, genes: &Vocabulary, record: &mut RunRecord) -> Result<(), AnnotateError> {
    /// Below this share of the model's genes, labels rest on less than half of what the model learnt.
    const FEW: f64 = 0.5;
    for file in &query.files {
        let coverage = GeneMap::by_identity(&file.genes, genes).coverage(genes);
        if coverage.shared_genes == 0 {
            let some = |names: &[String]| crate::hint::list(&names[..names.len().min(3)]);
            return Err(AnnotateError::NoSharedGenes {
                file: file.name(),
                model_genes: genes.len(),
                expected: some(genes.names()),
                found: some(&file.genes),
            });
        }
        if coverage.share() < FEW {
            record.warnings.push(Warning::new(
                "few-genes",
                format!(
                    "{}: only {} of the model's {} genes are in it ({:.0} %); labels rest on what is left",
                    file.name(),
                    coverage.shared_genes,
                    coverage.model_genes,
                    100.0 * coverage.share()
                ),
            ));
        }
        // The worst file speaks for all.
        if record.coverage.as_ref().is_none_or(|known| coverage.share() < known.share()) {
            record.coverage = Some(coverage);
        }
    }
    Ok(())
}

/// Normalises and scores the cells block by block; returns the number of values read on the model's genes.
fn score_cells(
    query: &Dataset,
    header: &ModelHeader,
    model: &dyn Classifier,
    progress: &dyn Progress,
    predictions: &mut Predictions,
    record: &mut RunRecord,
) -> Result<u64, AnnotateError> {
    let mut non_zeros = 0;
    let mut scores = Scores::default();
    let looks = query.for_each_block(model.genes(), progress, |block| {
        let cells = block.cells.into_log_norm_with(header.preprocessing.target_sum, &block.sizes);
        non_zeros += cells.n_non_zeros() as u64;
        model.probabilities_into(&cells, &mut scores)?;
        predictions.extend(decide(&cells, &scores, block.sizes.as_slice()), &scores);
        Ok::<_, AnnotateError>(())
    })?;
    record.warnings.extend(query.warnings(looks));
    Ok(non_zeros)
}

/// Scores the predicted labels against a column of the query.
fn compare(
    truth: &[Option<String>],
    column: &str,
    predictions: &Predictions,
    record: &mut RunRecord,
) -> Result<(), AnnotateError> {
    let known: Vec<usize> = (0..truth.len()).filter(|&cell| truth[cell].is_some()).collect();
    if known.is_empty() {
        record.warnings.push(Warning::new("no-truth", format!("no cell has an entry in column `{column}`")));
        return Ok(());
    }
    let names: Vec<&str> = known.iter().filter_map(|&cell| truth[cell].as_deref()).collect();
    let model_labels = predictions.labels();
    let all =
        LabelSet::new(names.iter().map(ToString::to_string).chain(model_labels.names().iter().cloned()));
    let codes: Vec<usize> = names.iter().map(|name| all.code(name).unwrap_or_default()).collect();
    let unknown: Vec<String> = Labels::from_names(&names)
        .set()
        .names()
        .iter()
        .filter(|name| model_labels.code(name).is_none())
        .cloned()
        .collect();
    if !unknown.is_empty() {
        record.warnings.push(Warning::new(
            "labels-not-in-model",
            format!(
                "column `{column}` has labels that the model does not know: {}; their cells count as wrong",
                crate::hint::list(&unknown)
            ),
        ));
    }
    let truth = Labels::from_codes(all.clone(), &codes)?;
    let (called, probabilities) = predictions.over(&all, &known);
    let judgement = evaluate::judge(&Answers::new(&truth, &called, Some(&probabilities))?);
    record.metrics = Some(judgement.metrics);
    record.per_class = judgement.per_class;
    record.confusion = Some(judgement.confusion);
    record.reliability = judgement.reliability;
    Ok(())
}

impl OutputKind {
    /// The kinds of all outputs; an .h5ad can only be a copy of one file.
    fn of_all(outputs: &[PathBuf], n_files: usize) -> Result<Vec<Self>, OutputKindError> {
        let kinds =
            outputs.iter().map(|path: &PathBuf| Self::of(Path::new(path))).collect::<Result<Vec<_>, _>>()?;
        if n_files > 1 && kinds.contains(&Self::H5ad) {
            return Err(OutputKindError::SeveralFiles { files: n_files });
        }
        Ok(kinds)
    }
}
