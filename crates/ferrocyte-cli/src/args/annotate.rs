use std::path::PathBuf;

use ferrocyte::AnnotateOptions;

use super::data::MatrixArgs;
use super::open::GenesWhereArgs;

/// Give every cell of a query a label
#[derive(Debug, clap::Args)]
pub(crate) struct AnnotateArgs {
    /// File to annotate, in any format that `inspect` reads; several only with a table as output. With `FILE=LABEL`
    /// the new labels are scored against LABEL
    #[arg(required = true, value_name = "QUERY")]
    files: Vec<PathBuf>,
    /// Model file
    #[arg(long, short, value_name = "MODEL")]
    model: PathBuf,
    /// File to write: the query with columns added (.h5ad: a copy where the query is one, a new file otherwise), or a
    /// table of labels (.csv, .tsv, with or without .gz)
    #[arg(long, short, value_name = "OUT")]
    output: PathBuf,
    #[command(flatten)]
    genes: GenesWhereArgs,
    #[command(flatten)]
    matrix: MatrixArgs,
    /// Text before the name of each column that is added
    #[arg(long, value_name = "TEXT", default_value = "")]
    prefix: String,
    /// Column of the query with labels to score the new ones against; not needed where files have their label
    #[arg(long, value_name = "COLUMN")]
    truth: Option<String>,
    /// Refuse a query that has less than this share of what the model's decisions rest on [default: 0.2]
    #[arg(long, value_name = "SHARE")]
    min_coverage: Option<f64>,
    /// Write the run record to this file (`-`: standard output)
    #[arg(long, value_name = "FILE")]
    pub(crate) json: Option<PathBuf>,
    /// Write the report to this file
    #[arg(long, value_name = "FILE")]
    pub(crate) report: Option<PathBuf>,
}

impl AnnotateArgs {
    pub(crate) fn options(self) -> AnnotateOptions {
        let Self { files, model, output, genes, matrix, prefix, truth, min_coverage, json: _, report: _ } =
            self;
        let query = matrix.options(files, genes.orientation());
        AnnotateOptions { query, model, outputs: vec![output], prefix, truth, min_coverage }
    }
}
