//! What is in a file, and how well it fits a model.

use std::path::PathBuf;

use ferrocyte_core::{Coverage, GeneIndex, SourceError, Vocabulary, Warning};
use ferrocyte_io::frame::{Column, Frame};
use ferrocyte_io::gene_table::GeneTableError;
use ferrocyte_io::hash::{HashError, sha256_file};
use ferrocyte_io::{CellFile, MatrixPath, MatrixPathError, OpenOptions, ReadError};
use ferrocyte_learn::evaluate::donor_like_columns;
use serde::Serialize;

use crate::dataset::{file_name, matrix_path};
use crate::genes::{self, DEFAULT_MIN_COVERAGE, GeneNames};
use crate::model_file::{ModelError, open_model};
use crate::scale_check::ScaleCheck;

/// Which file is looked at, and beside which model.
#[derive(Debug, Clone, Default)]
pub struct InspectOptions {
    /// The file.
    pub file: PathBuf,
    /// A model, to see how many of its genes the file has.
    pub model: Option<PathBuf>,
    /// The matrix to look into; `X` when `None`.
    pub layer: Option<String>,
    /// What the file cannot say of itself.
    pub open: OpenOptions,
}

/// Why a file could not be looked at.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum InspectError {
    /// The file cannot be read.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// The name of the matrix makes no sense.
    #[error("the matrix cannot be chosen")]
    Matrix(#[from] MatrixPathError),
    /// The matrix cannot be read.
    #[error(transparent)]
    Source(#[from] SourceError),
    /// The file cannot be hashed.
    #[error(transparent)]
    Hash(#[from] HashError),
    /// The table of gene names cannot be used.
    #[error(transparent)]
    GeneTable(#[from] GeneTableError),
    /// The model cannot be used.
    #[error("the model cannot be used")]
    Model(#[from] ModelError),
}

/// What is in a file.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Inspection {
    /// File name, without the folder.
    pub file: String,
    /// Format that was found in the content.
    pub format: String,
    /// Size in bytes.
    pub bytes: u64,
    /// Number of cells.
    pub cells: usize,
    /// The matrices.
    pub matrices: Vec<MatrixInspection>,
    /// The columns of obs.
    pub columns: Vec<ColumnInspection>,
    /// The first few genes.
    pub example_genes: Vec<String>,
    /// Columns that look like they say which cells belong together.
    pub donor_like: Vec<String>,
    /// How well the file fits the model.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fit: Option<ModelFit>,
    /// What needs the user's eye.
    pub warnings: Vec<Warning>,
}

/// A matrix of cells by genes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct MatrixInspection {
    /// Its place in the file.
    pub name: String,
    /// Number of genes.
    pub genes: usize,
    /// `CSR`, `CSC` or `dense`.
    pub storage: String,
    /// Type of the numbers.
    pub number_type: String,
    /// Number of values stored, where the file says so.
    pub non_zeros: Option<u64>,
    /// What the numbers look like; only for the matrix that was read.
    pub holds: Option<String>,
}

/// A column of obs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ColumnInspection {
    /// Its name.
    pub name: String,
    /// `categories`, `text`, `whole numbers`, `numbers`, `yes/no`.
    pub kind: String,
    /// Number of different values.
    pub distinct: usize,
    /// Number of cells without a value.
    pub missing: usize,
    /// The first few values, sorted.
    pub examples: Vec<String>,
}

/// How well a file fits a model.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ModelFit {
    /// The model file, without the folder.
    pub model: String,
    /// How many of the model's genes the file has.
    pub coverage: Coverage,
}

/// Looks at a file: all cells of one matrix, all columns, all genes.
///
/// # Errors
/// When the file or the model cannot be read.
pub fn inspect(options: &InspectOptions) -> Result<Inspection, InspectError> {
    const EXAMPLES: usize = 8;
    let content = ferrocyte_io::open_with(&options.file, &options.open)?;
    let matrix = matrix_path(options.layer.as_deref())?;
    let var = content.genes_of(&matrix)?;
    let genes = var.index();
    let notes = content.notes().into_iter();
    let mut warnings: Vec<Warning> = notes.map(|note| Warning::note("reading", note)).collect();
    let holds = match scale_of(content.as_ref(), &matrix) {
        Ok(holds) => holds,
        Err(error) => {
            // What cannot be counts is a finding here, not the end.
            let causes: Vec<String> =
                std::iter::successors(Some(error.as_ref() as &dyn std::error::Error), |e| e.source())
                    .map(ToString::to_string)
                    .collect();
            warnings.push(
                Warning::new("not-counts", causes.join(": ")).with_hint("name another matrix with --layer"),
            );
            "not counts".to_owned()
        }
    };
    let mut matrices = Vec::new();
    for info in content.matrices()? {
        matrices.push(MatrixInspection {
            name: info.path.to_string(),
            genes: usize::try_from(info.n_genes).unwrap_or(usize::MAX),
            storage: info.storage.to_string(),
            number_type: info.dtype.clone(),
            non_zeros: info.n_non_zeros,
            holds: (info.path == matrix).then(|| holds.clone()),
        });
    }
    let mut columns = Vec::new();
    for name in content.obs().names() {
        columns.push(column(name, &content.obs().column(name)?, EXAMPLES));
    }
    let sizes: Vec<_> = columns.iter().map(|column| (column.name.as_str(), column.distinct)).collect();
    let donor_like = donor_like_columns(&sizes, content.n_cells()).into_iter().map(String::from).collect();
    let names = GeneNames::open(options.open.gene_table.as_deref())?;
    let fit = options.model.as_ref().map(|model| fit(model, &var, &names, &mut warnings)).transpose()?;
    Ok(Inspection {
        file: file_name(&options.file),
        format: content.format().to_string(),
        bytes: sha256_file(&options.file)?.bytes,
        cells: content.n_cells(),
        matrices,
        donor_like,
        columns,
        example_genes: genes.iter().take(EXAMPLES).cloned().collect(),
        fit,
        warnings,
    })
}

/// What the numbers of a matrix look like, over all cells.
fn scale_of(content: &dyn CellFile, matrix: &MatrixPath) -> Result<String, SourceError> {
    const BLOCK_CELLS: usize = 4096;
    let mut source = content.source(matrix, BLOCK_CELLS)?;
    let mut check = ScaleCheck::default();
    while let Some(block) = source.next_block()? {
        check.add(&block.into_counts()?);
    }
    Ok(check.looks().in_words())
}

fn column(name: &str, column: &Column, examples: usize) -> ColumnInspection {
    let names = column.to_names();
    let mut distinct: Vec<&String> = names.iter().flatten().collect();
    let missing = names.len() - distinct.len();
    distinct.sort_unstable();
    distinct.dedup();
    ColumnInspection {
        name: name.to_owned(),
        kind: kind(column).to_owned(),
        distinct: distinct.len(),
        missing,
        examples: distinct.into_iter().take(examples).cloned().collect(),
    }
}

fn kind(column: &Column) -> &'static str {
    match column {
        Column::Strings(_) => "text",
        Column::Categorical(_) => "categories",
        Column::Integers(_) => "whole numbers",
        Column::Floats(_) => "numbers",
        Column::Booleans(_) => "yes/no",
    }
}

/// How well a file fits a model; what would keep it from being annotated is a warning here.
fn fit(
    model: &std::path::Path,
    var: &Frame,
    names: &GeneNames,
    warnings: &mut Vec<Warning>,
) -> Result<ModelFit, ModelError> {
    let (header, classifier) = open_model(model)?;
    let vocabulary: &Vocabulary = classifier.genes();
    let others = header.other_gene_names.as_slice();
    let found =
        genes::find_genes(var, names, |table| GeneIndex::with_table_if_any(vocabulary, others, table));
    let coverage = found.coverage(vocabulary, classifier.gene_weights().as_deref());
    let file = file_name(model);
    if let Some((query, model)) = found.map.other_species() {
        let message =
            format!("the file has the genes of {query} and {file} those of {model}: it will not label it");
        warnings.push(Warning::new("other-species", message));
    } else if genes::too_few(&coverage, DEFAULT_MIN_COVERAGE) {
        let message = format!("{file}: {}; that is too little to label a cell", genes::in_words(&coverage));
        warnings.push(Warning::new("too-few-genes", message));
    } else {
        warnings.extend(genes::few_genes(&file, &coverage));
    }
    Ok(ModelFit { model: file, coverage })
}
