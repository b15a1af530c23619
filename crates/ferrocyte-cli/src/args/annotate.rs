use std::path::PathBuf;

use ferrocyte::{
    AdaptOptions, AnnotateOptions, ByteSize, Condition, ExplainOptions, Filter, InputFile, Shard,
};

use super::data::MatrixArgs;
use super::open::GenesWhereArgs;

/// Give every cell of a query a label
#[derive(Debug, clap::Args)]
pub(crate) struct AnnotateArgs {
    /// File to annotate, in any format that `inspect` reads; several only with a table as output. `study/*.h5ad`
    /// stands for the files that it matches, `@list.txt` for those that a list names. With `FILE=LABEL`
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
    /// Say which genes pushed cells to their label and away from the runner-up, and which were expected and are absent: for
    /// each label in the record and the report, for each cell in a column `top_genes_for`
    #[arg(long)]
    explain: bool,
    /// Say it for the cells of each cluster, donor or other group of this column of the query, too
    #[arg(long, value_name = "COLUMN")]
    explain_by: Option<String>,
    /// Give cells the narrowest name that has this probability, in the column `backed_off_label`: for models that were
    /// trained with --levels or --ontology [default: 0.7]
    #[arg(long, value_name = "PROBABILITY")]
    back_off: Option<f64>,
    /// Give no label to cells that are like no label of the model. SHARE of the cells of known types may be lost by it
    /// [default where it is left out: 0.05]; without this option cells keep their label beside an `unknown_score`
    #[arg(long, value_name = "SHARE", num_args = 0..=1, require_equals = true, default_missing_value = "0.05")]
    reject_unknown: Option<f64>,
    /// Write `prediction_set` beside each label: labels joined by `|`, which hold the right one for this share of cells like the
    /// held-out ones of the reference, from 0.5 to 0.99
    #[arg(long, value_name = "SHARE")]
    coverage: Option<f64>,
    /// Let --coverage hold in nearly every donor, as far as those of the reference can say; sets are larger. For models that were
    /// trained with --group
    #[arg(long, requires = "coverage")]
    coverage_in_groups: bool,
    /// Memory that the run may take, as in `2GiB` or `500MB`: what needs more is refused before it starts
    #[arg(long, value_name = "SIZE")]
    memory: Option<ByteSize>,
    /// Label only the I-th of N parts of the cells, for a query that several machines share: the tables of all parts, one below
    /// the other without the repeated header, are the table of the whole. Every part reads all cells, as the scale of their
    /// numbers is found from all of them
    #[arg(long, value_name = "I/N")]
    shard: Option<Shard>,
    #[command(flatten)]
    adapt: AdaptArgs,
    /// Write the run record to this file (`-`: standard output)
    #[arg(long, value_name = "FILE")]
    pub(crate) json: Option<PathBuf>,
    /// Write the report to this file
    #[arg(long, value_name = "FILE")]
    pub(crate) report: Option<PathBuf>,
}

/// A model that learns from the query.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "Adapting to the query (models of kind weighted)")]
struct AdaptArgs {
    /// Train on the reference and on confident cells of the query before labelling it: better where the query is from
    /// another study or condition. The label of a cell then depends on all cells of the query, and every output says
    /// so. Takes at least 30 cells for each label; reference and query are held in memory
    #[arg(long)]
    adapt: bool,
    /// File that the model was trained on; all of them, where there were several. `FILE=LABEL` as in training. Not needed
    /// where the model was trained with --sketch
    #[arg(long, value_name = "REF", requires = "adapt")]
    reference: Vec<PathBuf>,
    /// Condition that the model was trained with: what `--where` was then
    #[arg(long, value_name = "CONDITION", requires = "adapt")]
    reference_where: Vec<Condition>,
}

impl AnnotateArgs {
    pub(crate) fn options(self) -> AnnotateOptions {
        let Self {
            files,
            model,
            output,
            genes,
            matrix,
            prefix,
            truth,
            min_coverage,
            back_off,
            coverage,
            coverage_in_groups,
            explain,
            explain_by,
            reject_unknown,
            memory,
            shard,
            adapt,
            json: _,
            report: _,
        } = self;
        let query = matrix.options(files, genes.orientation());
        let adapt = adapt.options();
        let explain = (explain || explain_by.is_some()).then_some(ExplainOptions { by: explain_by });
        AnnotateOptions {
            query,
            model,
            outputs: vec![output],
            prefix,
            truth,
            min_coverage,
            reject_unknown,
            coverage,
            coverage_in_groups,
            back_off,
            adapt,
            explain,
            memory,
            shard,
        }
    }
}

impl AdaptArgs {
    fn options(self) -> Option<AdaptOptions> {
        let Self { adapt, reference, reference_where } = self;
        adapt.then(|| AdaptOptions {
            reference: reference.into_iter().map(InputFile::from_argument).collect(),
            filter: Filter(reference_where),
        })
    }
}
