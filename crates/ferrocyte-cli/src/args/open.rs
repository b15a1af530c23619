//! What a file cannot say of itself.

use std::path::PathBuf;

use clap::ValueEnum;
use clap::builder::{PossibleValuesParser, TypedValueParser};
use ferrocyte::{DictKeys, Format, GeneChoice, OpenOptions, Orientation};

/// What is to be known of a file before it is opened.
#[derive(Debug, Clone, clap::Args)]
pub(crate) struct OpenArgs {
    /// Take files as they are, without a look at the names: rows of a table are cells
    #[arg(long, conflicts_with = "genes")]
    trust_orientation: bool,
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
    /// Table of gene names to be used instead of the one inside the program: a line for each gene with its Ensembl
    /// identifier, symbol, and aliases (with `|` between them), separated by tabs
    #[arg(long, value_name = "FILE")]
    gene_table: Option<PathBuf>,
}

/// Where the genes of a table are.
#[derive(Debug, Clone, clap::Args)]
pub(crate) struct GenesWhereArgs {
    /// Where the genes of a table are [default: found out from the names]
    #[arg(long, value_name = "WHERE")]
    genes: Option<GenesWhere>,
}

/// Where the genes of a table are, and which of them a model may use: one word, as both are said of genes.
#[derive(Debug, Clone, clap::Args)]
pub(crate) struct GenesArgs {
    /// Where the genes of a table are: `rows` or `columns` [default: found out from the names]. And which of them the
    /// model may use: `all`, the N most variable ones `hvg:N`, or those with the largest weights `top:N`, N of each
    /// label [default: all]; chosen on the training cells of each fold. Repeat it to say both
    #[arg(long, value_name = "WHERE|WHICH", value_parser = genes_word)]
    genes: Vec<GenesWord>,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum GenesWhere {
    /// A row for each gene, a column for each cell
    Rows,
    /// A column for each gene, a row for each cell
    Columns,
}

#[derive(Debug, Clone, Copy)]
enum GenesWord {
    Where(GenesWhere),
    Which(GeneChoice),
}

fn genes_word(text: &str) -> Result<GenesWord, String> {
    if let Ok(place) = GenesWhere::from_str(text, false) {
        return Ok(GenesWord::Where(place));
    }
    let choice = text.parse::<GeneChoice>().map(GenesWord::Which);
    choice.map_err(|error| format!("{error}; or `rows` or `columns`, where the genes of a table are"))
}

impl GenesWhere {
    fn orientation(self) -> Orientation {
        match self {
            Self::Rows => Orientation::GenesInRows,
            Self::Columns => Orientation::GenesInColumns,
        }
    }
}

impl GenesWhereArgs {
    pub(crate) fn orientation(&self) -> Option<Orientation> {
        self.genes.map(GenesWhere::orientation)
    }
}

impl GenesArgs {
    /// The last word counts, as of any option.
    pub(crate) fn orientation(&self) -> Option<Orientation> {
        self.genes.iter().rev().find_map(|word| match word {
            GenesWord::Where(place) => Some(place.orientation()),
            GenesWord::Which(_) => None,
        })
    }

    pub(crate) fn choice(&self) -> GeneChoice {
        let choice = self.genes.iter().rev().find_map(|word| match word {
            GenesWord::Which(choice) => Some(*choice),
            GenesWord::Where(_) => None,
        });
        choice.unwrap_or_default()
    }
}

/// The names of formats, listed in the help.
fn format_names() -> impl TypedValueParser<Value = Format> {
    let names = Format::ALL.iter().map(|format| format.name());
    PossibleValuesParser::new(names).try_map(|name| name.parse::<Format>())
}

impl OpenArgs {
    /// `genes` is where the genes of a table are.
    pub(crate) fn options(self, genes: Option<Orientation>) -> OpenOptions {
        let Self { trust_orientation, genome, modality, format, matrix_key, label_key, gene_key, gene_table } =
            self;
        let default = DictKeys::default();
        let dict_keys = DictKeys {
            matrix: matrix_key.unwrap_or(default.matrix),
            labels: label_key.unwrap_or(default.labels),
            genes: gene_key.unwrap_or(default.genes),
        };
        OpenOptions { genes, trust_orientation, genome, modality, format, dict_keys, gene_table }
    }
}
