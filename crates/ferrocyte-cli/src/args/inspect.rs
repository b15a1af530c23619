use std::path::PathBuf;

use super::open::OpenArgs;

/// Show what is in a file, and how well it fits a model
#[derive(Debug, clap::Args)]
pub(crate) struct InspectArgs {
    /// File or folder: .h5ad, .h5mu, .loom, 10x folder, .tar.gz or .h5, dense .h5, .mtx, .csv or .tsv, .npy or .npz
    #[arg(required = true, value_name = "FILE")]
    pub(crate) files: Vec<PathBuf>,
    /// Model file: shows how many of its genes the file has
    #[arg(long, short, value_name = "MODEL")]
    pub(crate) model: Option<PathBuf>,
    /// Matrix to look at: `X`, `raw` or the name of a layer [default: X]
    #[arg(long, value_name = "NAME")]
    pub(crate) layer: Option<String>,
    #[command(flatten)]
    pub(crate) open: OpenArgs,
    /// Print JSON instead of tables
    #[arg(long)]
    pub(crate) json: bool,
}
