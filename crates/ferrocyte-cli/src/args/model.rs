use std::path::PathBuf;

use clap::Subcommand;

/// Look at a model file
#[derive(Debug, clap::Args)]
pub(crate) struct ModelArgs {
    #[command(subcommand)]
    pub(crate) command: ModelCommand,
}

/// What to do with a model file.
#[derive(Debug, Subcommand)]
pub(crate) enum ModelCommand {
    /// Show what a model is, what it was trained on and how well it does
    Show {
        /// Model file
        #[arg(value_name = "MODEL")]
        file: PathBuf,
        /// Print the whole header as JSON
        #[arg(long)]
        json: bool,
    },
    /// Check that a model file is whole and usable
    Verify {
        /// Model file
        #[arg(value_name = "MODEL")]
        file: PathBuf,
    },
}
