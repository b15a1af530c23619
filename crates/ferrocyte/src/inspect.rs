//! What is in a file, and how well it fits a model.

use std::path::PathBuf;

use ferrocyte_core::{Coverage, GeneMap, SourceError, Vocabulary, Warning};
use ferrocyte_io::frame::Column;
use ferrocyte_io::hash::{HashError, sha256_file};
use ferrocyte_io::{CellFile, MatrixPath, MatrixPathError, OpenOptions, ReadError};
use ferrocyte_learn::evaluate::donor_like_columns;
use serde::Serialize;

use crate::dataset::file_name;
use crate::model_file::{ModelError, open_model};
use crate::scale::pick;

/// Which file is looked at, and beside which model.
#[derive(Debug, Clone, Default)]
pub struct InspectOptions {
    /// The file.
    pub file: PathBuf,
    /// A model, to see how many of its genes the file has.
    pub model: Option<PathBuf>,
    /// The matrix whose genes are shown; the one that would be read when `None`.
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
    /// What its numbers are, over all cells.
    pub holds: String,
    /// Whether it is the one that would be read.
    pub used: bool,
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

/// Looks at a file: all cells of every matrix, all columns, all genes.
///
/// # Errors
/// When the file or the model cannot be read.
pub fn inspect(options: &InspectOptions) -> Result<Inspection, InspectError> {
    const EXAMPLES: usize = 8;
    let content = ferrocyte_io::open_with(&options.file, &options.open)?;
    let asked = options.layer.as_deref().map(str::parse::<MatrixPath>).transpose()?;
    let matrix = pick::pick(content.as_ref(), asked.as_ref())?.matrix;
    let genes = content.genes_of(&matrix)?;
    let genes = genes.index();
    let notes = content.notes().into_iter();
    let mut warnings: Vec<Warning> = notes.map(|note| Warning::note("reading", note)).collect();
    let mut matrices = Vec::new();
    for info in content.matrices()? {
        let chosen = info.path == matrix;
        let holds = holds(content.as_ref(), &info.path);
        let used = chosen && holds.is_ok();
        if let (true, Err(found)) = (chosen, &holds) {
            warnings.push(
                Warning::new("unusable-scale", format!("{matrix} cannot be read: {found}")).with_hint(
                    "name another matrix with --layer; if you know what the numbers are, say it with --scale",
                ),
            );
        }
        matrices.push(MatrixInspection {
            name: info.path.to_string(),
            genes: usize::try_from(info.n_genes).unwrap_or(usize::MAX),
            storage: info.storage.to_string(),
            number_type: info.dtype.clone(),
            non_zeros: info.n_non_zeros,
            holds: holds.unwrap_or_else(|found| found),
            used,
        });
    }
    let mut columns = Vec::new();
    for name in content.obs().names() {
        columns.push(column(name, &content.obs().column(name)?, EXAMPLES));
    }
    let sizes: Vec<_> = columns.iter().map(|column| (column.name.as_str(), column.distinct)).collect();
    let donor_like = donor_like_columns(&sizes, content.n_cells()).into_iter().map(String::from).collect();
    Ok(Inspection {
        file: file_name(&options.file),
        format: content.format().to_string(),
        bytes: sha256_file(&options.file)?.bytes,
        cells: content.n_cells(),
        matrices,
        donor_like,
        columns,
        example_genes: genes.iter().take(EXAMPLES).cloned().collect(),
        fit: options.model.as_ref().map(|model| fit(model, genes)).transpose()?,
        warnings,
    })
}

/// What the numbers of a matrix are, over all cells; an error where a model could not read them.
fn holds(content: &dyn CellFile, matrix: &MatrixPath) -> Result<String, String> {
    match pick::verdict_of_all(content, matrix) {
        Ok(verdict) if verdict.reading().is_some() => Ok(verdict.in_words()),
        Ok(verdict) => Err(verdict.in_words()),
        // A matrix that cannot be read is a finding here, not the end.
        Err(error) => {
            let causes =
                std::iter::successors(Some(error.as_ref() as &dyn std::error::Error), |e| e.source());
            Err(causes.map(ToString::to_string).collect::<Vec<_>>().join(": "))
        }
    }
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

fn fit(model: &std::path::Path, genes: &[String]) -> Result<ModelFit, ModelError> {
    let (_, classifier) = open_model(model)?;
    let vocabulary: &Vocabulary = classifier.genes();
    let coverage = GeneMap::by_identity(genes, vocabulary).coverage(vocabulary);
    Ok(ModelFit { model: file_name(model), coverage })
}
