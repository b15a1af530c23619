//! What a file cannot say of itself.

use clap::ValueEnum;
use clap::builder::{PossibleValuesParser, TypedValueParser};
use ferrocyte::{DictKeys, Format, OpenOptions, Orientation};

/// What is to be known of a file before it is opened.
#[derive(Debug, Clone, clap::Args)]
pub(crate) struct OpenArgs {
    /// Where the genes of a table are [default: found out from the names]
    #[arg(long, value_name = "WHERE")]
    genes: Option<GenesArg>,
    /// The genome, where 10x data of several are in one file or folder
    #[arg(long, value_name = "NAME")]
    genome: Option<String>,
    /// The modality of an .h5mu file [default: `rna` or `gex`, or the only one that has genes]
    #[arg(long, value_name = "NAME")]
    modality: Option<String>,
    /// Read the file as this format [default: found in the content]
    #[arg(long, value_name = "NAME", value_parser = format_names())]
    format: Option<Format>,
    /// Key of the counts in a pickled dict (.npy) [default: UMI]
    #[arg(long, value_name = "KEY")]
    matrix_key: Option<String>,
    /// Key of the labels in a pickled dict (.npy) [default: classes]
    #[arg(long, value_name = "KEY")]
    label_key: Option<String>,
    /// Key of the names of the genes in a pickled dict (.npy) [default: `gene_ids`]
    #[arg(long, value_name = "KEY")]
    gene_key: Option<String>,
}

/// Where the genes of a table are.
#[derive(Debug, Clone, Copy, ValueEnum)]
enum GenesArg {
    /// A row for each gene, a column for each cell
    Rows,
    /// A column for each gene, a row for each cell
    Columns,
}

/// The names of formats, listed in the help.
fn format_names() -> impl TypedValueParser<Value = Format> {
    let names = Format::ALL.iter().map(|format| format.name());
    PossibleValuesParser::new(names).try_map(|name| name.parse::<Format>())
}

impl OpenArgs {
    pub(crate) fn options(self) -> OpenOptions {
        let Self { genes, genome, modality, format, matrix_key, label_key, gene_key } = self;
        let genes = genes.map(|genes| match genes {
            GenesArg::Rows => Orientation::GenesInRows,
            GenesArg::Columns => Orientation::GenesInColumns,
        });
        let default = DictKeys::default();
        let dict_keys = DictKeys {
            matrix: matrix_key.unwrap_or(default.matrix),
            labels: label_key.unwrap_or(default.labels),
            genes: gene_key.unwrap_or(default.genes),
        };
        OpenOptions { genes, genome, modality, format, dict_keys }
    }
}
