use std::path::PathBuf;

use ferrocyte::EvaluateOptions;

use super::data::ReferenceArgs;
use super::model_settings::ModelSettingsArgs;
use super::scoring::ScoringArgs;

/// Score a kind of model on cells that are held out of its training
#[derive(Debug, clap::Args)]
pub(crate) struct EvaluateArgs {
    #[command(flatten)]
    reference: ReferenceArgs,
    #[command(flatten)]
    model: ModelSettingsArgs,
    #[command(flatten)]
    scoring: ScoringArgs,
    /// Write the run record to this file (`-`: standard output)
    #[arg(long, value_name = "FILE")]
    pub(crate) json: Option<PathBuf>,
    /// Write the report to this file
    #[arg(long, value_name = "FILE")]
    pub(crate) report: Option<PathBuf>,
}

impl EvaluateArgs {
    pub(crate) fn options(self, seed: u64) -> EvaluateOptions {
        EvaluateOptions {
            model: self.model.options().on_genes(self.reference.gene_choice()),
            reference: self.reference.options(),
            scoring: self.scoring.options(),
            seed,
        }
    }
}
