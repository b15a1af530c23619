use std::path::PathBuf;

use ferrocyte::{EvaluateOptions, ScoringOptions};

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
    /// Leave each label out of the training too, and see whether its cells stand out as unknown: one more training for
    /// each label and each fold that holds cells of it
    #[arg(long)]
    unknown: bool,
    /// Share of the cells of each label whose prediction set is to hold it, from 0.5 to 0.99 [default: 0.9]
    #[arg(long, value_name = "SHARE")]
    coverage: Option<f64>,
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
            scoring: ScoringOptions {
                unknown: self.unknown,
                coverage: self.coverage,
                ..self.scoring.options()
            },
            seed,
        }
    }
}
