//! Score a kind of model on cells that are held out of its training.

use ferrocyte_core::{CellStore, Flow, ModelSummary, Progress, RunRecord};
use ferrocyte_io::write::{LabelTable, WriteError};

use crate::auto_model::{AUTO_MODEL, choose_model, kinds_of_auto, setting_of_unknown_kind};
use crate::cell_names::CellNames;
use crate::compare::CompareError;
use crate::dataset::DataError;
use crate::label_noise::{self, LabelNoiseOptions};
use crate::memory::{Kind, Needs};
use crate::model_options::{ModelOptions, ModelOptionsError};
use crate::reference::{Reference, ReferenceOptions};
use crate::samples;
use crate::scoring::{ScoringError, ScoringOptions, fill, held_out};

/// What is scored, on what, and how.
#[derive(Debug, Clone, Default)]
pub struct EvaluateOptions {
    /// The labelled cells.
    pub reference: ReferenceOptions,
    /// The kind of model.
    pub model: ModelOptions,
    /// How cells are divided.
    pub scoring: ScoringOptions,
    /// Whether doubtful labels are looked for, and where they go.
    pub label_noise: Option<LabelNoiseOptions>,
    /// How often labels of samples are dealt anew to see what chance does, where samples are scored; 99 when `None`.
    pub permutations: Option<usize>,
    /// Seed of everything random.
    pub seed: u64,
}

/// Why an evaluation was refused or failed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum EvaluateError {
    /// The model's settings are out of range.
    #[error(transparent)]
    Model(#[from] ModelOptionsError),
    /// Settings of a kind that is not known yet.
    #[error("`auto` compares kinds of models with their default settings, found the setting `{setting}`")]
    AutoWithSettings {
        /// The setting.
        setting: String,
    },
    /// The kinds of models cannot be compared.
    #[error(transparent)]
    Compare(#[from] CompareError),
    /// The reference cannot be used.
    #[error("the reference cannot be used")]
    Reference(#[source] DataError),
    /// The scoring failed.
    #[error(transparent)]
    Scoring(#[from] ScoringError),
    /// Something that one kind of model does.
    #[error("{what} found by a kind of model that is named, found `auto`")]
    AutoWith {
        /// What is found, with its verb.
        what: &'static str,
    },
    /// Samples need to be held out, each once.
    #[error("samples are scored where each is held out once, not where one part is tested on")]
    SamplesOfTestPart,
    /// The doubtful labels cannot be written.
    #[error(transparent)]
    Write(#[from] WriteError),
}

/// Trains and scores a model in each fold; returns everything that was found. With [`AUTO_MODEL`] the kind is chosen anew
/// in each fold, by folds inside its training cells, and the scores are those of choosing.
///
/// # Errors
/// When a setting, the reference or the division into folds cannot be used.
pub fn evaluate(options: &EvaluateOptions, progress: &dyn Progress) -> Result<RunRecord, EvaluateError> {
    let trainer = if options.model.kind == AUTO_MODEL {
        if let Some(setting) = setting_of_unknown_kind(&options.model) {
            return Err(EvaluateError::AutoWithSettings { setting });
        }
        let asked = [
            (options.label_noise.is_some(), "doubtful labels are"),
            (!options.reference.unit.is_empty(), "votes of cells for their sample are"),
        ];
        if let Some((_, what)) = asked.into_iter().find(|(asked, _)| *asked) {
            return Err(EvaluateError::AutoWith { what });
        }
        None
    } else {
        Some(options.model.trainer()?)
    };
    if let Some(path) = options.label_noise.as_ref().and_then(|noise| noise.table.as_deref()) {
        LabelTable::check_name(path)?; // before hours of training
    }
    let needs = Needs {
        kinds: trainer.as_ref().map_or_else(kinds_of_auto, |trainer| vec![Kind::of(trainer.as_ref())]),
        scored: true,
        named: options.label_noise.is_some(),
    };
    let (reference, names) = match &options.label_noise {
        Some(_) => Reference::read_named(&options.reference, &needs, options.seed, progress),
        None => Reference::read(&options.reference, &needs, options.seed, progress)
            .map(|reference| (reference, CellNames::default())),
    }
    .map_err(EvaluateError::Reference)?;
    let mut record = RunRecord::new(Flow::Evaluate, crate::VERSION, options.seed);
    reference.begin_record(&mut record);
    if reference.samples.is_some() && reference.test_part.is_some() {
        return Err(EvaluateError::SamplesOfTestPart);
    }
    let Some(trainer) = trainer else {
        choose_model(&reference, options.model.genes, options.scoring, options.seed, progress, &mut record)?;
        return Ok(record);
    };
    record.choices.extend(options.model.choices(trainer.as_ref()));
    record.model = Some(ModelSummary {
        kind: trainer.kind().to_owned(),
        genes: reference.genes.len(),
        labels: reference.labels.set().names().to_vec(),
        training_cells: reference.cells.n_cells(),
    });
    let (folds, scored) =
        held_out(&reference, trainer.as_ref(), options.scoring, options.seed, progress, &mut record)?;
    if let Some(options) = &options.label_noise {
        label_noise::look(&reference, &names, &folds, &scored.result, options, &mut record)?;
    }
    if reference.samples.is_some() {
        let permutations = options.permutations.unwrap_or(samples::PERMUTATIONS);
        let trial =
            samples::Trial { trainer: trainer.as_ref(), folds: &folds, permutations, seed: options.seed };
        samples::score(&reference, &scored, &trial, progress, &mut record)?;
    }
    fill(&mut record, &reference, scored, options.seed)?;
    Ok(record)
}
