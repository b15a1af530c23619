//! A labelled reference, read, filtered, downsampled and log-normalised.

use std::path::PathBuf;

use ferrocyte_core::{
    CellStore, Choice, DataSummary, Hierarchy, InputRecord, LabelCount, Labels, Progress, RunRecord,
    TargetSum, Vocabulary, Warning,
};
use ferrocyte_learn::sample;

use crate::cell_names::CellNames;
use crate::cells::{Cells, CellsSoFar, Door};
use crate::choices::{self, choice};
use crate::confounded::label_is_file;
use crate::dataset::{DataError, DataOptions, Dataset, REFERENCE, Step, file_name};
use crate::duplicates::{Duplicates, Fingerprint};
use crate::entries::Entries;
use crate::filter::Filter;
use crate::genes::GeneNames;
use crate::group_columns::{self, GroupColumn};
use crate::hierarchy::{self, HierarchyOptions};
use crate::input_file::{InputFile, LabelSource};
use crate::label_check::{LabelCheck, label_of};
use crate::memory::{MemoryOptions, Needs, Plan};
use crate::scale::convert::NormBlock;
use crate::scale::found::{self, Found};

/// What models are trained on.
const TARGET: TargetSum = TargetSum::CP10K;

/// Which cells are the reference, and what they are labelled by.
#[derive(Debug, Clone, Default)]
pub struct ReferenceOptions {
    /// Files, matrix, filter.
    pub data: DataOptions,
    /// Column with the labels; `None` where each file has a label.
    pub label: Option<String>,
    /// Column that says which cells belong together: the donor, for example.
    pub group: Option<String>,
    /// Column that says which study a cell is from: for a score, each study is held out once, alone.
    pub study: Option<String>,
    /// Columns whose entries together say which sample a cell is of, where samples are scored too; where no column of groups is
    /// given, samples are the groups.
    pub unit: Vec<String>,
    /// Column with the types of the cells, for what samples consist of.
    pub cell_types: Option<String>,
    /// For a score, test on the cells for which this holds and train on the others; nothing in it for folds.
    pub test_where: Filter,
    /// Where wider names of the labels are from.
    pub hierarchy: HierarchyOptions,
    /// Leave out cells that have exactly the counts of an earlier one.
    pub drop_copies: bool,
    /// Use this many cells, drawn in proportion to the labels.
    pub downsample: Option<usize>,
    /// Use at most this many cells of each label.
    pub max_per_class: Option<usize>,
    /// How much memory a run may take.
    pub memory: MemoryOptions,
}

impl ReferenceOptions {
    /// All cells of a file, labelled by a column.
    pub fn new(file: impl Into<PathBuf>, label: impl Into<String>) -> Self {
        Self {
            data: DataOptions { files: vec![InputFile::new(file)], ..DataOptions::default() },
            label: Some(label.into()),
            ..Self::default()
        }
    }

    /// Files whose cells have one label each.
    pub fn labelled(files: impl IntoIterator<Item = InputFile>) -> Self {
        Self {
            data: DataOptions { files: files.into_iter().collect(), ..DataOptions::default() },
            ..Self::default()
        }
    }
}

/// The cells that a score is of, where a condition names them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct TestPart {
    /// The condition, as it was given.
    pub(crate) condition: String,
    /// What its columns hold, in words.
    pub(crate) values: String,
    /// Whether a cell meets it.
    pub(crate) tested: Vec<bool>,
}

/// A labelled reference: its cells in memory, or on disk where they are too many.
pub(crate) struct Reference {
    pub(crate) cells: Cells,
    pub(crate) genes: Vocabulary,
    /// What else the files call the genes: one for each, empty where there is none.
    pub(crate) other_gene_names: Vec<String>,
    pub(crate) labels: Labels,
    pub(crate) groups: Option<Labels>,
    /// Which study each cell is from, where a column says so.
    pub(crate) studies: Option<Labels>,
    /// Which sample each cell is of, where columns say so.
    pub(crate) samples: Option<Labels>,
    /// The columns that say it.
    pub(crate) sample_columns: Vec<String>,
    /// Where samples are scored, columns that divide the cells in few parts, those that are known to be about the score left out.
    pub(crate) dividing: Vec<GroupColumn>,
    /// The type of each cell, where a column says so; cells without one share the empty name.
    pub(crate) cell_types: Option<Labels>,
    /// Which cells are tested on, where a condition says so.
    pub(crate) test_part: Option<TestPart>,
    /// Wider names of the labels, where any were asked for and found.
    pub(crate) hierarchy: Option<Hierarchy>,
    /// Columns that look as if they said which cells belong together, from the most to the least telling; the column of
    /// groups, where one was given, is not among them.
    pub(crate) donor_like: Vec<GroupColumn>,
    /// Cells that are in it more than once.
    pub(crate) duplicates: Duplicates,
    pub(crate) inputs: Vec<InputRecord>,
    pub(crate) summary: DataSummary,
    pub(crate) choices: Vec<Choice>,
    pub(crate) warnings: Vec<Warning>,
    /// Column that the library sizes were taken from.
    pub(crate) library_size: Option<String>,
    /// Which names are names of genes.
    pub(crate) gene_names: GeneNames,
}

impl Reference {
    /// Reads it, for what `needs` says. `seed` draws the cells of a downsampling.
    pub(crate) fn read(
        options: &ReferenceOptions,
        needs: &Needs,
        seed: u64,
        progress: &dyn Progress,
    ) -> Result<Self, DataError> {
        let unnamed = |_: &Dataset| CellNames::default();
        Self::read_and_name(options, needs, seed, progress, unnamed).map(|(reference, _)| reference)
    }

    /// Reads it, with the names of its cells.
    pub(crate) fn read_named(
        options: &ReferenceOptions,
        needs: &Needs,
        seed: u64,
        progress: &dyn Progress,
    ) -> Result<(Self, CellNames), DataError> {
        Self::read_and_name(options, needs, seed, progress, CellNames::of)
    }

    fn read_and_name(
        options: &ReferenceOptions,
        needs: &Needs,
        seed: u64,
        progress: &dyn Progress,
        names: impl FnOnce(&Dataset) -> CellNames,
    ) -> Result<(Self, CellNames), DataError> {
        let label = options.hierarchy.label(options.label.as_deref())?.map(str::to_owned);
        let options = &ReferenceOptions { label, ..options.clone() };
        let mut dataset = Dataset::open(&options.data, REFERENCE)?;
        let mut warnings = Vec::new();
        let files = dataset.inputs();
        let source = LabelSource::of(options.label.as_deref(), &files)?;
        let marks = Marks::read(&mut dataset, &source, options, &mut warnings)?;
        let marks = downsample(&mut dataset, options, seed, marks);
        let labels = &marks.labels;
        if labels.set().len() < 2 {
            return Err(DataError::OneClass {
                place: source.in_words(),
                found: labels.set().names().first().cloned().unwrap_or_default(),
            });
        }
        let plan = Plan::of(&options.memory, needs, &dataset, labels.set().len())?;
        let per_file = matches!(source, LabelSource::Files);
        warnings.extend(label_is_file(labels, &dataset.file_of_cells(), &dataset.file_names(), per_file));
        let only_column = options.unit.first().filter(|_| options.unit.len() == 1);
        let group = options.group.as_ref().or(only_column);
        let known = [options.label.as_deref(), group.map(String::as_str), options.study.as_deref()];
        let donor_like = group_columns::donor_like(&dataset, &known);
        let n_donor_like = donor_like.len();
        let columns: Vec<GroupColumn> = donor_like.into_iter().chain(dividing(&dataset, options)).collect();

        let CellsRead { cells, vocabulary, other_gene_names, genes_without_counts, fingerprints, found } =
            read_cells(&dataset, &plan, progress, &mut warnings)?;
        if plan.folder.is_in_memory() && cells.in_memory().is_none() {
            warnings.push(plan.in_memory_after_all());
        }
        let mut duplicates = find_duplicates(&dataset, labels, &fingerprints, &mut warnings);
        let mut left_out = empty_cells(&cells, &mut warnings);
        if options.drop_copies {
            left_out.extend(drop_copies(&mut duplicates, &mut warnings));
            left_out.sort_unstable();
        }
        duplicates.without_others(&left_out);
        let names = names(&dataset).without(&left_out);
        let (cells, marks, mut donor_like) = without_cells(&left_out, cells, marks, columns);
        let dividing = donor_like.split_off(n_donor_like);
        let Marks { labels, groups, studies, samples, cell_types, test_part, wider } = marks;
        let mut choices = data_choices(options, &files, &found);
        let hierarchy = hierarchy::find(&options.hierarchy, &labels, &wider, &mut choices, &mut warnings)?;
        if labels.set().len() < 2 {
            return Err(DataError::OneClass {
                place: source.in_words(),
                found: labels.set().names().first().cloned().unwrap_or_default(),
            });
        }
        let non_zeros = cells.n_non_zeros()?;

        let summary = DataSummary {
            cells_in_files: dataset.n_cells_in_files(),
            cells_used: cells.n_cells(),
            genes: vocabulary.len(),
            genes_without_counts,
            non_zeros,
            label_column: options.label.clone(),
            group_column: options.group.clone().or_else(|| sample_columns(options)),
            study_column: options.study.clone(),
            labels: count(&labels),
            groups: groups.as_ref().map(count).unwrap_or_default(),
        };
        let reference = Self {
            cells,
            genes: vocabulary,
            other_gene_names,
            labels,
            groups,
            studies,
            samples,
            cell_types,
            sample_columns: options.unit.clone(),
            dividing,
            test_part,
            hierarchy,
            donor_like,
            duplicates,
            inputs: dataset
                .files
                .iter()
                .zip(&found)
                .map(|(file, found)| file.record(found, TARGET))
                .collect::<Result<_, _>>()?,
            summary,
            choices,
            library_size: found.iter().find_map(|found| found.library_column().map(str::to_owned)),
            warnings,
            gene_names: dataset.gene_names,
        };
        Ok((reference, names))
    }

    /// What may be drawn whole where chance is to be judged, and the column it is from: the groups that were given, else
    /// the studies, else those of the column that looks most like donors.
    pub(crate) fn units(&self) -> Option<(&str, &Labels)> {
        let groups = self.summary.group_column.as_deref().zip(self.groups.as_ref());
        let studies = self.summary.study_column.as_deref().zip(self.studies.as_ref());
        let found = || self.donor_like.first().map(|column| (column.name.as_str(), &column.groups));
        groups.or(studies).or_else(found)
    }

    /// Which labels occur among some cells.
    pub(crate) fn labels_among(&self, cells: &[usize]) -> Vec<bool> {
        let mut occur = vec![false; self.labels.set().len()];
        for &cell in cells {
            occur[self.labels.code(cell)] = true;
        }
        occur
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

/// What is known of each cell beside its counts.
struct Marks {
    labels: Labels,
    groups: Option<Labels>,
    studies: Option<Labels>,
    samples: Option<Labels>,
    cell_types: Option<Labels>,
    test_part: Option<TestPart>,
    /// Columns that wider names are from; entries that are missing are empty.
    wider: Vec<Labels>,
}

impl Marks {
    /// Of the cells that have a label, and a group and a study where those are asked for; the others are left out, aloud.
    fn read(
        dataset: &mut Dataset,
        source: &LabelSource<'_>,
        options: &ReferenceOptions,
        warnings: &mut Vec<Warning>,
    ) -> Result<Self, DataError> {
        let labels = match source {
            LabelSource::Column(column) => dataset.column(column)?,
            LabelSource::Files => dataset.file_labels(),
        };
        let column = |name: &Option<String>| name.as_deref().map(|name| dataset.column(name)).transpose();
        let samples = sample_of_cells(dataset, &options.unit)?;
        let cell_types = column(&options.cell_types)?;
        let group_name = options.group.clone().or_else(|| sample_columns(options));
        let groups = column(&options.group)?.or_else(|| samples.clone());
        let studies = column(&options.study)?;
        let test_part = test_part(dataset, &options.test_where)?;
        let wider = options.hierarchy.columns().into_iter().map(|name| dataset.column(name));
        let wider = wider.collect::<Result<Vec<_>, _>>()?;
        let has = |entries: &Entries| entries.map(|entry| label_of(entry).is_some()).collect::<Vec<bool>>();
        let has_label = has(&labels);
        let mut has_all = has_label.clone();
        for entries in [&groups, &studies].into_iter().flatten() {
            has_all.iter_mut().zip(has(entries)).for_each(|(all, has)| *all = *all && has);
        }
        let check = LabelCheck::of(labels.iter());
        let checks = [(&groups, &group_name), (&studies, &options.study)].map(|(entries, name)| {
            let entries = entries.iter().flat_map(Entries::iter).enumerate();
            let labelled = entries.filter(|(cell, _)| has_label[*cell]);
            let place = name.as_ref().map(|name| format!("column `{name}`")).unwrap_or_default();
            (LabelCheck::of(labelled.map(|(_, entry)| entry)), place)
        });
        for (check, place) in
            [(&check, &source.in_words())].into_iter().chain(checks.iter().map(|(a, b)| (a, b)))
        {
            let (count, words) = (check.n_missing(), check.missing_in_words());
            if count > 0 {
                warnings.push(Warning::note(
                    "cells-left-out",
                    format!("{count} cells have no entry in {place}{words} and are left out"),
                ));
            }
        }
        warnings.extend(check.warnings(&source.in_words()));
        let kept: Vec<usize> = (0..labels.len()).filter(|&cell| has_all[cell]).collect();
        if kept.is_empty() {
            return Err(DataError::NoLabels { place: source.in_words(), words: check.missing_in_words() });
        }
        dataset.keep(&kept);
        let names = |entries: &Entries| entries.labels(kept.iter().copied());
        Ok(Self {
            labels: names(&labels),
            groups: groups.as_ref().map(names),
            studies: studies.as_ref().map(names),
            samples: samples.as_ref().map(names),
            cell_types: cell_types.as_ref().map(names),
            test_part: test_part.map(|part| part.select(&kept)),
            wider: wider.into_iter().map(|entries| names(&entries.without_words_for_missing())).collect(),
        })
    }

    /// Of these cells.
    fn select(self, kept: &[usize]) -> Self {
        let of_kept = |labels: Labels| labels.select(kept).over_occurring();
        Self {
            labels: of_kept(self.labels),
            groups: self.groups.map(of_kept),
            studies: self.studies.map(of_kept),
            samples: self.samples.map(of_kept),
            cell_types: self.cell_types.map(of_kept),
            test_part: self.test_part.map(|part| part.select(kept)),
            wider: self.wider.into_iter().map(of_kept).collect(),
        }
    }
}

/// Columns that may explain what samples seem to be told apart by; looked for where samples are scored.
fn dividing(dataset: &Dataset, options: &ReferenceOptions) -> Vec<GroupColumn> {
    if options.unit.is_empty() {
        return Vec::new();
    }
    let named = [&options.label, &options.group, &options.study, &options.cell_types];
    let known: Vec<Option<&str>> =
        named.into_iter().flatten().chain(&options.unit).map(|name| Some(name.as_str())).collect();
    group_columns::dividing(dataset, &known)
}

/// Columns of samples as one name.
pub(crate) fn sample_columns(options: &ReferenceOptions) -> Option<String> {
    (!options.unit.is_empty()).then(|| options.unit.join(" and "))
}

/// The sample of each cell: its entries in some columns. Missing for a cell that lacks one.
fn sample_of_cells(dataset: &Dataset, columns: &[String]) -> Result<Option<Entries>, DataError> {
    let mut names: Option<Entries> = None;
    for column in columns {
        let entries = dataset.column(column)?.without_words_for_missing();
        names = Some(match names {
            None => entries,
            Some(names) => names.joined(&entries),
        });
    }
    Ok(names)
}

impl TestPart {
    fn select(self, kept: &[usize]) -> Self {
        Self { tested: kept.iter().map(|&cell| self.tested[cell]).collect(), ..self }
    }
}

/// The cells that meet the conditions; `None` where there are none.
fn test_part(dataset: &Dataset, conditions: &Filter) -> Result<Option<TestPart>, DataError> {
    if conditions.is_empty() {
        return Ok(None);
    }
    let mut tested = vec![true; dataset.n_cells()];
    let mut values = Vec::new();
    for column in conditions.columns() {
        let entries = dataset.column(column)?;
        let accepted = entries.map(|entry| conditions.accepts(column, entry));
        tested.iter_mut().zip(accepted).for_each(|(tested, accepted)| *tested = *tested && accepted);
        let mut found = entries.names().to_vec();
        found.sort_unstable();
        values.push(format!("`{column}` holds {}", crate::hint::list(&found)));
    }
    Ok(Some(TestPart { condition: conditions.to_string(), values: values.join("; "), tested }))
}

/// Draws the cells that are used, where fewer were asked for.
fn downsample(dataset: &mut Dataset, options: &ReferenceOptions, seed: u64, marks: Marks) -> Marks {
    let mut kept: Vec<usize> = (0..marks.labels.len()).collect();
    if let Some(most) = options.max_per_class {
        kept = sample::max_per_class(&marks.labels, most, seed);
    }
    if let Some(n) = options.downsample {
        let drawn = sample::downsample(&marks.labels.select(&kept), n, seed);
        kept = drawn.into_iter().map(|position| kept[position]).collect();
    }
    dataset.keep(&kept);
    marks.select(&kept)
}

/// All cells, on the genes that at least one of them has.
struct CellsRead {
    cells: Cells,
    vocabulary: Vocabulary,
    /// What else the genes are called.
    other_gene_names: Vec<String>,
    /// Genes of the files that no cell has.
    genes_without_counts: usize,
    /// What identifies each cell.
    fingerprints: Vec<Fingerprint>,
    /// How each file was read.
    found: Vec<Found>,
}

/// Reads all cells that are used.
fn read_cells(
    dataset: &Dataset,
    plan: &Plan,
    progress: &dyn Progress,
    warnings: &mut Vec<Warning>,
) -> Result<CellsRead, DataError> {
    let (union, other_names, maps) = dataset.union_of_genes()?;
    let door = Door::default();
    let mut cells = CellsSoFar::new(union.len(), dataset.n_cells(), plan, &door);
    let mut fingerprints = Vec::with_capacity(dataset.n_cells());
    let bring = |block: NormBlock| {
        let arrived = door.bring(block.cells).map_err(DataError::from)?;
        Ok::<_, DataError>((arrived, block.fingerprints))
    };
    let found = dataset.for_each_block_done(&maps, TARGET, progress, &bring, |step| {
        match step {
            Step::Cells((arrived, of_cells)) => {
                cells.append(arrived).map_err(DataError::from)?;
                fingerprints.extend(of_cells);
            }
            Step::StartAgain => {
                cells.start_again();
                fingerprints.clear();
            }
        }
        Ok(())
    })?;
    warnings.extend(dataset.warnings(&found, &maps));
    let (cells, vocabulary) = cells.finish().on_genes_with_values(&union);
    if vocabulary.is_empty() {
        let file = dataset.files.first().map(|file| file_name(&file.path)).unwrap_or_default();
        return Err(DataError::NoCounts { file });
    }
    let other_gene_names = other_names_of(&vocabulary, &union, &other_names);
    let genes_without_counts = union.len() - vocabulary.len();
    Ok(CellsRead { cells, vocabulary, other_gene_names, genes_without_counts, fingerprints, found })
}

/// The other names of some genes of a wider vocabulary.
pub(crate) fn other_names_of(some: &Vocabulary, all: &Vocabulary, other_names: &[String]) -> Vec<String> {
    let other_name = |name: &String| Some(other_names.get(all.find(name)?.0 as usize)?.clone());
    some.names().iter().map(|name| other_name(name).unwrap_or_default()).collect()
}

/// Positions of the cells without any count, ascending; says how many. They hold no information, whatever their
/// label.
fn empty_cells(cells: &Cells, warnings: &mut Vec<Warning>) -> Vec<usize> {
    let values = cells.values_of_cells().into_iter().enumerate();
    let empty: Vec<usize> = values.filter(|(_, values)| *values == 0).map(|(cell, _)| cell).collect();
    if !empty.is_empty() {
        let message = format!("{} cells have no counts and are left out", empty.len());
        warnings.push(Warning::note("empty-cells", message));
    }
    empty
}

/// All but the first cell of each set of copies; says how many. There are no copies after that.
fn drop_copies(duplicates: &mut Duplicates, warnings: &mut Vec<Warning>) -> Vec<usize> {
    let copies: Vec<usize> =
        std::mem::take(duplicates).sets.into_iter().flat_map(|set| set.into_iter().skip(1)).collect();
    if !copies.is_empty() {
        // Said where they were found; here what became of them.
        warnings.retain(|warning| warning.code != "duplicate-cells");
        let message =
            format!("{} cells have exactly the counts of an earlier cell and are left out", copies.len());
        warnings.push(Warning::note("copies-left-out", message));
    }
    copies
}

/// Cells that are in the data more than once; says so, and where copies have different labels.
fn find_duplicates(
    dataset: &Dataset,
    labels: &Labels,
    fingerprints: &[Fingerprint],
    warnings: &mut Vec<Warning>,
) -> Duplicates {
    let duplicates = dataset.duplicates(fingerprints);
    warnings.extend(duplicates.warning(|cell| dataset.cell_in_words(cell)));
    let disagree = |set: &&Vec<usize>| set.iter().any(|&cell| labels.code(cell) != labels.code(set[0]));
    if let Some(first) = duplicates.sets.iter().find(disagree) {
        let others = duplicates.sets.iter().filter(disagree).count();
        let other =
            first.iter().find(|&&cell| labels.code(cell) != labels.code(first[0])).unwrap_or(&first[0]);
        warnings.push(
            Warning::new(
                "copies-disagree",
                format!(
                    "identical cells have different labels, {}: for example {} is `{}` and {} is `{}`",
                    crate::hint::times(others),
                    dataset.cell_in_words(first[0]),
                    labels.name(first[0]),
                    dataset.cell_in_words(*other),
                    labels.name(*other)
                ),
            )
            .with_hint("no model can tell them apart: decide on one label in the file"),
        );
    }
    duplicates
}

/// The cells without those at these positions, ascending.
fn without_cells(
    left_out: &[usize],
    cells: Cells,
    marks: Marks,
    mut columns: Vec<GroupColumn>,
) -> (Cells, Marks, Vec<GroupColumn>) {
    if left_out.is_empty() {
        return (cells, marks, columns);
    }
    let kept: Vec<usize> =
        (0..cells.n_cells()).filter(|cell| left_out.binary_search(cell).is_err()).collect();
    for column in &mut columns {
        column.groups = column.groups.select(&kept).over_occurring();
    }
    (cells.without(left_out), marks.select(&kept), columns)
}

/// The choices made in reading, with reasons.
fn data_choices(options: &ReferenceOptions, files: &[InputFile], found: &[Found]) -> Vec<Choice> {
    let mut choices = found::choices(found, TARGET);
    choices.extend(choices::file_labels(files, options.data.label_from_name.as_ref()));
    choices.extend(choices::way_round(&options.data.open));
    if !options.data.filter.is_empty() {
        choices.push(choice(
            "cells",
            options.data.filter.to_string(),
            true,
            "only these cells were asked for",
        ));
    }
    if options.drop_copies {
        choices.push(choice(
            "copies",
            "left out",
            true,
            "a cell that is there twice counts twice, and one that was trained on makes its copy easy to label",
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
