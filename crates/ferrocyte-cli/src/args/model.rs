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
    /// Show the genes that most mark each label: the largest weight times how much the gene varies
    Markers {
        /// Model file, of kind weighted, logistic or svm, or an ensemble with one of them
        #[arg(value_name = "MODEL")]
        file: PathBuf,
        /// Number of genes for each label
        #[arg(long, value_name = "N", default_value_t = 10, value_parser = clap::value_parser!(u32).range(1..))]
        top: u32,
        /// Print them as JSON
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
