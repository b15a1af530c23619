//! Give every cell of a query a label.

use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use ferrocyte_core::{
    Calibration, Choice, DataSummary, Flow, GeneIndex, GeneMap, Hierarchy, InputRecord, LabelError, LabelSet,
    Labels, ModelHeader, ModelSummary, OutputRecord, Progress, RunRecord, Scores, Species, Warning,
};
use ferrocyte_io::Format;
use ferrocyte_io::hash::{HashError, sha256_file};
use ferrocyte_io::write::{EarlyCopy, WriteError};
use ferrocyte_learn::back_off::{DEFAULT_BACK_OFF, is_back_off_threshold};
use ferrocyte_learn::calibrate;
use ferrocyte_learn::conformal::{Rule, Thresholds};
use ferrocyte_learn::decide::{Decision, decide, reject};
use ferrocyte_learn::evaluate::{self, Answers, AnswersError};
use ferrocyte_learn::models::{Classifier, PredictError};
use ferrocyte_learn::unknown::KnownCells;

use crate::adapt::{self, AdaptError, AdaptOptions};
use crate::choices::{self, choice, detected};
use crate::conformal::is_target;
use crate::dataset::{DataError, DataOptions, Dataset, QUERY, Step, file_name};
use crate::duplicates::Fingerprints;
use crate::entries::Entries;
use crate::explain::{ExplainError, ExplainOptions, Explaining, Groups, weights_of};
use crate::genes::{self, DEFAULT_MIN_COVERAGE};
use crate::group_columns::{self, GroupColumn};
use crate::input_file::{self, InputFile, LabelSource};
use crate::label_check::{label_of, spelt_alike};
use crate::memory::{self, ByteSize, MemoryError};
use crate::model_file::{ModelError, OpenedModel, open_model};
use crate::predictions::{OutputKind, OutputKindError, Predictions, Scored};
use crate::scale::convert::NormBlock;
use crate::scale::found::{self, Found};
use crate::scoring::judged;
use crate::shard::Shard;

/// What is annotated, by which model, and where the labels go.
#[derive(Debug, Clone, Default)]
pub struct AnnotateOptions {
    /// The query.
    pub query: DataOptions,
    /// The model file.
    pub model: PathBuf,
    /// Files to write: the query with columns added (.h5ad) or tables (.csv, .tsv, with or without .gz).
    pub outputs: Vec<PathBuf>,
    /// Text before the name of each column that is added.
    pub prefix: String,
    /// Column of the query with labels to score the new ones against.
    pub truth: Option<String>,
    /// The least share of the model's decisions that must rest on genes which the query has; 0.2 when `None`.
    pub min_coverage: Option<f64>,
    /// The least probability of a name in `backed_off_label`, for models with wider names above their labels.
    pub back_off: Option<f64>,
    /// Give no label to cells whose unknown score is over that of all but this share of known cells: 0.05 loses about one
    /// in twenty cells of labels that the model knows. `None` labels every cell that has counts.
    pub reject_unknown: Option<f64>,
    /// Write a prediction set for each cell, which is to hold the right label for this share of the cells of each label,
    /// from 0.5 to 0.99.
    pub coverage: Option<f64>,
    /// Let the share hold in nearly every group (donor), as far as those of the reference can say: larger sets. Needs a model
    /// that was trained with groups.
    pub coverage_in_groups: bool,
    /// Let the model learn from the query too, which makes labels depend on all of its cells; `None` labels each cell
    /// on its own.
    pub adapt: Option<AdaptOptions>,
    /// Say which genes pushed cells to their labels.
    pub explain: Option<ExplainOptions>,
    /// Memory that the run may take: what needs more is refused before it starts.
    pub memory: Option<ByteSize>,
    /// Label and write only a part of the cells. Scale, library sizes and warnings about the query rest on all of them, as in
    /// every other part, so that the tables of all parts, one below the other, are that of the whole.
    pub shard: Option<Shard>,
}

/// Why an annotation was refused or failed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AnnotateError {
    /// The run would take too much memory.
    #[error(transparent)]
    Memory(#[from] MemoryError),
    /// The output cannot be written in this form.
    #[error(transparent)]
    Output(#[from] OutputKindError),
    /// The model cannot be used.
    #[error("the model cannot be used")]
    Model(#[from] ModelError),
    /// The model file cannot be hashed.
    #[error(transparent)]
    Hash(#[from] HashError),
    /// The query cannot be used.
    #[error("the query cannot be used")]
    Query(#[from] DataError),
    /// The least share of the genes' weight makes no sense.
    #[error("expected a least coverage between 0 and 1, found {found}")]
    MinCoverage {
        /// The share.
        found: f64,
    },
    /// The least probability of a wider name makes no sense.
    #[error("expected a probability above 0.5 and at most 1 to back off at, found {found}")]
    BackOff {
        /// The probability.
        found: f64,
    },
    /// There is nothing to back off to.
    #[error(
        "the model has no wider names above its labels to back off to: it was trained without levels and without an ontology"
    )]
    NoHierarchy,
    /// The share of known cells that may be lost makes no sense.
    #[error("expected a share of known cells that may be lost above 0 and below 1, found {found}")]
    RejectUnknown {
        /// The share.
        found: f64,
    },
    /// Nothing says what is usual among known cells.
    #[error("cells that are like no label cannot be rejected: {why}")]
    NoKnownCells {
        /// Why not, and what helps.
        why: &'static str,
    },
    /// No prediction sets are made with such a coverage.
    #[error("expected a coverage of prediction sets from 0.5 to 0.99, found {found}")]
    Coverage {
        /// The coverage.
        found: f64,
    },
    /// Nothing says how probable right labels are.
    #[error("there are no prediction sets: {why}")]
    NoSets {
        /// Why not, and what helps.
        why: &'static str,
    },
    /// What is asked for takes all cells.
    #[error("{what} takes all cells, and --shard labels a part of them: {help}")]
    Shard {
        /// What was asked for.
        what: &'static str,
        /// What to do.
        help: &'static str,
    },
    /// The query has too little of what the model knows.
    #[error(transparent)]
    TooFewGenes(Box<TooFewGenes>),
    /// Query and model are of two species.
    #[error(transparent)]
    OtherSpecies(Box<OtherSpecies>),
    /// The model cannot be adapted to the query.
    #[error(transparent)]
    Adapt(#[from] AdaptError),
    /// The labels cannot be explained.
    #[error(transparent)]
    Explain(#[from] ExplainError),
    /// The model cannot score the cells.
    #[error("the cells cannot be scored")]
    Predict(#[from] PredictError),
    /// The labels cannot be scored against the truth.
    #[error("the labels cannot be scored against the truth")]
    Judge(#[from] AnswersError),
    /// The labels of the truth cannot be used.
    #[error("the labels of the truth cannot be used")]
    Truth(#[from] LabelError),
    /// The labels cannot be written.
    #[error(transparent)]
    Write(#[from] WriteError),
}

/// A query with too little of what a model knows, and how the genes of both are called.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error(
    "`{file}` has {shared_genes} of the model's {model_genes} genes, {:.1} % of what its decisions rest on; at least \
     {:.0} % and {} genes are needed: expected names like {expected}, found names like {found}",
    100.0 * share,
    100.0 * min_coverage,
    genes::FEWEST_GENES
)]
pub struct TooFewGenes {
    /// The file.
    pub file: String,
    /// Genes of the model that the query has.
    pub shared_genes: usize,
    /// Genes of the model.
    pub model_genes: usize,
    /// What of the model's decisions rests on them.
    pub share: f64,
    /// What of them must.
    pub min_coverage: f64,
    /// Genes of the model.
    pub expected: String,
    /// Genes of the query.
    pub found: String,
}

/// A query and a model of two species.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error(
    "`{file}` has the genes of {query} and the model those of {model}: expected names like {expected}, found names like {found}"
)]
pub struct OtherSpecies {
    /// The file.
    pub file: String,
    /// Species of the model.
    pub model: Species,
    /// Species of the query.
    pub query: Species,
    /// Genes of the model.
    pub expected: String,
    /// Genes of the query.
    pub found: String,
}

/// Labels the cells of the query and writes them; returns everything that was found.
///
/// # Errors
/// When model, query or an output cannot be used; an output that could not be finished is not there.
pub fn annotate(options: &AnnotateOptions, progress: &dyn Progress) -> Result<RunRecord, AnnotateError> {
    let n_files = input_file::expand(&options.query.files).map_err(DataError::from)?.len();
    let kinds = OutputKind::of_all(&options.outputs, n_files)?;
    check_shard(options, &kinds)?;
    let opened = open_model(&options.model)?;
    let header = &opened.header;
    let back_off = back_off(options.back_off, header)?;
    let mut record = RunRecord::new(Flow::Annotate, crate::VERSION, header.training.seed);
    let mut query = Dataset::open(&options.query, QUERY)?;
    memory::check_query(options.memory, &query, header, options.adapt.is_some())?;
    begin_record(&mut record, &mut query, options, header)?;
    let genes = match_genes(&query, header, opened.model.as_ref(), options, &mut record)?;
    let truth = truth(&query, options)?;
    let groups = explained_groups(&query, opened.model.as_ref(), options)?;
    let adapted = match &options.adapt {
        Some(adapt) => adapt::adapt(adapt, &query, &options.query.open, &opened, progress, &mut record)?,
        None => None,
    };
    let labeller = match &adapted {
        Some(adapted) => Labeller {
            maps: &adapted.maps,
            model: &adapted.model,
            opened: None,
            calibration: &Calibration::None,
            known_cells: None,
            lacking: Mutex::default(),
        },
        None => Labeller::new(&opened, &genes.maps),
    };

    let threshold = unknown_threshold(options, &labeller, &mut record)?;
    let sets = set_thresholds(options, &labeller, &mut record)?;
    let files = query.files.iter().map(|file| file.cells.len());
    let cells = options.shard.map_or(0..query.n_cells(), |shard| shard.cells(query.n_cells()));
    record.choices.extend(options.shard.map(|shard| shard_choice(shard, &cells, query.n_cells())));
    let labels = labeller.model.labels().clone();
    let mut predictions = Predictions::new(labels, files, cells.start, truth.is_some(), sets);
    if let Some((hierarchy, threshold)) = back_off.filter(|_| *labeller.model.labels() == header.labels) {
        record.choices.push(back_off_choice(&hierarchy, threshold, options.back_off.is_some()));
        predictions = predictions.with_hierarchy(hierarchy, threshold);
    }
    let mut explaining = match &options.explain {
        Some(_) => {
            let typical = opened.means.as_ref().filter(|_| adapted.is_none());
            Some(Explaining::new(labeller.model, header, typical, labeller.maps, groups)?)
        }
        None => None,
    };
    let mut copies = begin_copies(&kinds, options, &query)?;
    let mut kept = Kept {
        predictions: &mut predictions,
        explaining: explaining.as_mut(),
        threshold,
        cells: cells.clone(),
    };
    let non_zeros = score_cells(&query, &labeller, header, progress, &mut kept, &mut record)?;
    if let Some(explaining) = &explaining {
        predictions.name_genes(explaining.column());
        record.explanations = Some(explaining.record());
    }
    predictions.note_few_genes(&genes.few);
    if let Some(adapted) = &adapted {
        predictions.note_all(&adapted.note);
    }

    record.data = DataSummary {
        cells_in_files: query.n_cells_in_files(),
        cells_used: cells.len(),
        genes: query.n_genes(),
        non_zeros,
        label_column: options.truth.clone(),
        ..DataSummary::default()
    };
    record.predictions = Some(predictions.summary());
    predictions.warn(&mut record.warnings);
    record.warnings.extend(query.repeated_cell_names()?);
    if let Some(truth) = truth {
        let donors = group_columns::donor_like(&query, &[options.truth.as_deref()]);
        compare(&truth, &predictions, donors.first(), &mut record)?;
    }
    for ((path, kind), copy) in options.outputs.iter().zip(kinds).zip(&mut copies) {
        progress.begin("writing", 1);
        predictions.write(kind, path, copy.take(), &query, &options.prefix, &record)?;
        progress.finish();
        let role = if kind == OutputKind::H5ad { "annotated data" } else { "labels" };
        record.outputs.push(OutputRecord { role: role.to_owned(), file: file_name(path) });
    }
    Ok(record)
}

/// Begins to copy the query for each output that is a copy of it: its bytes are on their way to the disk while its cells are
/// scored.
fn begin_copies(
    kinds: &[OutputKind],
    options: &AnnotateOptions,
    query: &Dataset,
) -> Result<Vec<Option<EarlyCopy>>, WriteError> {
    let file = query.files.first().filter(|file| file.content.format() == Format::H5ad);
    let begin = |(kind, path): (&OutputKind, &PathBuf)| match file {
        Some(file) if *kind == OutputKind::H5ad => EarlyCopy::begin(&file.path, path).map(Some),
        _ => Ok(None),
    };
    kinds.iter().zip(&options.outputs).map(begin).collect()
}

/// The wider names of the model and the least probability of one; `None` where the model has none and none are asked for.
fn back_off(asked: Option<f64>, header: &ModelHeader) -> Result<Option<(Hierarchy, f64)>, AnnotateError> {
    let threshold = asked.unwrap_or(DEFAULT_BACK_OFF);
    if !is_back_off_threshold(threshold) {
        return Err(AnnotateError::BackOff { found: threshold });
    }
    match (&header.hierarchy, asked) {
        (Some(hierarchy), _) => Ok(Some((hierarchy.clone(), threshold))),
        (None, Some(_)) => Err(AnnotateError::NoHierarchy),
        (None, None) => Ok(None),
    }
}

/// Refuses what a part of the cells cannot give.
fn check_shard(options: &AnnotateOptions, kinds: &[OutputKind]) -> Result<(), AnnotateError> {
    if options.shard.is_none() {
        return Ok(());
    }
    let labels = options.query.files.iter().any(|file| file.label.is_some());
    let (what, help) = if kinds.contains(&OutputKind::H5ad) {
        ("an .h5ad output", "write a .csv or .tsv")
    } else if options.truth.is_some() || options.query.label_from_name.is_some() || labels {
        ("a score against known labels", "leave the labels out, and score the whole query")
    } else if options.explain.is_some() {
        ("an explanation of labels", "leave out --explain and --explain-by")
    } else {
        return Ok(());
    };
    Err(AnnotateError::Shard { what, help })
}

fn shard_choice(shard: Shard, cells: &Range<usize>, n_cells: usize) -> Choice {
    choice(
        "shard",
        format!("{shard}: cells {} to {} of {n_cells}", cells.start + 1, cells.end),
        true,
        "only these cells are labelled; the scale of the numbers and the warnings about the query rest on all of them, so          that every shard is read as the whole is",
    )
}

fn back_off_choice(hierarchy: &Hierarchy, threshold: f64, by_flag: bool) -> Choice {
    choice(
        "back off",
        format!("to a name of probability {threshold} or more, {}", hierarchy.source()),
        by_flag,
        "a cell that is sure of being a T cell, but not of which kind, has the wider name in `backed_off_label`; \
         `predicted_labels` has the most probable label in any case",
    )
}

/// Puts what is read, how and why into the record; takes library sizes from the column that the model was trained
/// with, where the query has it.
fn begin_record(
    record: &mut RunRecord,
    query: &mut Dataset,
    options: &AnnotateOptions,
    header: &ModelHeader,
) -> Result<(), AnnotateError> {
    record.inputs.extend(query.files.iter().map(|file| file.input.clone()));
    let digest = sha256_file(&options.model)?;
    record.inputs.push(InputRecord {
        role: "model".to_owned(),
        file: file_name(&options.model),
        format: "ferrocyte model".to_owned(),
        sha256: digest.hex,
        bytes: digest.bytes,
        reading: format!(
            "{} with {} genes and {} labels",
            header.kind,
            header.genes.len(),
            header.labels.len()
        ),
    });
    record.model = Some(ModelSummary {
        kind: header.kind.clone(),
        genes: header.genes.len(),
        labels: header.labels.names().to_vec(),
        training_cells: header.training.cells,
    });
    record.choices.extend(choices::way_round(&options.query.open));
    if !options.query.filter.is_empty() {
        let value = options.query.filter.to_string();
        record.choices.push(choice("cells", value, true, "only these cells were asked for"));
    }
    if let (None, Some(column)) = (&options.query.library_size, &header.preprocessing.library_size_column)
        && query.has_column(column)
    {
        query.use_library_size(column);
    }
    record.choices.push(choices::normalisation(header.preprocessing.target_sum));
    Ok(())
}

/// Where the genes of each file are in the model.
struct MatchedFiles {
    maps: Vec<GeneMap>,
    /// For each file, whether it has so few of the model's genes that every label says so.
    few: Vec<Option<String>>,
}

/// Finds the genes of each file in the model: stops at too few and at another species, warns at few.
fn match_genes(
    query: &Dataset,
    header: &ModelHeader,
    model: &dyn Classifier,
    options: &AnnotateOptions,
    record: &mut RunRecord,
) -> Result<MatchedFiles, AnnotateError> {
    let min_coverage = options.min_coverage.unwrap_or(DEFAULT_MIN_COVERAGE);
    if !(0.0..=1.0).contains(&min_coverage) {
        return Err(AnnotateError::MinCoverage { found: min_coverage });
    }
    let (vocabulary, others) = (model.genes(), header.other_gene_names.as_slice());
    let weights = model.gene_weights();
    let mut matched = MatchedFiles { maps: Vec::new(), few: Vec::new() };
    for file in &query.files {
        let var = file.var().map_err(DataError::from)?;
        let found = genes::find_genes(&var, &query.gene_names, |table| {
            GeneIndex::with_table_if_any(vocabulary, others, table)
        });
        let coverage = found.coverage(vocabulary, weights.as_deref());
        let some = |names: &[String]| crate::hint::list(&names[..names.len().min(3)]);
        let (expected, names) = (some(vocabulary.names()), some(found.names()));
        if let Some((query, model)) = found.map.other_species() {
            let file = file.name();
            return Err(AnnotateError::OtherSpecies(Box::new(OtherSpecies {
                file,
                model,
                query,
                expected,
                found: names,
            })));
        }
        if genes::too_few(&coverage, min_coverage) {
            return Err(AnnotateError::TooFewGenes(Box::new(TooFewGenes {
                file: file.name(),
                shared_genes: coverage.shared_genes,
                model_genes: coverage.model_genes,
                share: coverage.decisive_share(),
                min_coverage,
                expected,
                found: names,
            })));
        }
        let few = genes::few_genes(&file.name(), &coverage);
        matched.few.push(few.is_some().then(|| {
            format!(
                "labelled by {:.0} % of what the model's decisions rest on",
                100.0 * coverage.decisive_share()
            )
        }));
        record.warnings.extend(few);
        record.warnings.extend(genes::weak_matches(&file.name(), &coverage));
        matched.maps.push(found.map);
        // The worst file speaks for all.
        if record.coverage.as_ref().is_none_or(|known| coverage.decisive_share() < known.decisive_share()) {
            record.coverage = Some(coverage);
        }
    }
    record.choices.extend(record.coverage.as_ref().map(genes::matching_choice));
    record.choices.push(choice(
        "least coverage",
        format!("{min_coverage}"),
        options.min_coverage.is_some(),
        "below this share of what a model's decisions rest on, a label says more about what is missing than about the cell",
    ));
    Ok(matched)
}

/// A file, and the model for what it lacks; `None` where the model itself is for it.
type OfFile = (usize, Option<Arc<dyn Classifier>>);

/// The model for the cells of each file, which may lack genes that others have.
struct Labeller<'a> {
    /// For each file, where its genes are in the model.
    maps: &'a [GeneMap],
    model: &'a dyn Classifier,
    /// What the model was opened from; none where it was made for the query.
    opened: Option<&'a OpenedModel>,
    /// What is made of the model's probabilities; nothing where it was made for the query.
    calibration: &'a Calibration,
    /// What is usual among cells of its labels; nothing where it was made for the query, or nobody looked.
    known_cells: Option<&'a KnownCells>,
    /// The file that is being read, and the model for what it lacks.
    lacking: Mutex<Option<OfFile>>,
}

impl<'a> Labeller<'a> {
    fn new(opened: &'a OpenedModel, maps: &'a [GeneMap]) -> Self {
        let calibration = &opened.header.calibration;
        let known_cells = opened.known_cells.as_ref();
        Self {
            maps,
            model: opened.model.as_ref(),
            opened: Some(opened),
            calibration,
            known_cells,
            lacking: Mutex::default(),
        }
    }

    /// The model for the cells of a file that lacks genes; `None` where the model itself does. Files come one after the
    /// other, so one such model is kept.
    fn lacking(&self, file: usize) -> Option<Arc<dyn Classifier>> {
        // A thread that panicked left what was there before.
        let mut lacking = self.lacking.lock().unwrap_or_else(PoisonError::into_inner);
        match &*lacking {
            Some((of, model)) if *of == file => model.clone(),
            _ => {
                let opened = self.opened.zip(self.maps.get(file));
                let model = opened.and_then(|(opened, map)| opened.lacking(map)).map(Arc::from);
                *lacking = Some((file, model.clone()));
                model
            }
        }
    }

    /// Scores some cells and decides on them, where some of those that are `labelled`, among all that are used, are among them.
    fn label(
        &self,
        block: NormBlock,
        threshold: Option<f64>,
        labelled: &Range<usize>,
    ) -> Result<Labelled, PredictError> {
        let end = block.first + block.cells.n_cells();
        let place = |cell: usize| cell.clamp(block.first, end) - block.first;
        let wanted = place(labelled.start)..place(labelled.end);
        if wanted.is_empty() {
            return Ok(Labelled {
                block,
                wanted,
                scores: Scores::default(),
                agreement: None,
                strangeness: None,
                decisions: Vec::new(),
            });
        }
        let lacking = self.lacking(block.file);
        let model = lacking.as_deref().unwrap_or(self.model);
        let mut scores = Scores::default();
        let agreement = model.probabilities_and_agreement(&block.cells, &mut scores)?;
        // Before calibration, which knows only of the labels.
        let strangeness = self.known_cells.map(|known| known.score_all(&scores));
        calibrate::apply(self.calibration, &mut scores);
        let mut decisions = decide(&block.cells, &scores, block.sizes.as_slice());
        if let (Some(strangeness), Some(threshold)) = (&strangeness, threshold) {
            reject(&mut decisions, strangeness, threshold);
        }
        Ok(Labelled { block, wanted, scores, agreement, strangeness, decisions })
    }

    /// What a gene counts that a file lacks, where one does.
    fn choice(&self) -> Option<Choice> {
        let opened = self.opened?;
        let lacks = |map: &&GeneMap| map.n_found() < map.n_model_genes();
        let lacking = self.maps.iter().find(lacks)?;
        let (value, reason) = if opened.lacking(lacking).is_some() {
            (
                "as in a typical cell of the reference, less where a cell shows less of the others",
                "a gene that was not measured is not absent: taken for zero, missing markers make every cell look like the \
                 labels that are told by what is absent",
            )
        } else {
            ("zero", "the model file does not say what else they could be")
        };
        Some(detected("genes that the query lacks", value, reason))
    }
}

/// Cells that were scored.
struct Labelled {
    block: NormBlock,
    /// Those of the cells that are labelled.
    wanted: Range<usize>,
    /// Calibrated.
    scores: Scores,
    agreement: Option<Vec<f64>>,
    strangeness: Option<Vec<f64>>,
    decisions: Vec<Decision>,
}

/// What is kept of each cell that was scored.
struct Kept<'a> {
    predictions: &'a mut Predictions,
    explaining: Option<&'a mut Explaining>,
    /// The unknown score above which a cell gets no label.
    threshold: Option<f64>,
    /// The cells that are labelled, among those that are used.
    cells: Range<usize>,
}

impl Kept<'_> {
    fn clear(&mut self) {
        self.predictions.clear();
        if let Some(explaining) = &mut self.explaining {
            explaining.clear();
        }
    }
}

/// The groups that labels are explained for, where that was asked for: known to be there, and the model to be of a kind that
/// can explain, before a cell is read.
fn explained_groups(
    query: &Dataset,
    model: &dyn Classifier,
    options: &AnnotateOptions,
) -> Result<Option<Groups>, AnnotateError> {
    let Some(explain) = &options.explain else { return Ok(None) };
    weights_of(model)?;
    let Some(column) = &explain.by else { return Ok(None) };
    let entries = query.column(column)?;
    let entries: Vec<Option<String>> = entries.iter().map(|entry| entry.map(str::to_owned)).collect();
    Ok(Some(Groups::of(column, &entries)?))
}

/// The unknown score above which a cell gets no label; `None` where every cell keeps its label.
fn unknown_threshold(
    options: &AnnotateOptions,
    labeller: &Labeller<'_>,
    record: &mut RunRecord,
) -> Result<Option<f64>, AnnotateError> {
    let Some(lost) = options.reject_unknown else {
        if labeller.known_cells.is_some() {
            record.choices.push(choice(
                "cells like no label",
                "keep their label, beside an unknown score",
                false,
                "a threshold that loses one in twenty cells of known types finds about one in three of an unknown one, and loses \
                 more where the query is of another study: worth it where such cells are expected",
            ));
        }
        return Ok(None);
    };
    if !(lost > 0.0 && lost < 1.0) {
        return Err(AnnotateError::RejectUnknown { found: lost });
    }
    if labeller.known_cells.is_none() {
        let why = if labeller.opened.is_some() {
            "the model file does not say how held-out cells of known labels look; train it again, without --no-score and with \
             50 cells or more"
        } else {
            "a model that is adapted to the query has no held-out cells; leave out --adapt"
        };
        return Err(AnnotateError::NoKnownCells { why });
    }
    record.choices.push(choice(
        "cells like no label",
        format!("no label with an unknown score above {}", 1.0 - lost),
        true,
        "so many of the held-out cells of known labels stand clearer from the typical label than such a cell; it loses the \
         other known cells",
    ));
    Ok(Some(1.0 - lost))
}

/// Which labels belong to the prediction set of a cell; `None` where no sets were asked for.
fn set_thresholds(
    options: &AnnotateOptions,
    labeller: &Labeller<'_>,
    record: &mut RunRecord,
) -> Result<Option<Thresholds>, AnnotateError> {
    let Some(target) = options.coverage else { return Ok(None) };
    if !is_target(target) {
        return Err(AnnotateError::Coverage { found: target });
    }
    let rule = if options.coverage_in_groups { Rule::Groups } else { Rule::Cells };
    let Some(opened) = labeller.opened else {
        let why = "a model that is adapted to the query has no held-out cells; leave out --adapt";
        return Err(AnnotateError::NoSets { why });
    };
    let found = opened.sets.as_ref().and_then(|sets| sets.thresholds(target, rule)).ok_or_else(|| {
        let why = match (&opened.sets, rule) {
            (Some(_), Rule::Groups) => "the model was trained without groups; train it again with --group, or leave out --coverage-in-groups",
            _ => "the model file does not say how probable right labels of held-out cells are; train it again, without --no-score",
        };
        AnnotateError::NoSets { why }
    })?;
    let whole = match rule {
        Rule::Cells => "so many of the held-out cells of each label have it in their set",
        Rule::Groups => {
            "so many of the held-out cells of each label have it in their set, in nearly every group of the reference"
        }
    };
    let reason = format!(
        "{whole}: it holds for new cells that are like those, and less often for those of another study; an empty set says that the \
         cell is usual for no label"
    );
    record.choices.push(choice("coverage of prediction sets", target.to_string(), true, &reason));
    let names = opened.header.labels.names().iter().zip(found.shared());
    let shared: Vec<String> = names.filter(|(_, shared)| **shared).map(|(name, _)| name.clone()).collect();
    if !shared.is_empty() {
        let message = format!(
            "these labels had too few held-out cells for a threshold of their own with a coverage of {target}, and take that of all \
             labels: {}",
            crate::hint::list(&shared)
        );
        record.warnings.push(Warning::note("few-cells-for-sets", message));
    }
    Ok(Some(found))
}

/// Reads and scores the cells block by block; returns the number of values read on the model's genes.
fn score_cells(
    query: &Dataset,
    labeller: &Labeller<'_>,
    header: &ModelHeader,
    progress: &dyn Progress,
    kept: &mut Kept<'_>,
    record: &mut RunRecord,
) -> Result<u64, AnnotateError> {
    let maps = labeller.maps;
    let mut non_zeros = 0;
    let target = header.preprocessing.target_sum;
    let mut fingerprints = Fingerprints::default();
    let (threshold, cells) = (kept.threshold, kept.cells.clone());
    let label = |block| Ok::<_, AnnotateError>(labeller.label(block, threshold, &cells)?);
    let found = query.for_each_block_done(maps, target, progress, &label, |step| {
        match step {
            Step::Cells(Labelled { block, wanted, scores, agreement, strangeness, decisions }) => {
                non_zeros += block.cells.n_non_zeros() as u64;
                fingerprints.extend(&block.fingerprints).map_err(DataError::Kept)?;
                if wanted.is_empty() {
                    return Ok(());
                }
                if let Some(explaining) = &mut kept.explaining {
                    explaining.add(&block.cells, block.file, &decisions);
                }
                let found = Scored { probabilities: &scores, agreement, strangeness };
                kept.predictions.extend(&decisions, &found, wanted).map_err(DataError::Kept)?;
            }
            Step::StartAgain => {
                non_zeros = 0;
                fingerprints.clear();
                kept.clear();
            }
        }
        Ok::<_, AnnotateError>(())
    })?;
    for (input, (file, found)) in record.inputs.iter_mut().zip(query.files.iter().zip(&found)) {
        *input = file.record(found, target)?;
    }
    record.choices.extend(found::choices(&found, target));
    record.choices.extend(labeller.choice());
    record.warnings.extend(query.warnings(&found, maps));
    record.warnings.extend(library_differs(&found, header));
    // Copies in a query get the same label and harm no other cell.
    let copies = fingerprints.copies(|cell| query.cell_name(cell)).map_err(DataError::Kept)?;
    let copies = copies.warning(|cell| query.cell_in_words(cell));
    record.warnings.extend(copies.map(|warning| Warning::note(&warning.code, warning.message)));
    Ok(non_zeros)
}

/// The labels that the query's cells are known to have.
struct Truth {
    /// One entry for each cell.
    entries: Entries,
    /// Where they stand, for a sentence.
    place: String,
}

/// The labels that the query's cells are known to have; `None` where nothing says them.
fn truth(query: &Dataset, options: &AnnotateOptions) -> Result<Option<Truth>, DataError> {
    let files: Vec<InputFile> = query.inputs();
    let source = match (&options.truth, files.iter().any(|file| file.label.is_some())) {
        (None, false) => return Ok(None),
        (Some(column), false) => LabelSource::Column(column),
        (None, true) => LabelSource::Files, // a file without a label has cells without a truth
        (Some(column), true) => return Err(LabelSource::two_truths(column, &files).into()),
    };
    let entries = match source {
        LabelSource::Column(column) => query.column(column)?,
        LabelSource::Files => query.file_labels(),
    };
    Ok(Some(Truth { entries, place: source.in_words() }))
}

/// Says so where the model was trained with library sizes that the query lacks.
fn library_differs(found: &[Found], header: &ModelHeader) -> Option<Warning> {
    let column = header.preprocessing.library_size_column.as_deref()?;
    found.iter().any(Found::sums_are_library).then(|| {
        Warning::new(
            "library-size-differs",
            format!(
                "the model was trained with library sizes from column `{column}`; the query has no such column, so the \
                 sum over its genes is taken instead"
            ),
        )
        .with_hint("name the column with the counts over all measured genes with --library-size")
    })
}

/// Scores the predicted labels against those that the cells are known to have; `units` are drawn whole where chance is
/// judged.
fn compare(
    Truth { entries: truth, place }: &Truth,
    predictions: &Predictions,
    units: Option<&GroupColumn>,
    record: &mut RunRecord,
) -> Result<(), AnnotateError> {
    let label = |cell: usize| label_of(truth.get(cell));
    let known: Vec<usize> = (0..truth.len()).filter(|&cell| label(cell).is_some()).collect();
    if known.is_empty() {
        record.warnings.push(Warning::new("no-truth", format!("no cell has an entry in {place}")));
        return Ok(());
    }
    let names: Vec<&str> = known.iter().filter_map(|&cell| label(cell)).collect();
    let model_labels = predictions.labels();
    let all =
        LabelSet::new(names.iter().map(ToString::to_string).chain(model_labels.names().iter().cloned()));
    let codes: Vec<usize> = names.iter().map(|name| all.code(name).unwrap_or_default()).collect();
    let unknown: Vec<String> = Labels::from_names(&names)
        .set()
        .names()
        .iter()
        .filter(|name| model_labels.code(name).is_none())
        .cloned()
        .collect();
    if !unknown.is_empty() {
        let warning = Warning::new(
            "labels-not-in-model",
            format!(
                "{place}: labels that the model does not know, {}; their cells count as wrong",
                crate::hint::list(&unknown)
            ),
        );
        let alike: Vec<String> = (unknown.iter())
            .filter_map(|name| Some(format!("`{name}` is `{}`", spelt_alike(name, model_labels.names())?)))
            .collect();
        record.warnings.push(if alike.is_empty() {
            warning
        } else {
            warning.with_hint(format!("in the model's spelling {}", alike.join(", ")))
        });
    }
    let truth = Labels::from_codes(all.clone(), &codes)?;
    let (called, probabilities) = predictions.over(&all, &known).map_err(DataError::Kept)?;
    let answers = Answers::new(&truth, &called, Some(&probabilities))?;
    let units = units.map(|column| (column.groups.select(&known), column.name.as_str()));
    let groups = units.as_ref().map(|(groups, _)| groups);
    let intervals = evaluate::intervals(&answers, groups, record.seed);
    judged(record, evaluate::judge(&answers), intervals, units.as_ref().map(|(_, name)| *name));
    Ok(())
}

impl OutputKind {
    /// The kinds of all outputs; an .h5ad can only be a copy of one file.
    fn of_all(outputs: &[PathBuf], n_files: usize) -> Result<Vec<Self>, OutputKindError> {
        let kinds =
            outputs.iter().map(|path: &PathBuf| Self::of(Path::new(path))).collect::<Result<Vec<_>, _>>()?;
        if n_files > 1 && kinds.contains(&Self::H5ad) {
            return Err(OutputKindError::SeveralFiles { files: n_files });
        }
        Ok(kinds)
    }
}
