//! Train a model on a labelled reference and write it to a file, with its score on held-out cells.

use std::path::PathBuf;

use ferrocyte_core::{
    Calibration, CellStore, Choice, Flow, HonestScores, MODEL_FORMAT_VERSION, ModelHeader, ModelSummary,
    OutputRecord, Preprocessing, Progress, RunRecord, SourceError, TargetSum, TrainingFile,
    TrainingProvenance, Vocabulary,
};
use ferrocyte_io::bundle::write_model;
use ferrocyte_io::write::WriteError;
use ferrocyte_learn::models::{Classifier, FitError, GeneMeans, Sketch, SketchError, Train, Weighted};
use ferrocyte_learn::{LabelledCells, LabelledCellsError, sample};

use crate::auto_model::{AUTO_MODEL, choose_model, kinds_of_auto, setting_of_unknown_kind};
use crate::checkpoint::{FileCheckpoints, ResumeError};
use crate::choices::choice;
use crate::compare::CompareError;
use crate::dataset::{DataError, file_name};
use crate::memory::{Kind, Needs};
use crate::model_options::{ModelOptions, ModelOptionsError};
use crate::reference::{Reference, ReferenceOptions, other_names_of};
use crate::scoring::{Learnt, ScoringError, ScoringOptions, score};

/// What a model file calls the cells that are kept in it.
pub const SKETCH_SETTING: &str = "sketch of the reference";

/// What is trained, on what, and where it is written.
#[derive(Debug, Clone, Default)]
pub struct TrainOptions {
    /// The labelled cells.
    pub reference: ReferenceOptions,
    /// The kind of model.
    pub model: ModelOptions,
    /// How the model's honest score is found; `None` leaves it out.
    pub scoring: Option<ScoringOptions>,
    /// Seed of everything random.
    pub seed: u64,
    /// Keep so many cells of each label in the model file, so that it can be adapted to a query without the reference.
    pub sketch: Option<usize>,
    /// The model file.
    pub output: PathBuf,
    /// Go on with a training that was broken off: kinds that are trained in epochs keep their state beside the model
    /// file, as `OUTPUT.checkpoint`, until they are done. The model is the same, byte by byte, as without the break.
    pub resume: bool,
}

/// Why a training was refused or failed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TrainError {
    /// A sketch without cells.
    #[error("a sketch has at least 1 cell of each class, found 0")]
    EmptySketch,
    /// A sketch of no use.
    #[error("a sketch is for adapting to a query, which models of kind `weighted` can, found `{found}`")]
    SketchKind {
        /// The kind.
        found: String,
    },
    /// The sketch cannot be made.
    #[error("the sketch of the reference cannot be kept")]
    Sketch(#[from] SketchError),
    /// The model's settings are out of range.
    #[error(transparent)]
    Model(#[from] ModelOptionsError),
    /// Nothing to choose by.
    #[error("`auto` chooses the kind of model by its score on held-out cells, which was left out")]
    AutoWithoutScore,
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
    /// The cells cannot be read again.
    #[error("the cells cannot be read")]
    Read(#[source] SourceError),
    /// The cells cannot be trained on.
    #[error("the reference cannot be trained on")]
    Cells(#[from] LabelledCellsError),
    /// The scoring failed.
    #[error(transparent)]
    Scoring(#[from] ScoringError),
    /// The training cannot go on where it was broken off.
    #[error(transparent)]
    Resume(#[from] ResumeError),
    /// The training failed.
    #[error("training failed")]
    Fit(#[from] FitError),
    /// The model cannot be written.
    #[error(transparent)]
    Write(#[from] WriteError),
}

/// Trains a model and writes it; returns everything that was found.
///
/// # Errors
/// When a setting or the reference cannot be used, or the file cannot be written; nothing is written then.
pub fn train(options: &TrainOptions, progress: &dyn Progress) -> Result<RunRecord, TrainError> {
    let named = trainer_if_named(options)?;
    check_sketch(options.sketch, named.as_deref())?;
    let needs = Needs {
        kinds: named.as_ref().map_or_else(kinds_of_auto, |trainer| vec![Kind::of(trainer.as_ref())]),
        scored: options.scoring.is_some(),
        named: false,
    };
    let reference =
        Reference::read(&options.reference, &needs, options.seed, progress).map_err(TrainError::Reference)?;
    let mut record = RunRecord::new(Flow::Train, crate::VERSION, options.seed);
    reference.begin_record(&mut record);
    let (trainer, mut learnt) = if let Some(trainer) = named {
        record.choices.extend(options.model.choices(trainer.as_ref()));
        (trainer, Learnt::nothing())
    } else {
        let scoring = options.scoring.ok_or(TrainError::AutoWithoutScore)?;
        choose_model(&reference, options.model.genes, scoring, options.seed, progress, &mut record)?
    };
    let mut checkpoints =
        FileCheckpoints::open(&options.output, trainer.as_ref(), &mut record, options.resume)?;
    // Kinds that were compared have their score by now.
    if let Some(scoring) = options.scoring.filter(|_| record.comparison.is_none()) {
        learnt = score(&reference, trainer.as_ref(), scoring, options.seed, progress, &mut record)?;
    }

    let cells = LabelledCells::of_store(&reference.cells, &reference.labels)?;
    let fit = trainer.fit_with(&cells, &reference.genes, options.seed, progress, &mut checkpoints)?;
    record.warnings.extend(fit.warnings);
    record.training = Some(fit.training);
    let sketch = match options.sketch {
        Some(most) => {
            check_sketch(options.sketch, Some(trainer.as_ref()))?;
            let sketch = sketch_of(&reference, fit.model.genes(), most, options.seed)?;
            record.choices.push(sketch_choice(&sketch, most, &reference));
            Some(sketch)
        }
        None => None,
    };
    let uncalibrated = header(options, &reference, trainer.as_ref(), fit.model.as_ref(), &record);
    let header = ModelHeader { calibration: learnt.calibration, ..uncalibrated };
    let means = GeneMeans::of(&cells, &reference.genes, fit.model.genes())?;
    let mut arrays = means.beside(&fit.model.to_arrays());
    if let Some(known_cells) = learnt.known_cells {
        arrays = known_cells.beside(&arrays);
    }
    if let Some(sets) = learnt.sets {
        arrays = sets.beside(&arrays);
    }
    if let Some(sketch) = sketch {
        arrays = sketch.beside(&arrays);
    }
    write_model(&options.output, &header, &arrays)?;
    checkpoints.finish();

    record.model = Some(ModelSummary {
        kind: header.kind,
        genes: header.genes.len(),
        labels: header.labels.names().to_vec(),
        training_cells: reference.cells.n_cells(),
    });
    record.outputs.push(OutputRecord { role: "model".to_owned(), file: file_name(&options.output) });
    Ok(record)
}

/// The trainer that was named; `None` where the data is to choose.
fn trainer_if_named(options: &TrainOptions) -> Result<Option<Box<dyn Train>>, TrainError> {
    if options.model.kind != AUTO_MODEL {
        return Ok(Some(options.model.trainer()?));
    }
    if let Some(setting) = setting_of_unknown_kind(&options.model) {
        return Err(TrainError::AutoWithSettings { setting });
    }
    if options.scoring.is_none() {
        return Err(TrainError::AutoWithoutScore);
    }
    Ok(None)
}

/// Checks that a sketch that is asked for has cells, and a model that it is of use to.
fn check_sketch(sketch: Option<usize>, trainer: Option<&dyn Train>) -> Result<(), TrainError> {
    match (sketch, trainer) {
        (Some(0), _) => Err(TrainError::EmptySketch),
        (Some(_), Some(trainer)) if trainer.kind() != Weighted::KIND => {
            Err(TrainError::SketchKind { found: trainer.kind().to_owned() })
        }
        _ => Ok(()),
    }
}

/// Cells of each label on the genes of the model, from all groups in turn.
fn sketch_of(
    reference: &Reference,
    genes: &Vocabulary,
    most: usize,
    seed: u64,
) -> Result<Sketch, TrainError> {
    let cells = sample::spread_per_class(&reference.labels, reference.groups.as_ref(), most, seed);
    let columns: Vec<u32> =
        genes.names().iter().filter_map(|name| reference.genes.find(name)).map(|gene| gene.0).collect();
    let on_genes = reference.cells.copy(&cells).map_err(TrainError::Read)?.select_genes(&columns);
    Ok(Sketch::new(&on_genes, reference.labels.select(&cells))?)
}

/// How large a sketch is, and what it is for.
fn sketch_choice(sketch: &Sketch, most: usize, reference: &Reference) -> Choice {
    let spread = if reference.groups.is_some() { ", from all groups in turn" } else { "" };
    choice(
        SKETCH_SETTING,
        format!("{} cells, at most {most} of each class{spread}", sketch.labels().len()),
        true,
        "kept in the model file, so that the model can be adapted to a query without the reference: the file holds \
         measured cells, and can be shared no further than those",
    )
}

/// Everything about the model but its numbers.
fn header(
    options: &TrainOptions,
    reference: &Reference,
    trainer: &dyn Train,
    model: &dyn Classifier,
    record: &RunRecord,
) -> ModelHeader {
    let scores = match (&record.splits, record.metrics_plain, record.fold_mean) {
        (Some(splits), Some(metrics), Some(fold_mean)) => {
            Some(HonestScores { splits: splits.clone(), metrics, fold_mean })
        }
        _ => None,
    };
    let group_names = reference.groups.as_ref().map(|groups| groups.set().names().to_vec());
    ModelHeader {
        format_version: MODEL_FORMAT_VERSION,
        kind: trainer.kind().to_owned(),
        settings: trainer.settings(),
        genes: model.genes().names().to_vec(),
        other_gene_names: other_gene_names(model.genes(), reference),
        labels: model.labels().clone(),
        hierarchy: reference.hierarchy.clone().filter(|_| model.labels() == reference.labels.set()),
        preprocessing: Preprocessing {
            target_sum: TargetSum::CP10K,
            library_size_column: reference.library_size.clone(),
        },
        calibration: Calibration::None,
        training: TrainingProvenance {
            ferrocyte_version: crate::VERSION.to_owned(),
            seed: options.seed,
            files: (reference.inputs.iter())
                .map(|input| TrainingFile { file: input.file.clone(), sha256: input.sha256.clone() })
                .collect(),
            cells: reference.cells.n_cells(),
            cells_per_label: reference.labels.counts(),
            label_column: reference.summary.label_column.clone().unwrap_or_default(),
            group_column: options.reference.group.clone(),
            study_column: options.reference.study.clone(),
            groups: group_names.unwrap_or_default(),
            choices: record.choices.clone(),
            converged: record.training.as_ref().is_some_and(|training| training.converged),
        },
        scores,
    }
}

/// What else the reference calls the genes of the model; nothing at all where it has no other names.
fn other_gene_names(genes: &Vocabulary, reference: &Reference) -> Vec<String> {
    let names = other_names_of(genes, &reference.genes, &reference.other_gene_names);
    if names.iter().all(String::is_empty) { Vec::new() } else { names }
}
