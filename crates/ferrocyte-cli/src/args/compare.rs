use std::path::PathBuf;

use ferrocyte::{CompareOptions, ModelOptions};

use super::data::ReferenceArgs;
use super::scoring::ScoringArgs;

/// Judge kinds of models beside each other: the same cells, the same folds
///
/// Says which kind is better only where chance does not explain the difference.
#[derive(Debug, clap::Args)]
pub(crate) struct CompareArgs {
    #[command(flatten)]
    reference: ReferenceArgs,
    /// Kinds of models, with settings if need be: weighted,logistic:l2=5,mlp:epochs=20
    #[arg(long, value_name = "NAME,NAME", value_delimiter = ',', default_values = ferrocyte::COMPARED_BY_DEFAULT)]
    models: Vec<ModelOptions>,
    #[command(flatten)]
    scoring: ScoringArgs,
    /// Write the run record to this file (`-`: standard output)
    #[arg(long, value_name = "FILE")]
    pub(crate) json: Option<PathBuf>,
    /// Write the report to this file
    #[arg(long, value_name = "FILE")]
    pub(crate) report: Option<PathBuf>,
}

impl CompareArgs {
    pub(crate) fn options(self, seed: u64) -> CompareOptions {
        let genes = self.reference.gene_choice();
        CompareOptions {
            models: self.models.into_iter().map(|model| model.on_genes(genes)).collect(),
            reference: self.reference.options(),
            scoring: self.scoring.options(),
            seed,
        }
    }
}
