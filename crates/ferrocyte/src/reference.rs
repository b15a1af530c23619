//! A labelled reference, read, filtered, downsampled and log-normalised.

use std::path::PathBuf;

use ferrocyte_core::{
    Block, Choice, DataSummary, InputRecord, LabelCount, Labels, LogNorm, Progress, RunRecord, TargetSum,
    Vocabulary, Warning,
};
use ferrocyte_learn::evaluate::donor_like_columns;
use ferrocyte_learn::sample;

use crate::choices::{self, choice};
use crate::dataset::{DataError, DataOptions, Dataset, REFERENCE, Step, file_name};
use crate::scale::found::{self, Found};

/// What models are trained on.
const TARGET: TargetSum = TargetSum::CP10K;

/// Which cells are the reference, and what they are labelled by.
#[derive(Debug, Clone, Default)]
pub struct ReferenceOptions {
    /// Files, matrix, filter.
    pub data: DataOptions,
    /// Column with the labels.
    pub label: String,
    /// Column that says which cells belong together: the donor, for example.
    pub group: Option<String>,
    /// Use this many cells, drawn in proportion to the labels.
    pub downsample: Option<usize>,
    /// Use at most this many cells of each label.
    pub max_per_class: Option<usize>,
}

impl ReferenceOptions {
    /// All cells of a file, labelled by a column.
    pub fn new(file: impl Into<PathBuf>, label: impl Into<String>) -> Self {
        Self {
            data: DataOptions { files: vec![file.into()], ..DataOptions::default() },
            label: label.into(),
            ..Self::default()
        }
    }
}

/// A labelled reference in memory.
pub(crate) struct Reference {
    pub(crate) cells: Block<LogNorm>,
    pub(crate) genes: Vocabulary,
    pub(crate) labels: Labels,
    pub(crate) groups: Option<Labels>,
    /// A column that looks like the donor, where no group was given.
    pub(crate) donor_like: Option<String>,
    pub(crate) inputs: Vec<InputRecord>,
    pub(crate) summary: DataSummary,
    pub(crate) choices: Vec<Choice>,
    pub(crate) warnings: Vec<Warning>,
    /// Column that the library sizes were taken from.
    pub(crate) library_size: Option<String>,
}

impl Reference {
    /// Reads it. `seed` draws the cells of a downsampling.
    pub(crate) fn read(
        options: &ReferenceOptions,
        seed: u64,
        progress: &dyn Progress,
    ) -> Result<Self, DataError> {
        let mut dataset = Dataset::open(&options.data, REFERENCE)?;
        let mut warnings = Vec::new();
        let (labels, groups) = labels_and_groups(&mut dataset, options, &mut warnings)?;
        let (labels, groups) = downsample(&mut dataset, options, seed, labels, groups);
        if labels.set().len() < 2 {
            return Err(DataError::OneClass {
                column: options.label.clone(),
                found: labels.set().names().first().cloned().unwrap_or_default(),
            });
        }
        let donor_like = if groups.is_none() { find_donor_like(&dataset, &options.label) } else { None };

        let (cells, vocabulary, found) = read_cells(&dataset, progress, &mut warnings)?;
        let (cells, labels, groups) = without_empty_cells(cells, labels, groups, &mut warnings);
        let non_zeros = cells.n_non_zeros() as u64;

        let summary = DataSummary {
            cells_in_files: dataset.n_cells_in_files(),
            cells_used: cells.n_cells(),
            genes: vocabulary.len(),
            non_zeros,
            label_column: Some(options.label.clone()),
            group_column: options.group.clone(),
            labels: count(&labels),
            groups: groups.as_ref().map(count).unwrap_or_default(),
        };
        Ok(Self {
            cells,
            genes: vocabulary,
            labels,
            groups,
            donor_like,
            inputs: dataset
                .files
                .iter()
                .zip(&found)
                .map(|(file, found)| file.record(found, TARGET))
                .collect(),
            summary,
            choices: data_choices(options, &found),
            library_size: found.iter().find_map(|found| found.library_column().map(str::to_owned)),
            warnings,
        })
    }

    /// Puts what was read, how and why into a new record.
    pub(crate) fn begin_record(&self, record: &mut RunRecord) {
        record.inputs.clone_from(&self.inputs);
        record.data = self.summary.clone();
        record.choices.clone_from(&self.choices);
        record.warnings.clone_from(&self.warnings);
    }
}

/// Cells of each name, in the order of the names.
pub(crate) fn count(labels: &Labels) -> Vec<LabelCount> {
    labels
        .set()
        .names()
        .iter()
        .zip(labels.counts())
        .map(|(label, cells)| LabelCount { label: label.clone(), cells })
        .collect()
}

/// Labels and groups of the cells that have both; the others are left out, aloud.
fn labels_and_groups(
    dataset: &mut Dataset,
    options: &ReferenceOptions,
    warnings: &mut Vec<Warning>,
) -> Result<(Labels, Option<Labels>), DataError> {
    let labels = dataset.column(&options.label)?;
    let groups = options.group.as_deref().map(|group| dataset.column(group)).transpose()?;
    let has_label = |cell: usize| labels[cell].as_deref().is_some_and(|label| !label.trim().is_empty());
    let has_group = |cell: usize| groups.as_ref().is_none_or(|groups| groups[cell].is_some());
    let unlabelled = (0..labels.len()).filter(|&cell| !has_label(cell)).count();
    let ungrouped = (0..labels.len()).filter(|&cell| has_label(cell) && !has_group(cell)).count();
    for (count, column) in [(unlabelled, Some(&options.label)), (ungrouped, options.group.as_ref())] {
        if let Some(column) = column.filter(|_| count > 0) {
            warnings.push(Warning::note(
                "cells-left-out",
                format!("{count} cells have no entry in column `{column}` and are left out"),
            ));
        }
    }
    let kept: Vec<usize> = (0..labels.len()).filter(|&cell| has_label(cell) && has_group(cell)).collect();
    if kept.is_empty() {
        return Err(DataError::NoLabels { column: options.label.clone() });
    }
    dataset.keep(&kept);
    let names = |entries: &[Option<String>]| {
        Labels::from_names(
            &kept.iter().map(|&cell| entries[cell].as_deref().unwrap_or("")).collect::<Vec<_>>(),
        )
    };
    Ok((names(&labels), groups.as_deref().map(names)))
}

/// Draws the cells that are used, where fewer were asked for.
fn downsample(
    dataset: &mut Dataset,
    options: &ReferenceOptions,
    seed: u64,
    labels: Labels,
    groups: Option<Labels>,
) -> (Labels, Option<Labels>) {
    let mut kept: Vec<usize> = (0..labels.len()).collect();
    if let Some(most) = options.max_per_class {
        kept = sample::max_per_class(&labels, most, seed);
    }
    if let Some(n) = options.downsample {
        let drawn = sample::downsample(&labels.select(&kept), n, seed);
        kept = drawn.into_iter().map(|position| kept[position]).collect();
    }
    dataset.keep(&kept);
    let of_kept = |labels: Labels| labels.select(&kept).over_occurring();
    (of_kept(labels), groups.map(of_kept))
}

/// A column that looks like it says which cells belong together.
fn find_donor_like(dataset: &Dataset, label: &str) -> Option<String> {
    let file = dataset.files.first()?;
    let mut columns = Vec::new();
    for name in file.content.obs().names() {
        if name != label
            && let Ok(entries) = dataset.column(name)
        {
            let mut distinct: Vec<_> = entries.iter().flatten().collect();
            distinct.sort_unstable();
            distinct.dedup();
            columns.push((name.clone(), distinct.len()));
        }
    }
    let columns: Vec<(&str, usize)> =
        columns.iter().map(|(name, distinct)| (name.as_str(), *distinct)).collect();
    donor_like_columns(&columns, dataset.n_cells()).first().map(ToString::to_string)
}

/// All cells, on the genes that at least one of them has, and how they were read.
fn read_cells(
    dataset: &Dataset,
    progress: &dyn Progress,
    warnings: &mut Vec<Warning>,
) -> Result<(Block<LogNorm>, Vocabulary, Vec<Found>), DataError> {
    let union = dataset.union_of_genes();
    let mut cells = Block::<LogNorm>::empty(union.len());
    let found = dataset.for_each_block(&union, TARGET, progress, |step| {
        match step {
            Step::Cells(block) => cells.append(&block.cells),
            Step::StartAgain => cells = Block::empty(union.len()),
        }
        Ok::<_, DataError>(())
    })?;
    warnings.extend(dataset.warnings(&found));
    let (cells, vocabulary) = on_genes_with_values(cells, &union);
    if vocabulary.is_empty() {
        let file = dataset.files.first().map(|file| file_name(&file.path)).unwrap_or_default();
        return Err(DataError::NoCounts { file });
    }
    Ok((cells, vocabulary, found))
}

/// Leaves out genes without a value in any cell: a model can learn nothing about them.
fn on_genes_with_values(cells: Block<LogNorm>, genes: &Vocabulary) -> (Block<LogNorm>, Vocabulary) {
    let mut seen = vec![false; genes.len()];
    for &gene in cells.as_csr().1 {
        seen[gene as usize] = true;
    }
    let names = genes.names().iter().zip(&seen).filter(|(_, seen)| **seen).map(|(name, _)| name.as_str());
    let vocabulary = Vocabulary::of_distinct(names);
    let map = ferrocyte_core::GeneMap::by_identity(genes.names(), &vocabulary);
    (cells.into_aligned(&map), vocabulary)
}

/// Leaves out cells without any value: they hold no information, whatever their label.
fn without_empty_cells(
    cells: Block<LogNorm>,
    labels: Labels,
    groups: Option<Labels>,
    warnings: &mut Vec<Warning>,
) -> (Block<LogNorm>, Labels, Option<Labels>) {
    let kept: Vec<usize> = (0..cells.n_cells()).filter(|&cell| !cells.cell(cell).is_empty()).collect();
    let empty = cells.n_cells() - kept.len();
    if empty == 0 {
        return (cells, labels, groups);
    }
    warnings.push(Warning::note("empty-cells", format!("{empty} cells have no counts and are left out")));
    (
        cells.select_cells(&kept),
        labels.select(&kept).over_occurring(),
        groups.map(|groups| groups.select(&kept).over_occurring()),
    )
}

/// The choices made in reading, with reasons.
fn data_choices(options: &ReferenceOptions, found: &[Found]) -> Vec<Choice> {
    let mut choices = found::choices(found, TARGET);
    if !options.data.filter.is_empty() {
        choices.push(choice(
            "cells",
            options.data.filter.to_string(),
            true,
            "only these cells were asked for",
        ));
    }
    if let Some(most) = options.max_per_class {
        choices.push(choice(
            "cells of each label",
            format!("at most {most}"),
            true,
            "large classes repeat themselves; a cap saves time and memory and evens the classes out",
        ));
    }
    if let Some(n) = options.downsample {
        choices.push(choice(
            "downsampling",
            format!("{n} cells"),
            true,
            "drawn in proportion to the labels, each label kept, to fit a small machine; scores are of the drawn cells",
        ));
    }
    choices.push(choices::normalisation(TARGET));
    choices
}
