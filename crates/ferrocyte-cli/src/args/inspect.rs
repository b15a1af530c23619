use std::path::PathBuf;

use super::genes::GenesArg;

/// Show what is in a file, and how well it fits a model
#[derive(Debug, clap::Args)]
pub(crate) struct InspectArgs {
    /// .h5ad file
    #[arg(required = true, value_name = "FILE")]
    pub(crate) files: Vec<PathBuf>,
    /// Model file: shows how many of its genes the file has
    #[arg(long, short, value_name = "MODEL")]
    pub(crate) model: Option<PathBuf>,
    /// Matrix to look at: `X`, `raw` or the name of a layer [default: X]
    #[arg(long, value_name = "NAME")]
    pub(crate) layer: Option<String>,
    /// Where the genes of a table are [default: found out from the names]
    #[arg(long, value_name = "WHERE")]
    pub(crate) genes: Option<GenesArg>,
    /// Print JSON instead of tables
    #[arg(long)]
    pub(crate) json: bool,
}
