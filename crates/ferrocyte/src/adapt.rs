//! `annotate --adapt`: the model learns from the query too, beside the reference that it was trained on.

use ferrocyte_core::{
    Block, Choice, GeneIndex, GeneMap, Labels, LogNorm, ModelHeader, Origin, Progress, RunRecord, TargetSum,
    Vocabulary, Warning,
};
use ferrocyte_io::OpenOptions;
use ferrocyte_io::hash::{HashError, sha256_file};
use ferrocyte_learn::models::{
    self, ADAPT_CELLS_PER_LABEL, ADAPT_CONFIDENCE, ADAPT_ROUNDS, Adaptation, Adapted, Classifier, ParamError,
    Sketch, Weighted, WeightedModel, WeightedParams, adapt_needs_cells,
};
use ferrocyte_learn::{LabelledCells, LabelledCellsError};

use crate::choices::choice;
use crate::dataset::{DataError, DataOptions, Dataset, Step, file_name};
use crate::filter::Filter;
use crate::genes;
use crate::hierarchy::HierarchyOptions;
use crate::hint;
use crate::input_file::InputFile;
use crate::memory::{Kind, MemoryOptions, Needs};
use crate::model_file::OpenedModel;
use crate::reference::{Reference, ReferenceOptions, other_names_of};

/// What stands beside the label of each cell.
const NOTE: &str = "by a model that was adapted to all cells of the query";

/// The labelled cells that a model was trained on, to adapt it to a query; none where the model file has a sketch of
/// them. Which column has the labels, the matrix and
/// the library sizes are known from the model.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AdaptOptions {
    /// The files that the model was trained on, all of them.
    pub reference: Vec<InputFile>,
    /// Which of their cells it was trained on.
    pub filter: Filter,
}

/// Why a model cannot be adapted to a query.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AdaptError {
    /// No files were named.
    #[error(
        "adapting takes the labelled cells that the model was trained on ({expected}): name them with --reference, or \
         train the model with --sketch, which keeps some in its file"
    )]
    NoReference {
        /// The files that the model was trained on.
        expected: String,
    },
    /// Conditions on cells of a file that was not named.
    #[error("--reference-where says which cells of a reference are meant, and no reference was named")]
    ConditionsWithoutReference,
    /// A model file that contradicts itself.
    #[error(
        "the model file says that its reference had {cells} cells, {per_label:?} of the labels, and its sketch has {kept:?}: \
         expected that many or fewer of each"
    )]
    SketchCounts {
        /// Cells of the reference.
        cells: usize,
        /// Cells of the reference, of each label.
        per_label: Vec<usize>,
        /// Cells of the sketch, of each label.
        kept: Vec<usize>,
    },
    /// Another kind of model.
    #[error(
        "expected a model of kind `weighted`, the only one that can be adapted to a query, found `{found}`"
    )]
    Kind {
        /// The kind.
        found: String,
    },
    /// The settings of the model are not those of its kind.
    #[error("the settings of the model cannot be read")]
    Settings(#[from] serde_json::Error),
    /// A setting of the model breaks its rule.
    #[error(transparent)]
    Setting(#[from] ParamError),
    /// A file cannot be hashed.
    #[error(transparent)]
    Hash(#[from] HashError),
    /// Not the files that the model was trained on.
    #[error("the reference is not what the model was trained on: expected {expected}, found {found}")]
    OtherFiles {
        /// Names and hashes of the files that it was trained on.
        expected: String,
        /// Those that were named.
        found: String,
    },
    /// Not the cells that the model was trained on.
    #[error(
        "these are not the cells that the model was trained on: expected {expected}, found {found}; name the conditions \
         of its training with --reference-where"
    )]
    OtherCells {
        /// How many it was trained on, of how many labels, and which.
        expected: String,
        /// What was read.
        found: String,
    },
    /// The model's reference was read in a way that cannot be repeated.
    #[error(
        "the model was trained with --scale ({found}), which cannot be repeated from the model file: train it on a file \
         whose scale shows"
    )]
    StatedScale {
        /// How it was read.
        found: String,
    },
    /// The reference cannot be read.
    #[error("the reference cannot be used")]
    Reference(#[source] DataError),
    /// The query cannot be read.
    #[error("the query cannot be used")]
    Query(#[source] DataError),
    /// The reference cannot be learnt from.
    #[error("the reference cannot be learnt from")]
    Cells(#[from] LabelledCellsError),
    /// The learning failed.
    #[error("the model cannot be adapted")]
    Learn(#[from] models::AdaptError),
}

/// A model that learnt from the query too, and where the genes of each file of the query are in it.
pub(crate) struct AdaptedModel {
    pub(crate) model: WeightedModel,
    pub(crate) maps: Vec<GeneMap>,
    /// What stands beside the label of each cell.
    pub(crate) note: String,
}

/// What a model learns from beside the query.
struct Labelled {
    cells: Block<LogNorm>,
    labels: Labels,
    /// How many cells of the reference each stands for.
    weights: Vec<f64>,
    genes: Vocabulary,
    other_gene_names: Vec<String>,
    /// Cells of the sketch, where it is one.
    sketch: Option<usize>,
}

/// Adapts the model to the query, which is read into memory as a whole, as the reference is; puts what was done and
/// with what success into the record. `None` where the query has too few cells: the model as it is labels it better.
pub(crate) fn adapt(
    options: &AdaptOptions,
    query: &Dataset,
    open: &OpenOptions,
    opened: &OpenedModel,
    progress: &dyn Progress,
    record: &mut RunRecord,
) -> Result<Option<AdaptedModel>, AdaptError> {
    let header = &opened.header;
    let trainer = trainer(header)?;
    let sketch = opened.sketch.as_ref().filter(|_| options.reference.is_empty());
    if sketch.is_none() {
        check_files(&options.reference, header)?;
    } else if !options.filter.is_empty() {
        return Err(AdaptError::ConditionsWithoutReference);
    }
    let needed = adapt_needs_cells(header.labels.len());
    if query.n_cells() < needed {
        say_too_few(record, query.n_cells(), needed);
        return Ok(None);
    }
    let labelled = match sketch {
        Some(sketch) => of_sketch(sketch, opened)?,
        None => of_reference(options, open, header, progress, record)?,
    };

    let maps = maps_to(query, &labelled.genes, &labelled.other_gene_names).map_err(AdaptError::Query)?;
    let shared = shared_genes(&maps, labelled.genes.len());
    let names = shared.iter().map(|&gene| labelled.genes.names()[gene as usize].as_str());
    let genes = Vocabulary::of_distinct(names);
    let cells = read(query, &maps, labelled.genes.len(), header.preprocessing.target_sum, progress)
        .map_err(AdaptError::Query)?
        .select_genes(&shared);
    let known = labelled.cells.select_genes(&shared);
    let stands_for = header.training.cells;
    let data = LabelledCells::with_weights(&known, &labelled.labels, labelled.weights.clone())?;
    match trainer.adapt(&data, stands_for, &cells, &genes, progress)? {
        Adaptation::TooFewCells { found, needed } => {
            say_too_few(record, found, needed);
            Ok(None)
        }
        Adaptation::Adapted(adapted) => {
            say_adapted(record, &adapted, cells.n_cells(), &labelled, stands_for);
            let Adapted { model, .. } = *adapted;
            let others = other_names_of(model.genes(), &labelled.genes, &labelled.other_gene_names);
            let maps = maps_to(query, model.genes(), &others).map_err(AdaptError::Query)?;
            let sketch =
                labelled.sketch.map(|cells| format!(", from a sketch of {cells} cells of the reference"));
            Ok(Some(AdaptedModel { model, maps, note: format!("{NOTE}{}", sketch.unwrap_or_default()) }))
        }
    }
}

/// The reference, read as it was when the model was trained.
fn of_reference(
    options: &AdaptOptions,
    open: &OpenOptions,
    header: &ModelHeader,
    progress: &dyn Progress,
    record: &mut RunRecord,
) -> Result<Labelled, AdaptError> {
    let kinds = vec![Kind { name: "weighted, adapted".to_owned(), can_stream: false }];
    let needs = Needs { kinds, ..Needs::default() };
    let reference =
        Reference::read(&reference_options(options, open, header)?, &needs, header.training.seed, progress)
            .map_err(AdaptError::Reference)?;
    check_cells(&reference, header)?;
    record.inputs.extend(reference.inputs.iter().cloned());
    let Reference { cells, labels, genes, other_gene_names, .. } = reference;
    let cells = cells.into_block().map_err(|error| AdaptError::Reference(error.into()))?;
    let weights = vec![1.0; cells.n_cells()];
    Ok(Labelled { cells, labels, weights, genes, other_gene_names, sketch: None })
}

/// The cells in the model file. Each stands for as many cells of its label as the reference had for one of the sketch.
fn of_sketch(sketch: &Sketch, opened: &OpenedModel) -> Result<Labelled, AdaptError> {
    let header = &opened.header;
    let labels = sketch.labels().clone();
    let (kept, training) = (labels.counts(), &header.training);
    let all = &training.cells_per_label;
    let total = all.iter().try_fold(0_usize, |sum, &cells| sum.checked_add(cells));
    let fits = all.len() == kept.len() && all.iter().zip(&kept).all(|(all, kept)| all >= kept);
    if !fits || total != Some(training.cells) {
        return Err(AdaptError::SketchCounts { cells: training.cells, per_label: all.clone(), kept });
    }
    Ok(Labelled {
        weights: labels.codes().map(|label| all[label] as f64 / kept[label] as f64).collect(),
        cells: sketch.cells().clone(),
        sketch: Some(labels.len()),
        labels,
        genes: opened.model.genes().clone(),
        other_gene_names: header.other_gene_names.clone(),
    })
}

/// What trains as the model was trained.
fn trainer(header: &ModelHeader) -> Result<Weighted, AdaptError> {
    if header.kind != Weighted::KIND {
        return Err(AdaptError::Kind { found: header.kind.clone() });
    }
    Ok(WeightedParams::of_model(header.settings.clone())?.check()?)
}

/// Checks that these are the files that the model was trained on, by their content.
fn check_files(files: &[InputFile], header: &ModelHeader) -> Result<(), AdaptError> {
    let of_model = || header.training.files.iter().map(|file| (file.sha256.clone(), file.file.clone()));
    if files.is_empty() {
        let names: Vec<String> = of_model().map(|(_, name)| name).collect();
        return Err(AdaptError::NoReference { expected: hint::list(&names) });
    }
    let mut found = Vec::with_capacity(files.len());
    for file in files {
        found.push((sha256_file(&file.path)?.hex, file_name(&file.path)));
    }
    let mut expected: Vec<(String, String)> = of_model().collect();
    let in_words = |files: &[(String, String)]| {
        let file = |(hash, name): &(String, String)| format!("`{name}` (SHA-256 {hash})");
        files.iter().map(file).collect::<Vec<_>>().join(", ")
    };
    let words = (in_words(&expected), in_words(&found));
    let hashes = |files: &mut Vec<(String, String)>| {
        let mut hashes: Vec<String> = files.drain(..).map(|(hash, _)| hash).collect();
        hashes.sort_unstable();
        hashes
    };
    if hashes(&mut expected) == hashes(&mut found) {
        return Ok(());
    }
    Err(AdaptError::OtherFiles { expected: words.0, found: words.1 })
}

/// How the reference was read when the model was trained: by what the model file says, and the filter, which is named
/// again.
fn reference_options(
    options: &AdaptOptions,
    open: &OpenOptions,
    header: &ModelHeader,
) -> Result<ReferenceOptions, AdaptError> {
    let training = &header.training;
    // The value of a setting that was chosen once for all files.
    let chosen = |setting: &str| {
        let mut choices = training.choices.iter().filter(|choice| choice.setting == setting);
        choices.next().filter(|_| choices.next().is_none())
    };
    let stated = |choice: &&Choice| choice.setting == "scale" && choice.origin == Origin::Flag;
    if let Some(scale) = training.choices.iter().find(stated) {
        return Err(AdaptError::StatedScale { found: scale.value.clone() });
    }
    let number = |setting: &str| {
        let words = &chosen(setting)?.value;
        words.split(' ').find_map(|word| word.parse().ok())
    };
    Ok(ReferenceOptions {
        data: DataOptions {
            files: options.reference.clone(),
            label_from_name: None,
            layer: chosen("matrix").map(|choice| choice.value.clone()),
            scale: None,
            open: OpenOptions { format: None, ..open.clone() },
            filter: options.filter.clone(),
            library_size: header.preprocessing.library_size_column.clone(),
            block_cells: None,
        },
        label: Some(training.label_column.clone()).filter(|column| !column.is_empty()),
        group: training.group_column.clone(),
        unit: Vec::new(),
        cell_types: None,
        study: training.study_column.clone(), // cells without a study were left out
        test_where: Filter::default(),
        hierarchy: HierarchyOptions::default(),
        drop_copies: chosen("copies").is_some(),
        downsample: number("downsampling"),
        max_per_class: number("cells of each label"),
        memory: MemoryOptions::default(),
    })
}

/// Checks that the cells that were read are those that the model was trained on, label by label: others may be the
/// query's own, with their labels.
fn check_cells(reference: &Reference, header: &ModelHeader) -> Result<(), AdaptError> {
    let (training, labels) = (&header.training, reference.labels.set());
    let counts = reference.labels.counts();
    if labels == &header.labels && counts == training.cells_per_label {
        return Ok(());
    }
    let in_words = |cells: usize, names: &[String], counts: &[usize]| {
        let counts: Vec<String> =
            names.iter().zip(counts).map(|(name, cells)| format!("{name}: {cells}")).collect();
        format!("{cells} cells ({})", hint::list(&counts))
    };
    let mut expected = in_words(training.cells, header.labels.names(), &training.cells_per_label);
    if let Some(filter) = training.choices.iter().find(|choice| choice.setting == "cells") {
        expected += &format!(", those with {}", filter.value);
    }
    let found = in_words(reference.labels.len(), labels.names(), &counts);
    Err(AdaptError::OtherCells { expected, found })
}

/// Where the genes of each file are among these.
fn maps_to(query: &Dataset, genes: &Vocabulary, others: &[String]) -> Result<Vec<GeneMap>, DataError> {
    let map = |file: &crate::dataset::DataFile| {
        let index = |table| GeneIndex::with_table_if_any(genes, others, table);
        Ok(genes::find_genes(&file.var()?, &query.gene_names, index).map)
    };
    query.files.iter().map(map).collect()
}

/// Positions of the genes that some file has.
fn shared_genes(maps: &[GeneMap], n_genes: usize) -> Vec<u32> {
    let mut shared = vec![false; n_genes];
    for map in maps {
        for (shared, found) in shared.iter_mut().zip(map.found()) {
            *shared |= found;
        }
    }
    (0..n_genes as u32).filter(|&gene| shared[gene as usize]).collect()
}

/// All cells of the query.
fn read(
    query: &Dataset,
    maps: &[GeneMap],
    n_genes: usize,
    target: TargetSum,
    progress: &dyn Progress,
) -> Result<Block<LogNorm>, DataError> {
    let mut cells = Block::empty(n_genes);
    query.for_each_block(maps, target, progress, |step| {
        match step {
            Step::Cells(block) => cells.append(&block.cells),
            Step::StartAgain => cells = Block::empty(n_genes),
        }
        Ok::<_, DataError>(())
    })?;
    Ok(cells)
}

/// Puts into the record that the query is too small.
fn say_too_few(record: &mut RunRecord, found: usize, needed: usize) {
    record.choices.push(choice(
        "adapted to the query",
        format!("no: {found} cells are too few"),
        true,
        "few cells say little about how a query differs from the reference; what was learnt from them made labels worse",
    ));
    let message = format!(
        "the model was not adapted to the query, which has {found} cells; {needed} are needed, {ADAPT_CELLS_PER_LABEL} for \
         each label. The labels are those of the model as it is"
    );
    record.warnings.push(Warning::new("not-adapted", message));
}

/// Puts into the record what the model learnt from the query, and what that means for its labels.
fn say_adapted(
    record: &mut RunRecord,
    adapted: &Adapted,
    n_cells: usize,
    labelled: &Labelled,
    stands_for: usize,
) {
    let reference = match labelled.sketch {
        Some(cells) => format!("a sketch of {cells} of the {stands_for} cells of the reference"),
        None => "the reference".to_owned(),
    };
    let kept: Vec<String> =
        adapted.rounds.iter().map(|round| round.kept.iter().sum::<usize>().to_string()).collect();
    record.choices.push(choice(
        "adapted to the query",
        format!(
            "yes: {ADAPT_ROUNDS} rounds of training on {reference} and on those cells of the query whose label had a \
             probability of {ADAPT_CONFIDENCE} or more, {} of {n_cells}",
            kept.join(", then ")
        ),
        true,
        "cells of another study, donor or condition differ from the reference in ways that only they can show; labels \
         then depend on all cells of the query",
    ));
    let last = adapted.rounds.last().map_or(&[][..], |round| &round.kept);
    let labels = adapted.model.labels().names();
    let kept: Vec<String> =
        labels.iter().zip(last).map(|(label, cells)| format!("{label}: {cells}")).collect();
    let message = format!(
        "the model was adapted to this query: the label of a cell depends on all {n_cells} cells that were annotated with \
         it. It learnt from {reference}, and from cells of the query with confident labels ({})",
        kept.join(", ")
    );
    record
        .warnings
        .push(Warning::note("adapted", message).with_hint(
            "leave out --adapt where a cell must get the same label whatever else is in the file",
        ));
    record.warnings.extend(adapted.warnings.iter().cloned());
}
