use std::path::PathBuf;

use ferrocyte::{EvaluateOptions, LabelNoiseOptions};

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
    /// List cells whose given label the models that never saw them find very unlikely
    #[arg(long)]
    label_noise: bool,
    /// Write all of these cells to this file, the most doubtful first (.csv, .tsv, with or without .gz)
    #[arg(long, value_name = "FILE")]
    label_noise_table: Option<PathBuf>,
    /// Write the run record to this file (`-`: standard output)
    #[arg(long, value_name = "FILE")]
    pub(crate) json: Option<PathBuf>,
    /// Write the report to this file
    #[arg(long, value_name = "FILE")]
    pub(crate) report: Option<PathBuf>,
}

impl EvaluateArgs {
    pub(crate) fn options(self, seed: u64) -> EvaluateOptions {
        let Self { label_noise, label_noise_table, .. } = &self;
        let label_noise = (*label_noise || label_noise_table.is_some())
            .then(|| LabelNoiseOptions { table: label_noise_table.clone() });
        EvaluateOptions {
            label_noise,
            model: self.model.options().on_genes(self.reference.gene_choice()),
            reference: self.reference.options(),
            scoring: self.scoring.options(),
            seed,
        }
    }
}
