//! The labels of a query's cells: gathered, summed up, written.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::io;
use std::ops::Range;
use std::path::Path;

use ferrocyte_core::{
    Hierarchy, LabelCount, LabelSet, PredictedLabel, PredictionSummary, RunRecord, Scores, SourceError,
    UNASSIGNED, Warning,
};
use ferrocyte_io::write::{
    AnnotatedCopy, Annotations, CellColumn, CellIds, EarlyCopy, LabelTable, NewCells, NewFormat, ObsColumn,
    WriteError, WriteErrorKind,
};
use ferrocyte_io::{CellFile, MatrixPath};
use ferrocyte_learn::back_off::{back_off, best_of_level};
use ferrocyte_learn::conformal::Thresholds;
use ferrocyte_learn::decide::{Decision, Unassigned};
use ferrocyte_learn::unknown::PROMISED_LOSS;

use crate::cell_records::{CellRecord, CellRecords};
use crate::cell_sets::CellSets;
use crate::dataset::Dataset;
use crate::written_columns::{NameColumn, NameOf, NumberColumn, Rows, TextColumn};

/// The column with the narrowest name that a cell is sure of.
const BACKED_OFF: &str = "backed_off_label";
/// So many times more strange cells than promised are worth a warning. Donors of the reference's own study have about as many
/// as promised; each pancreas study beside a model of the other three has more, 17.5 % in the mean.
const MANY_STRANGE: f64 = 3.0;
/// Fewer cells than this are no sign of anything.
const FEWEST_STRANGE: usize = 20;

/// In which form labels are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum OutputKind {
    /// The query with columns added to obs.
    H5ad,
    /// One row per cell, as text.
    Table,
}

/// Labels cannot be written in this form.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum OutputKindError {
    /// The name says no form.
    #[error(
        "cannot tell what to write from the name `{found}`: expected .h5ad, .csv or .tsv (also .csv.gz, .tsv.gz)"
    )]
    Unknown {
        /// The name.
        found: String,
    },
    /// Several files into one .h5ad.
    #[error(
        "an .h5ad output is a copy of one query, but there are {files}; write a .csv instead, or annotate them one by one"
    )]
    SeveralFiles {
        /// Number of files.
        files: usize,
    },
}

impl OutputKind {
    /// From the ending of the name.
    pub(crate) fn of(path: &Path) -> Result<Self, OutputKindError> {
        let ending = |path: &Path| path.extension().map(|ending| ending.to_string_lossy().to_lowercase());
        let plain =
            if ending(path).as_deref() == Some("gz") { path.with_extension("") } else { path.to_owned() };
        match (ending(path).as_deref(), ending(&plain).as_deref()) {
            (Some("h5ad"), _) => Ok(Self::H5ad),
            (_, Some("csv" | "tsv")) => Ok(Self::Table),
            _ => Err(OutputKindError::Unknown { found: path.display().to_string() }),
        }
    }
}

/// The labels of a query's cells, in cell order. What is decided of each cell may lie on the disk; what is counted over all of
/// them is counted as they come.
pub(crate) struct Predictions {
    labels: LabelSet,
    records: CellRecords,
    /// The first cell that is labelled, among all that are used.
    first: usize,
    /// Where the cells of each file end among all of them.
    files: Vec<usize>,
    /// What is to be noted beside the cells of each file that got a label, where there is something.
    notes: Vec<Option<String>>,
    /// The genes that pushed each cell most to its label, one text for each cell; empty where nobody asked.
    genes: Vec<String>,
    /// Wider names of the labels and the least probability of one, where the model has them.
    hierarchy: Option<(Hierarchy, f64)>,
    /// The prediction sets that cells have, where sets were asked for.
    sets: Option<CellSets>,
    /// All probabilities, row by row, where they are needed to score against a truth.
    probabilities: Option<Vec<f64>>,
    counted: Counted,
}

/// What is counted over all cells.
#[derive(Debug, Clone, Default, PartialEq)]
struct Counted {
    /// Cells with each label, and the sum of their confidence.
    labels: Vec<(usize, f64)>,
    /// Cells with a label, by tenths of confidence.
    histogram: [usize; TENTHS],
    reasons: BTreeMap<Unassigned, usize>,
    /// Cells with a label that all members of the model give; `None` where the model has no members.
    unanimous: Option<usize>,
    /// Cells with an unknown score, and those of them that stand out; `None` where the model does not know what is usual.
    strange: Option<(usize, usize)>,
    /// Cells whose set holds 0, 1, 2, ... labels.
    set_sizes: Vec<usize>,
    /// Cells with a label that are sure of a wider name only, and of none.
    wider: usize,
    unsure: usize,
}

/// Parts of the range of confidence that are counted.
const TENTHS: usize = 10;

/// What was decided of a cell, and what is to be noted beside its label.
pub(crate) struct Decided<'a> {
    record: CellRecord,
    /// Which of the files the cell is from.
    file: usize,
    note: Option<&'a str>,
    genes: &'a str,
}

/// What is known of the cells of a block beside their decisions.
pub(crate) struct Scored<'a> {
    pub(crate) probabilities: &'a Scores,
    /// Share of the model's members that gave the label, where it has any.
    pub(crate) agreement: Option<Vec<f64>>,
    /// The unknown scores, where the model knows what is usual.
    pub(crate) strangeness: Option<Vec<f64>>,
}

impl Predictions {
    /// Of the cells of some files, with so many cells each, from the cell at position `first` on.
    pub(crate) fn new(
        labels: LabelSet,
        files: impl ExactSizeIterator<Item = usize>,
        first: usize,
        keep_probabilities: bool,
        sets: Option<Thresholds>,
    ) -> Self {
        Self {
            labels,
            records: CellRecords::new(0),
            first,
            notes: vec![None; files.len()],
            files: files
                .scan(0, |end, n_cells| {
                    *end += n_cells;
                    Some(*end)
                })
                .collect(),
            genes: Vec::new(),
            hierarchy: None,
            sets: sets.map(CellSets::new),
            probabilities: keep_probabilities.then(Vec::new),
            counted: Counted::default(),
        }
    }

    /// Gives cells wider names too, of at least this probability.
    pub(crate) fn with_hierarchy(self, hierarchy: Hierarchy, threshold: f64) -> Self {
        let records = CellRecords::new(hierarchy.levels().len());
        Self { records, hierarchy: Some((hierarchy, threshold)), ..self }
    }

    /// Number of cells.
    pub(crate) fn len(&self) -> usize {
        self.records.len()
    }

    /// Adds some cells of a block.
    pub(crate) fn extend(
        &mut self,
        decisions: &[Decision],
        scored: &Scored<'_>,
        cells: Range<usize>,
    ) -> io::Result<()> {
        self.counted.labels.resize(self.labels.len(), (0, 0.0));
        for cell in cells {
            let (decision, row) = (&decisions[cell], scored.probabilities.row(cell));
            let number = |numbers: &Option<Vec<f64>>| numbers.as_ref()?.get(cell).copied();
            let (agreement, strangeness) = (number(&scored.agreement), number(&scored.strangeness));
            let set = self.sets.as_mut().and_then(|sets| sets.of_cell(decision, row, &self.labels));
            let (mut backed_off, mut levels) = (None, Vec::new());
            if let Some((hierarchy, threshold)) = &self.hierarchy {
                backed_off = back_off(hierarchy, row, *threshold);
                let best = |level| best_of_level(hierarchy, row, level).map(|(node, _)| node as u32);
                levels.extend((0..hierarchy.levels().len()).map(best));
            }
            let set_size = set.map(|set| self.sets.as_ref().map_or(0, |sets| sets.size(set)));
            self.counted.add(decision, agreement, strangeness, set_size);
            if self.hierarchy.is_some() && decision.label.is_ok() {
                self.counted.wider += usize::from(backed_off.is_some_and(|found| !found.is_label));
                self.counted.unsure += usize::from(backed_off.is_none());
            }
            self.records.push(&CellRecord {
                label: decision.label.map(|label| label as u32),
                runner_up: decision.runner_up.map(|label| label as u32),
                confidence: decision.confidence as f32,
                agreement: agreement.map_or(f32::NAN, |share| share as f32),
                strangeness: strangeness.map_or(f32::NAN, |score| score as f32),
                set: set.map(|set| set as u32),
                backed_off: backed_off
                    .map(|found| (found.node as u32, found.is_label, found.probability as f32)),
                levels,
            })?;
        }
        if let Some(probabilities) = &mut self.probabilities {
            probabilities.extend_from_slice(scored.probabilities.as_slice());
        }
        Ok(())
    }

    /// Notes beside each cell of a file that has few of the model's genes; one entry for each file.
    pub(crate) fn note_few_genes(&mut self, few: &[Option<String>]) {
        self.notes = few.to_vec();
    }

    /// Notes the same beside each cell, after what is noted there.
    pub(crate) fn note_all(&mut self, note: &str) {
        for noted in &mut self.notes {
            let before = noted.take().map_or_else(String::new, |before| format!("{before}; "));
            *noted = Some(before + note);
        }
    }

    /// Names beside each cell the genes that pushed it most to its label.
    pub(crate) fn name_genes(&mut self, genes: Vec<String>) {
        self.genes = genes;
    }

    /// Forgets all cells: they come again.
    pub(crate) fn clear(&mut self) {
        self.records.clear();
        self.counted = Counted::default();
        if let Some(probabilities) = &mut self.probabilities {
            probabilities.clear();
        }
    }

    /// The labels that the model can give.
    pub(crate) fn labels(&self) -> &LabelSet {
        &self.labels
    }

    /// Called labels and probabilities of some cells, ascending, as codes of a wider set of labels.
    pub(crate) fn over(&self, all: &LabelSet, cells: &[usize]) -> io::Result<(Vec<Option<usize>>, Scores)> {
        /// Cells that are read back at a time.
        const STEP: usize = 1 << 14;
        let code: Vec<Option<usize>> = self.labels.names().iter().map(|name| all.code(name)).collect();
        let mut called = Vec::with_capacity(cells.len());
        let mut read = (0, Vec::new());
        for &cell in cells {
            if cell >= read.0 + read.1.len() {
                read = (cell, self.records.range(cell..(cell + STEP).min(self.len()))?);
            }
            let label = read.1.get(cell - read.0).and_then(|record| record.label.ok());
            called.push(label.and_then(|label| code.get(label as usize).copied().flatten()));
        }
        let mut scores = Scores::zeros(cells.len(), all.len());
        if let Some(probabilities) = &self.probabilities {
            for (row, &cell) in cells.iter().enumerate() {
                let from = &probabilities[cell * code.len()..(cell + 1) * code.len()];
                for (&to, &value) in code.iter().zip(from) {
                    if let Some(to) = to {
                        scores.row_mut(row)[to] = value;
                    }
                }
            }
        }
        Ok((called, scores))
    }

    /// Cells and confidence by label, and who got none.
    pub(crate) fn summary(&self) -> PredictionSummary {
        let Counted { labels, histogram, reasons, unanimous, strange, set_sizes, .. } = &self.counted;
        let mut labels: Vec<PredictedLabel> = (self.labels.names().iter().zip(labels))
            .filter(|(_, (cells, _))| *cells > 0)
            .map(|(label, &(cells, confidence))| PredictedLabel {
                label: label.clone(),
                cells,
                mean_confidence: confidence / cells as f64,
            })
            .collect();
        let unassigned: usize = reasons.values().sum();
        if unassigned > 0 {
            labels.push(PredictedLabel {
                label: UNASSIGNED.to_owned(),
                cells: unassigned,
                mean_confidence: 0.0,
            });
        }
        PredictionSummary {
            labels,
            confidence_histogram: histogram.to_vec(),
            unanimous: *unanimous,
            set_sizes: set_sizes.clone(),
            strange: strange.map(|(_, strange)| strange),
            unassigned: (reasons.iter())
                .map(|(reason, &cells)| LabelCount { label: reason.reason().to_owned(), cells })
                .collect(),
        }
    }

    /// Says so where far more cells are like no label than among the reference's own.
    fn many_strange(&self) -> Option<Warning> {
        let (cells, strange) = self.counted.strange.unwrap_or_default();
        let share = strange as f64 / cells.max(1) as f64;
        (strange >= FEWEST_STRANGE && share > MANY_STRANGE * PROMISED_LOSS).then(|| {
            Warning::new(
                "many-like-no-label",
                format!(
                    "{strange} of {cells} cells ({:.0} %) have an unknown score above {}, where about {:.0} % are expected of \
                     cells like the reference's: the query may have types that the model was not trained on, or be from \
                     another study or condition",
                    100.0 * share,
                    1.0 - PROMISED_LOSS,
                    100.0 * PROMISED_LOSS
                ),
            )
            .with_hint("look at the column `unknown_score`; --reject-unknown leaves such cells without a label")
        })
    }

    /// Says how many cells got no label, and why; and how many are sure of a wider name only.
    pub(crate) fn warn(&self, warnings: &mut Vec<Warning>) {
        warnings.extend(self.many_strange());
        warnings.extend(self.backed_off_in_words());
        for LabelCount { label: reason, cells } in self.summary().unassigned {
            warnings.push(Warning::new("unassigned", format!("{cells} cells are `{UNASSIGNED}`: {reason}")));
        }
    }

    /// How many cells are sure of a wider name only, or of none.
    fn backed_off_in_words(&self) -> Option<Warning> {
        let (_, threshold) = self.hierarchy.as_ref()?;
        let (wider, none) = (self.counted.wider, self.counted.unsure);
        (wider + none > 0).then(|| {
            let message = format!(
                "{wider} cells are less sure of their label than {threshold} and have a wider name in `{BACKED_OFF}`; {none} \
                 are not even sure of one and are `{UNASSIGNED}` there"
            );
            Warning::note("backed-off", message)
        })
    }

    /// What was decided of some cells.
    pub(crate) fn decided(&self, cells: Range<usize>) -> io::Result<Vec<Decided<'_>>> {
        let records = self.records.range(cells.clone())?;
        let decided = |(cell, record)| {
            let file = self.files.partition_point(|&end| end <= self.first + cell);
            Decided {
                record,
                file,
                note: self.notes.get(file).and_then(Option::as_deref),
                genes: self.genes.get(cell).map_or("", String::as_str),
            }
        };
        Ok(cells.zip(records).map(decided).collect())
    }

    /// Writes the labels; the record goes into an .h5ad beside them. `copy` is the copy of the query that was begun, where the
    /// output is to be one.
    pub(crate) fn write(
        &self,
        kind: OutputKind,
        path: &Path,
        copy: Option<EarlyCopy>,
        query: &Dataset,
        prefix: &str,
        record: &RunRecord,
    ) -> Result<(), WriteError> {
        match kind {
            OutputKind::H5ad => self.write_h5ad(path, copy, query, prefix, record),
            OutputKind::Table => self.write_table(path, query, prefix),
        }
    }

    /// A copy of the query with columns added, or the same as a new file where the query is no .h5ad. Cells that were not annotated have no entry.
    fn write_h5ad(
        &self,
        path: &Path,
        copy: Option<EarlyCopy>,
        query: &Dataset,
        prefix: &str,
        record: &RunRecord,
    ) -> Result<(), WriteError> {
        let Some(file) = query.files.first() else { return Ok(()) };
        let unreadable = |error| WriteErrorKind::Io(error).at(path);
        let columns =
            self.columns(Rows::of_file(self, &file.cells, file.content.n_cells())).map_err(unreadable)?;
        let columns = columns.into_iter().map(|(name, column)| (format!("{prefix}{name}"), column));
        let Some(copy) = copy else { return new_h5ad(path, file.content.as_ref(), columns, record) };
        let mut copy = AnnotatedCopy::of_copy(copy);
        for (name, column) in columns {
            copy = copy.obs_column(name, column);
        }
        copy.uns("ferrocyte", crate::record_file::record_json(record)).write()
    }

    /// One row per annotated cell.
    fn write_table(&self, path: &Path, query: &Dataset, prefix: &str) -> Result<(), WriteError> {
        let unreadable = |error| WriteErrorKind::Io(error).at(path);
        let rows = Rows::of_cells(self);
        let files = query.file_names();
        let columns = self.columns(rows).map_err(unreadable)?.into_iter();
        let mut columns: Vec<(String, BoxedColumn<'_>)> =
            columns.map(|(name, column)| (format!("{prefix}{name}"), column)).collect();
        if files.len() > 1 {
            // Names of cells repeat between files.
            let file = NameColumn::new(rows, |decided| files.get(decided.file).map(String::as_str));
            columns.insert(0, ("file".to_owned(), Box::new(file.map_err(unreadable)?)));
        }
        let table = LabelTable::of(NamesOf { query, first: self.first, n: self.len() });
        columns.iter().fold(table, |table, (name, column)| table.column(name, column.as_ref())).write(path)
    }

    /// The columns: labels, and wider names where the model has them.
    fn columns<'a>(&'a self, rows: Rows<'a>) -> io::Result<Vec<(String, BoxedColumn<'a>)>> {
        let names = |name_of: NameOf<'a>| -> io::Result<BoxedColumn<'a>> {
            Ok(Box::new(NameColumn::new(rows, name_of)?))
        };
        let numbers = |number_of| -> BoxedColumn<'a> { Box::new(NumberColumn::new(rows, number_of)) };
        let name = |label: u32| self.labels.name(label as usize);
        let mut columns: Vec<(String, BoxedColumn<'a>)> = Vec::new();
        let mut add = |name: &str, column| columns.push((name.to_owned(), column));
        add("predicted_labels", names(Box::new(move |d| Some(d.record.label.map_or(UNASSIGNED, name))))?);
        add("conf_score", numbers(|d| Some(d.record.confidence)));
        add("runner_up", names(Box::new(move |d| d.record.runner_up.map(name)))?);
        if self.counted.unanimous.is_some() {
            // A cell without a label has nothing to agree on.
            add("model_agreement", numbers(|d| d.record.label.ok().map(|_| d.record.agreement)));
        }
        if !self.genes.is_empty() {
            add("top_genes_for", Box::new(TextColumn::new(rows, |d| d.genes)));
        }
        if self.counted.strange.is_some() {
            // A cell without counts is like nothing, and that is not strange.
            let strangeness = |d: &Decided<'_>| {
                let had_an_answer = matches!(d.record.label, Ok(_) | Err(Unassigned::Unknown));
                had_an_answer.then_some(d.record.strangeness)
            };
            add("unknown_score", numbers(strangeness));
        }
        if let Some(sets) = &self.sets {
            let set = move |d: &Decided<'a>| d.record.set.and_then(|set| sets.name(set as usize));
            add("prediction_set", names(Box::new(set))?);
        }
        add("ferrocyte_note", names(Box::new(|d| d.record.label.err().map(Unassigned::reason).or(d.note)))?);
        let Some((hierarchy, _)) = &self.hierarchy else { return Ok(columns) };
        let node = |node: u32| hierarchy.nodes()[node as usize].name.as_str();
        let backed_off = move |d: &Decided<'a>| {
            Some(match (d.record.label, d.record.backed_off) {
                // Two labels may be one term: the label is called as it is.
                (Ok(label), Some((_, true, _))) => name(label),
                (Ok(_), Some((found, ..))) => node(found),
                _ => UNASSIGNED,
            })
        };
        add(BACKED_OFF, names(Box::new(backed_off))?);
        let sure = |d: &Decided<'_>| d.record.label.ok().and(d.record.backed_off).map(|(.., sure)| sure);
        add("backed_off_score", numbers(sure));
        for (level, column) in hierarchy.levels().iter().enumerate() {
            let of_level = move |d: &Decided<'a>| {
                let found = d.record.label.ok().and(d.record.levels.get(level).copied().flatten());
                Some(found.map_or(UNASSIGNED, node))
            };
            add(&format!("predicted_{column}"), names(Box::new(of_level))?);
        }
        Ok(columns)
    }
}

type BoxedColumn<'a> = Box<dyn CellColumn + 'a>;

impl Counted {
    /// Counts a cell.
    fn add(
        &mut self,
        decision: &Decision,
        agreement: Option<f64>,
        strangeness: Option<f64>,
        set_size: Option<usize>,
    ) {
        let Decision { label, confidence, .. } = *decision;
        if agreement.is_some() {
            *self.unanimous.get_or_insert(0) += usize::from(label.is_ok() && agreement == Some(1.0));
        }
        if let Some(score) = strangeness {
            let (cells, strange) = self.strange.get_or_insert((0, 0));
            *cells += 1;
            // Stands less clear than all but one in twenty cells of known labels.
            let is_strange = score > 1.0 - PROMISED_LOSS;
            *strange += usize::from(is_strange && matches!(label, Ok(_) | Err(Unassigned::Unknown)));
        }
        if let Some(size) = set_size {
            if self.set_sizes.len() <= size {
                self.set_sizes.resize(size + 1, 0);
            }
            self.set_sizes[size] += 1;
        }
        match label {
            Ok(label) => {
                self.labels[label].0 += 1;
                self.labels[label].1 += confidence;
                self.histogram[((confidence * TENTHS as f64) as usize).min(TENTHS - 1)] += 1;
            }
            Err(reason) => *self.reasons.entry(reason).or_default() += 1,
        }
    }
}

/// Names of the cells of a query that were annotated.
struct NamesOf<'a> {
    query: &'a Dataset,
    first: usize,
    n: usize,
}

impl std::fmt::Debug for NamesOf<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("NamesOf").field("n", &self.n).finish_non_exhaustive()
    }
}

impl CellIds for NamesOf<'_> {
    fn n_cells(&self) -> usize {
        self.n
    }

    fn ids(&self, cells: Range<usize>) -> io::Result<Cow<'_, [String]>> {
        self.query.names_of(self.first + cells.start..self.first + cells.end).map(Cow::Owned)
    }
}

/// The cells of a query in another format, with their numbers as stored, and columns added to obs.
fn new_h5ad<'a>(
    path: &Path,
    query: &dyn CellFile,
    added: impl IntoIterator<Item = (String, BoxedColumn<'a>)>,
    record: &RunRecord,
) -> Result<(), WriteError> {
    /// Cells that are read at a time.
    const BLOCK_CELLS: usize = 4096;
    let matrix = MatrixPath::X;
    let unreadable = |error: SourceError| WriteErrorKind::Cells(error).at(path);
    let genes = query.genes_of(&matrix).map_err(|error| unreadable(error.into()))?;
    let read = |frame| Annotations::of(frame).map_err(|error| unreadable(error.into()));
    let (mut obs, _) = read(query.obs())?.with_writable_names();
    let (var, _) = read(&genes)?.with_writable_names();
    for (name, column) in added {
        obs.columns.retain(|(known, _)| *known != name); // from an earlier run
        let column = ObsColumn::of(column.as_ref()).map_err(|error| WriteErrorKind::Io(error).at(path))?;
        obs.columns.push((name, column.into()));
    }
    let uns = vec![("ferrocyte".to_owned(), crate::record_file::record_json(record))];
    let mut writer = NewFormat::H5ad.create(path, &NewCells { obs, var, uns })?;
    let mut source = query.source(&matrix, BLOCK_CELLS).map_err(|error| unreadable(error.into()))?;
    while let Some(block) = source.next_block().map_err(unreadable)? {
        writer.write(&block)?;
    }
    writer.finish().map(|_| ())
}
