//! Write cells in another form: what was read, clean and on the union of the genes.

use std::path::{Path, PathBuf};

use ferrocyte_core::{Progress, SourceError, Warning};
use ferrocyte_io::gene_table::GeneTableError;
use ferrocyte_io::write::{NewCells, NewFormat, WriteError};
use ferrocyte_io::{CellFile, Format, MatrixPath, MatrixPathError, OpenOptions, ReadError};
use serde::Serialize;

use crate::dataset::file_name;
use crate::genes::GeneNames;
use crate::joined::{JoinError, Joined};

/// Cells that are read at a time.
const BLOCK_CELLS: usize = 4096;

/// What is converted, and to what.
#[derive(Debug, Clone, Default)]
pub struct ConvertOptions {
    /// The files: one set of cells, in this order, on the union of their genes.
    pub files: Vec<PathBuf>,
    /// The matrix: `X`, `raw`, or the name of a layer; `X` when `None`.
    pub layer: Option<String>,
    /// What the files cannot say of themselves.
    pub open: OpenOptions,
    /// The file or folder to write; its name says the format.
    pub output: PathBuf,
}

/// Why nothing was converted.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ConvertError {
    /// The name says no format.
    #[error(
        "cannot tell what to write from the name `{found}`: expected `NAME.h5ad`, `NAME.zarr`, or `NAME.mtx/` for a folder \
         as Cell Ranger writes it"
    )]
    Output {
        /// The name.
        found: String,
    },
    /// The output would replace an input, and with it what is not carried over.
    #[error("`{file}` is also an input; write to another name, so that nothing of it is lost")]
    OutputIsInput {
        /// The file.
        file: String,
    },
    /// A file cannot be read.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// The name of the matrix makes no sense.
    #[error("the matrix cannot be chosen")]
    Matrix(#[from] MatrixPathError),
    /// The matrix cannot be read.
    #[error(transparent)]
    Source(#[from] SourceError),
    /// The table of gene names cannot be used.
    #[error(transparent)]
    GeneTable(#[from] GeneTableError),
    /// The files cannot be joined.
    #[error(transparent)]
    Join(#[from] JoinError),
    /// The output cannot be written.
    #[error(transparent)]
    Write(#[from] WriteError),
}

/// What was read and what was written.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Conversion {
    /// The files that were read.
    pub inputs: Vec<ConvertedFile>,
    /// Name of what was written, without the folder.
    pub output: String,
    /// Its format: `h5ad`, `zarr` or `10x-mtx`.
    pub format: String,
    /// Number of cells.
    pub cells: usize,
    /// Number of genes.
    pub genes: usize,
    /// Number of values that are not zero.
    pub non_zeros: u64,
    /// Columns of obs.
    pub columns: Vec<String>,
    /// What the user should know.
    pub warnings: Vec<Warning>,
}

/// A file that was read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ConvertedFile {
    /// File name, without the folder.
    pub file: String,
    /// Format that was found in the content.
    pub format: String,
    /// The matrix that was read.
    pub matrix: String,
    /// Type of its numbers.
    pub number_type: String,
    /// Number of cells.
    pub cells: usize,
    /// Number of genes.
    pub genes: usize,
}

/// Reads the files block by block and writes them as one: 32-bit numbers, the narrowest indices that fit, obs and var
/// with all columns.
///
/// # Errors
/// When a file cannot be read, or the output not written; it is then what it was before.
pub fn convert(options: &ConvertOptions, progress: &dyn Progress) -> Result<Conversion, ConvertError> {
    let output = &options.output;
    let format =
        NewFormat::of(output).ok_or_else(|| ConvertError::Output { found: output.display().to_string() })?;
    refuse_input(options)?;
    let matrix = options.layer.as_deref().map_or(Ok(MatrixPath::X), str::parse)?;
    let mut files = Vec::with_capacity(options.files.len());
    for path in &options.files {
        files.push((file_name(path), ferrocyte_io::open_with(path, &options.open)?));
    }
    let mut warnings = Vec::new();
    let mut inputs = Vec::with_capacity(files.len());
    for (name, content) in &files {
        let input = describe(name, content.as_ref(), &matrix)?;
        warnings.extend(notes(&input, content.as_ref(), &matrix));
        inputs.push(input);
    }
    let gene_names = GeneNames::open(options.open.gene_table.as_deref())?;
    let joined = Joined::new(files, &matrix, &gene_names)?;
    let (n_cells, n_genes) = (joined.n_cells(), joined.var.names.len());
    let columns = joined.obs.columns.iter().map(|(name, _)| name.clone()).collect();
    warnings.extend(joined.notes);
    if format == NewFormat::TenxMtx {
        warnings.extend(left_out_of_features(joined.var.columns.iter().map(|(name, _)| name.as_str())));
    }

    progress.begin("writing cells", n_cells as u64);
    let new = NewCells { obs: joined.obs, var: joined.var, uns: Vec::new() };
    let mut writer = format.create(output, &new)?;
    drop(new);
    // One after the other: some formats keep what they have read.
    for file in joined.files {
        let mut source = file.content.source(&matrix, BLOCK_CELLS)?;
        while let Some(block) = source.next_block()? {
            let n = block.n_cells();
            writer.write(&file.place(block, n_genes)?)?;
            progress.advance(n as u64);
        }
    }
    let non_zeros = writer.finish()?;
    progress.finish();
    Ok(Conversion {
        inputs,
        output: file_name(output),
        format: format.to_string(),
        cells: n_cells,
        genes: n_genes,
        non_zeros,
        columns,
        warnings,
    })
}

fn describe(name: &str, content: &dyn CellFile, matrix: &MatrixPath) -> Result<ConvertedFile, ReadError> {
    let info = content.matrix(matrix)?;
    Ok(ConvertedFile {
        file: name.to_owned(),
        format: content.format().to_string(),
        matrix: matrix.to_string(),
        number_type: info.dtype,
        cells: content.n_cells(),
        genes: usize::try_from(info.n_genes).unwrap_or(usize::MAX),
    })
}

/// What was turned or left out in reading, and what is not carried over.
fn notes(input: &ConvertedFile, content: &dyn CellFile, matrix: &MatrixPath) -> Vec<Warning> {
    let file = &input.file;
    let mut notes: Vec<Warning> =
        content.notes().into_iter().map(|note| Warning::note("reading", format!("{file}: {note}"))).collect();
    let matrices = content.matrices().unwrap_or_default();
    let others = matrices.iter().filter(|info| info.path != *matrix);
    let mut behind: Vec<String> = others.map(|info| format!("`{}`", info.path)).collect();
    behind.extend(match content.format() {
        Format::H5ad | Format::Zarr => Some("whatever is in obsm, obsp, varm, varp and uns".to_owned()),
        Format::H5mu => {
            Some("the other modalities, and whatever is in obsm, obsp, varm, varp and uns".to_owned())
        }
        Format::Loom => Some("graphs of cells and genes, and attributes of the file".to_owned()),
        _ => None,
    });
    if !behind.is_empty() {
        let message = format!(
            "{file}: only `{matrix}`, obs and var are written; not carried over: {}",
            behind.join(", ")
        );
        notes.push(Warning::note("not-carried", message));
    }
    if input.number_type == "float64" {
        let message = format!("{file}: values of 64 bits are written with 32, about seven digits");
        notes.push(Warning::note("rounded", message));
    }
    notes
}

/// Columns of var that `features.tsv.gz` has no place for.
fn left_out_of_features<'a>(columns: impl Iterator<Item = &'a str>) -> Option<Warning> {
    let others: Vec<String> =
        columns.filter(|name| !matches!(*name, "gene_ids" | "feature_types")).map(str::to_owned).collect();
    (!others.is_empty()).then(|| {
        let others = crate::hint::list(&others);
        Warning::note("not-carried", format!("a 10x folder has no place for these columns of var: {others}"))
    })
}

fn refuse_input(options: &ConvertOptions) -> Result<(), ConvertError> {
    let plain = |path: &Path| path.canonicalize().ok();
    let Some(output) = plain(&options.output) else { return Ok(()) };
    match options.files.iter().find(|file| plain(file).as_ref() == Some(&output)) {
        None => Ok(()),
        Some(file) => Err(ConvertError::OutputIsInput { file: file_name(file) }),
    }
}
