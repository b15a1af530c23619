//! What is in a file, and how well it fits a model.

use std::path::PathBuf;

use ferrocyte_core::{Coverage, GeneIndex, LabelCount, Vocabulary, Warning};
use ferrocyte_io::frame::{Column, Frame};
use ferrocyte_io::hash::sha256_file;
use ferrocyte_io::orientation::in_words;
use ferrocyte_io::{CellFile, MatrixPath, OpenOptions, Orientation};
use ferrocyte_learn::evaluate::donor_like_columns;
use serde::Serialize;

use crate::contents::Contents;
use crate::dataset::{DataError, file_name};
use crate::fixes::{Contradicted, Findings, Fix, fixes};
use crate::genes::{self, DEFAULT_MIN_COVERAGE, GeneNames};
use crate::label_check::{LabelCheck, label_of};
use crate::model_file::{ModelError, OpenedModel, open_model};
use crate::repeated_names::repeated_names;
use crate::scale::{library_size, pick};
use crate::way_round::axis;

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
    /// The file cannot be used as data.
    #[error("the file cannot be inspected")]
    Data(#[from] DataError),
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
    /// Which way round it is.
    pub way_round: WayRound,
    /// Number of cells.
    pub cells: usize,
    /// Cells without any count; `None` where the matrix holds no counts, here and below.
    pub empty_cells: Option<usize>,
    /// Genes that no cell has a count of.
    pub empty_genes: Option<usize>,
    /// Cells that are in it more than once.
    pub duplicate_cells: Option<DuplicateInspection>,
    /// Columns that repeat the name of another gene.
    pub repeated_genes: usize,
    /// What kinds of names the genes have.
    pub genes_are_called: String,
    /// The matrices.
    pub matrices: Vec<MatrixInspection>,
    /// The columns of obs.
    pub columns: Vec<ColumnInspection>,
    /// The first few genes.
    pub example_genes: Vec<String>,
    /// The column that is taken for the library sizes, where the file has only some of the genes that were measured.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub library_size_column: Option<String>,
    /// Columns that look like they say which cells belong together.
    pub donor_like: Vec<String>,
    /// How well the file fits the model.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fit: Option<ModelFit>,
    /// What needs the user's eye.
    pub warnings: Vec<Warning>,
    /// What would make it fit to be learnt from.
    pub fixes: Vec<Fix>,
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
    /// Number of cells without a value, also where a word says so.
    pub missing: usize,
    /// Words for "no value" that stand in it, with their cells.
    pub missing_words: Vec<LabelCount>,
    /// Labels that name no kind of cell.
    pub doubtful: Vec<LabelCount>,
    /// Labels that differ in capitals, blanks or `_` only, the commonest first.
    pub spellings: Vec<Vec<LabelCount>>,
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

/// Which way round a file is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct WayRound {
    /// Where the genes are: `rows` or `columns`.
    pub genes: String,
    /// What says so.
    pub why: String,
}

/// Cells that are in a file more than once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DuplicateInspection {
    /// Cells that have exactly the counts of an earlier one.
    pub copies: usize,
    /// How many of them have its name too.
    pub same_name: usize,
    /// The first few, by name.
    pub examples: Vec<String>,
}

/// Looks at a file: all cells of every matrix, all columns, all genes.
///
/// # Errors
/// When the file or the model cannot be read.
pub fn inspect(options: &InspectOptions) -> Result<Inspection, InspectError> {
    let (mut inspection, var) = look(options)?;
    if let Some(model) = &options.model {
        let names = GeneNames::open(options.open.gene_table.as_deref()).map_err(DataError::from)?;
        inspection.fit = Some(fit(model, &var, &names, &mut inspection.warnings)?);
    }
    Ok(inspection)
}

/// Everything but the fit to a model; and the genes.
fn look(options: &InspectOptions) -> Result<(Inspection, Frame), DataError> {
    const EXAMPLES: usize = 8;
    let content = ferrocyte_io::open_with(&options.file, &options.open)?;
    let asked =
        options.layer.as_deref().map(str::parse::<MatrixPath>).transpose().map_err(DataError::from)?;
    let picked = pick::pick(content.as_ref(), asked.as_ref())?;
    let library = library_size::of_file(content.as_ref(), &picked, picked.verdict.reading());
    let matrix = picked.matrix;
    let var = content.genes_of(&matrix)?;
    let genes = var.index();
    let cell_names = content.obs().index();
    let notes = content.notes().into_iter();
    let mut warnings: Vec<Warning> = notes.map(|note| Warning::note("reading", note)).collect();
    let contradicted = way_round(content.as_ref(), genes, options, &mut warnings);
    // A matrix that cannot be read is said below, where it is described.
    let contents = Contents::of(content.as_ref(), &matrix, genes).ok();
    let mut usable = Vec::new();
    let mut matrices = Vec::new();
    for info in content.matrices()? {
        let chosen = info.path == matrix;
        let holds = holds(content.as_ref(), &info.path);
        let used = chosen && holds.is_ok();
        if holds.is_ok() {
            usable.push(info.path.clone());
        }
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
    let donor_like: Vec<String> =
        donor_like_columns(&sizes, content.n_cells()).into_iter().map(String::from).collect();
    warnings.extend(
        repeated_names(&file_name(&options.file), content.obs().row_names()).map_err(DataError::Kept)?,
    );
    let readable = usable.contains(&matrix);
    let findings = Findings {
        readable_in: (!readable).then(|| usable.first().map(ToString::to_string)).flatten(),
        donor: donor_like.first().map(String::as_str),
        copies: contents.as_ref().map_or(0, |found| found.duplicates.copies()),
        columns: &columns,
        n_cells: content.n_cells(),
        way_round: contradicted,
    };
    // A matrix that cannot be read is beyond commands, unless there is another.
    let beyond = !readable && findings.readable_in.is_none() && contradicted.is_none();
    let fixes = if beyond { Vec::new() } else { fixes(options, &findings) };
    let quoted = |cell: usize| format!("`{}`", cell_names.get(cell).map_or("", String::as_str));
    let inspection = Inspection {
        file: file_name(&options.file),
        format: content.format().to_string(),
        bytes: sha256_file(&options.file)?.bytes,
        way_round: way_round_in_words(content.as_ref(), genes, options),
        cells: content.n_cells(),
        empty_cells: contents.as_ref().map(Contents::empty_cells),
        empty_genes: contents.as_ref().map(|found| found.empty_genes),
        duplicate_cells: contents.as_ref().map(|found| DuplicateInspection {
            copies: found.duplicates.copies(),
            same_name: found.duplicates.same_name,
            examples: found.duplicates.examples(quoted),
        }),
        repeated_genes: genes.len() - Vocabulary::of_distinct(genes.iter().map(String::as_str)).len(),
        genes_are_called: in_words(genes),
        matrices,
        library_size_column: library.map(|column| column.name),
        donor_like,
        columns,
        example_genes: genes.iter().take(EXAMPLES).cloned().collect(),
        fit: None,
        warnings,
        fixes,
    };
    Ok((inspection, var))
}

/// Whether the names contradict the way round that the file is read; says so.
fn way_round(
    content: &dyn CellFile,
    genes: &[String],
    options: &InspectOptions,
    warnings: &mut Vec<Warning>,
) -> Option<Contradicted> {
    match crate::way_round::check(content, genes, &options.open) {
        Ok(None) => None,
        Ok(Some(warning)) => {
            warnings.push(warning);
            Some(Contradicted::Option)
        }
        Err(error) => {
            warnings.push(Warning::new("way-round", error.to_string()));
            Some(Contradicted::Format)
        }
    }
}

fn way_round_in_words(content: &dyn CellFile, genes: &[String], options: &InspectOptions) -> WayRound {
    let orientation = content.orientation();
    let why = match (orientation, options.open.genes, options.open.trust_orientation) {
        (None, ..) => format!("{} files say which are cells", content.format()),
        (Some(_), Some(_), _) => "--genes says so".to_owned(),
        (Some(_), None, true) => "--trust-orientation: the names were not looked at".to_owned(),
        (Some(_), None, false) => {
            format!(
                "genes are called like {}; cells like {}",
                in_words(genes),
                in_words(content.obs().index())
            )
        }
    };
    WayRound { genes: axis(orientation.unwrap_or(Orientation::GenesInColumns)).to_owned(), why }
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
    let is_text = matches!(column, Column::Strings(_) | Column::Categorical(_));
    let check =
        if is_text { LabelCheck::of(names.iter().map(Option::as_deref)) } else { LabelCheck::default() };
    let mut distinct: Vec<&str> = names.iter().filter_map(|entry| label_of(entry.as_deref())).collect();
    let missing = names.len() - distinct.len();
    distinct.sort_unstable();
    distinct.dedup();
    let counts = |labels: Vec<(String, usize)>| -> Vec<LabelCount> {
        labels.into_iter().map(|(label, cells)| LabelCount { label, cells }).collect()
    };
    ColumnInspection {
        name: name.to_owned(),
        kind: kind(column).to_owned(),
        distinct: distinct.len(),
        missing,
        missing_words: counts(check.missing.into_iter().filter(|(word, _)| !word.is_empty()).collect()),
        doubtful: counts(check.doubtful),
        // Where nearly every cell has a value of its own, these are names and no labels.
        spellings: if distinct.len() <= names.len() / 2 {
            check.spellings.into_iter().map(counts).collect()
        } else {
            Vec::new()
        },
        examples: distinct.into_iter().take(examples).map(str::to_owned).collect(),
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
    let OpenedModel { header, model: classifier, .. } = open_model(model)?;
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
