use std::path::PathBuf;

use ferrocyte::{ScoringOptions, TrainOptions};

use super::data::ReferenceArgs;
use super::model_settings::ModelSettingsArgs;
use super::scoring::ScoringArgs;

/// Train a model on a labelled reference and write it to a file, with its score on held-out cells
#[derive(Debug, clap::Args)]
pub(crate) struct TrainArgs {
    #[command(flatten)]
    reference: ReferenceArgs,
    #[command(flatten)]
    model: ModelSettingsArgs,
    #[command(flatten)]
    scoring: ScoringArgs,
    /// Leave each label out of the training too, and see whether its cells stand out as unknown: one more training for
    /// each label and each fold that holds cells of it
    #[arg(long, conflicts_with = "no_score")]
    unknown: bool,
    /// Share of the cells of each label whose prediction set is to hold it, from 0.5 to 0.99 [default: 0.9]
    #[arg(long, value_name = "SHARE", conflicts_with = "no_score")]
    coverage: Option<f64>,
    /// Train only: the model then carries no score of how well it does on held-out cells
    #[arg(long)]
    no_score: bool,
    /// Keep up to N cells of each class in the model file, spread over the groups: `annotate --adapt` then needs no
    /// reference. For models of kind weighted
    #[arg(long, value_name = "N")]
    sketch: Option<usize>,
    /// The model file to write
    #[arg(long, short, value_name = "MODEL")]
    output: PathBuf,
    /// Go on with a training that was broken off, from MODEL.checkpoint; the model is the same as without the break
    #[arg(long)]
    resume: bool,
    /// Write the run record to this file (`-`: standard output)
    #[arg(long, value_name = "FILE")]
    pub(crate) json: Option<PathBuf>,
    /// Write the report to this file
    #[arg(long, value_name = "FILE")]
    pub(crate) report: Option<PathBuf>,
}

impl TrainArgs {
    pub(crate) fn options(self, seed: u64) -> TrainOptions {
        TrainOptions {
            model: self.model.options().on_genes(self.reference.gene_choice()),
            reference: self.reference.options(),
            scoring: (!self.no_score).then(|| ScoringOptions {
                unknown: self.unknown,
                coverage: self.coverage,
                ..self.scoring.options()
            }),
            seed,
            sketch: self.sketch,
            output: self.output,
            resume: self.resume,
        }
    }
}
