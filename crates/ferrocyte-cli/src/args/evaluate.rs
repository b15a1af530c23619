use std::path::PathBuf;

use ferrocyte::{EvaluateOptions, LabelNoiseOptions, ReferenceOptions, ScoringOptions};

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
    /// List cells whose given label the models that never saw them find very unlikely
    #[arg(long)]
    label_noise: bool,
    /// Write all of these cells to this file, the most doubtful first (.csv, .tsv, with or without .gz)
    #[arg(long, value_name = "FILE")]
    label_noise_table: Option<PathBuf>,
    #[command(flatten)]
    samples: SampleArgs,
    /// Write the run record to this file (`-`: standard output)
    #[arg(long, value_name = "FILE")]
    pub(crate) json: Option<PathBuf>,
    /// Write the report to this file
    #[arg(long, value_name = "FILE")]
    pub(crate) report: Option<PathBuf>,
}

/// Scores of samples beside those of cells.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "Samples, not only cells")]
struct SampleArgs {
    /// Score samples too: the cells with one entry in these columns are one sample with one label, as in `--label disease --unit
    /// donor` or `--label condition --unit donor,condition --group donor`. Without --group no sample is trained on and scored on
    #[arg(long, value_name = "COLUMNS", value_delimiter = ',')]
    unit: Vec<String>,
    /// Column with the types of cells, given or predicted: what a sample consists of is then scored as a baseline, and profiles
    /// are taken type by type
    #[arg(long, value_name = "COLUMN", requires = "unit")]
    cell_types: Option<String>,
    /// Deal the labels of the samples anew N times to see what chance does [default: 99]
    #[arg(long, value_name = "N", requires = "unit", value_parser = clap::value_parser!(u32).range(0..=100_000))]
    permutations: Option<u32>,
}

impl EvaluateArgs {
    pub(crate) fn options(self, seed: u64) -> EvaluateOptions {
        let SampleArgs { unit, cell_types, permutations } = self.samples;
        let Self { label_noise, label_noise_table, unknown, coverage, .. } = self;
        let label_noise = (label_noise || label_noise_table.is_some())
            .then_some(LabelNoiseOptions { table: label_noise_table });
        EvaluateOptions {
            label_noise,
            model: self.model.options().on_genes(self.reference.gene_choice()),
            reference: ReferenceOptions { unit, cell_types, ..self.reference.options() },
            permutations: permutations.map(|n| n as usize),
            scoring: ScoringOptions { unknown, coverage, ..self.scoring.options() },
            seed,
        }
    }
}
