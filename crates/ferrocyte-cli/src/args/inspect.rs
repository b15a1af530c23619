use std::path::PathBuf;

use super::open::{GenesWhereArgs, OpenArgs};

/// Show what is in a file, how well it fits a model, and the commands that deal with what is wrong
#[derive(Debug, clap::Args)]
pub(crate) struct InspectArgs {
    /// File or folder: .h5ad, zarr folder or .zip, .h5mu, .loom, 10x folder, .tar.gz or .h5, dense .h5, .mtx, .csv or .tsv, .npy or .npz
    #[arg(required = true, value_name = "FILE")]
    pub(crate) files: Vec<PathBuf>,
    /// Model file: shows how many of its genes the file has
    #[arg(long, short, value_name = "MODEL")]
    pub(crate) model: Option<PathBuf>,
    /// Matrix whose genes are looked at: `X`, `raw` or the name of a layer [default: the one that would be read]
    #[arg(long, value_name = "NAME")]
    pub(crate) layer: Option<String>,
    #[command(flatten)]
    pub(crate) genes: GenesWhereArgs,
    #[command(flatten)]
    pub(crate) open: OpenArgs,
    /// Print JSON instead of tables
    #[arg(long)]
    pub(crate) json: bool,
}
