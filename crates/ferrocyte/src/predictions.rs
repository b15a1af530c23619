//! The labels of a query's cells: gathered, summed up, written.

use std::path::Path;

use ferrocyte_core::{
    Hierarchy, LabelCount, LabelSet, PredictedLabel, PredictionSummary, RunRecord, Scores, SourceError,
    UNASSIGNED, Warning,
};
use ferrocyte_io::write::{
    AnnotatedCopy, Annotations, LabelTable, NewCells, NewFormat, ObsColumn, WriteError, WriteErrorKind,
};
use ferrocyte_io::{CellFile, Format, MatrixPath};
use ferrocyte_learn::back_off::{BackedOff, back_off, best_of_level};
use ferrocyte_learn::decide::{Decision, Unassigned};

use crate::dataset::{DataFile, Dataset};

/// The column with the narrowest name that a cell is sure of.
const BACKED_OFF: &str = "backed_off_label";

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

/// The labels of a query's cells, in cell order.
pub(crate) struct Predictions {
    labels: LabelSet,
    decisions: Vec<Decision>,
    /// What is to be noted beside a cell that got a label, where there is something; one for each cell, or none at
    /// all.
    notes: Vec<Option<String>>,
    /// Share of the model's members that gave the label, one for each cell; empty where the model has no members.
    agreement: Vec<f64>,
    /// Wider names of the labels and the least probability of one, where the model has them.
    hierarchy: Option<(Hierarchy, f64)>,
    /// The narrowest name that each cell is sure of, and its most probable name of each level; one for each cell that was
    /// scored, or none at all.
    wider: Vec<Wider>,
    /// All probabilities, row by row, where they are needed to score against a truth.
    probabilities: Option<Vec<f64>>,
}

/// What a cell is called in wider names.
struct Wider {
    backed_off: Option<BackedOff>,
    levels: Vec<Option<usize>>, // the node of each level
}

/// The decision on a cell, and what is to be noted beside its label.
#[derive(Clone, Copy)]
struct Decided<'a> {
    decision: &'a Decision,
    wider: Option<&'a Wider>,
    note: Option<&'a str>,
    agreement: Option<f64>,
}

impl Wider {
    fn of(hierarchy: &Hierarchy, probabilities: &[f64], threshold: f64) -> Self {
        let best = |level| best_of_level(hierarchy, probabilities, level).map(|(node, _)| node);
        Self {
            backed_off: back_off(hierarchy, probabilities, threshold),
            levels: (0..hierarchy.levels().len()).map(best).collect(),
        }
    }
}

impl Predictions {
    pub(crate) fn new(labels: LabelSet, keep_probabilities: bool) -> Self {
        Self {
            labels,
            decisions: Vec::new(),
            notes: Vec::new(),
            agreement: Vec::new(),
            hierarchy: None,
            wider: Vec::new(),
            probabilities: keep_probabilities.then(Vec::new),
        }
    }

    /// Gives cells wider names too, of at least this probability.
    pub(crate) fn with_hierarchy(self, hierarchy: Hierarchy, threshold: f64) -> Self {
        Self { hierarchy: Some((hierarchy, threshold)), ..self }
    }

    /// Adds the cells of a block; `agreement` is that of the model's members, where it has any.
    pub(crate) fn extend(&mut self, decisions: Vec<Decision>, scores: &Scores, agreement: Option<Vec<f64>>) {
        if let Some((hierarchy, threshold)) = &self.hierarchy {
            self.wider.extend(scores.rows().map(|row| Wider::of(hierarchy, row, *threshold)));
        }
        self.decisions.extend(decisions);
        self.agreement.extend(agreement.unwrap_or_default());
        if let Some(probabilities) = &mut self.probabilities {
            probabilities.extend_from_slice(scores.as_slice());
        }
    }

    /// Notes beside each cell of a file that has few of the model's genes; one entry for each file.
    pub(crate) fn note_few_genes(&mut self, query: &Dataset, few: &[Option<String>]) {
        if few.iter().any(Option::is_some) {
            let of_file = |(file, few): (&DataFile, &Option<String>)| vec![few.clone(); file.cells.len()];
            self.notes = query.files.iter().zip(few).flat_map(of_file).collect();
        }
    }

    /// Notes the same beside each cell, after what is noted there.
    pub(crate) fn note_all(&mut self, note: &str) {
        self.notes.resize(self.decisions.len(), None);
        for noted in &mut self.notes {
            let before = noted.take().map_or_else(String::new, |before| format!("{before}; "));
            *noted = Some(before + note);
        }
    }

    /// Forgets all cells: they come again.
    pub(crate) fn clear(&mut self) {
        self.decisions.clear();
        self.wider.clear();
        self.agreement.clear();
        if let Some(probabilities) = &mut self.probabilities {
            probabilities.clear();
        }
    }

    /// The labels that the model can give.
    pub(crate) fn labels(&self) -> &LabelSet {
        &self.labels
    }

    /// Called labels and probabilities of some cells as codes of a wider set of labels.
    pub(crate) fn over(&self, all: &LabelSet, cells: &[usize]) -> (Vec<Option<usize>>, Scores) {
        let code: Vec<Option<usize>> = self.labels.names().iter().map(|name| all.code(name)).collect();
        let called =
            cells.iter().map(|&cell| self.decisions[cell].label.ok().and_then(|label| code[label])).collect();
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
        (called, scores)
    }

    /// Cells and confidence by label, and who got none.
    pub(crate) fn summary(&self) -> PredictionSummary {
        const TENTHS: usize = 10;
        let mut cells = vec![0_usize; self.labels.len()];
        let mut confidence = vec![0.0_f64; self.labels.len()];
        let mut unanimous = 0;
        let mut histogram = vec![0_usize; TENTHS];
        let mut reasons = std::collections::BTreeMap::<Unassigned, usize>::new();
        for (cell, decision) in self.decisions.iter().enumerate() {
            match decision.label {
                Ok(label) => {
                    unanimous += usize::from(self.agreement.get(cell) == Some(&1.0));
                    cells[label] += 1;
                    confidence[label] += decision.confidence;
                    histogram[((decision.confidence * TENTHS as f64) as usize).min(TENTHS - 1)] += 1;
                }
                Err(reason) => *reasons.entry(reason).or_default() += 1,
            }
        }
        let mut labels: Vec<PredictedLabel> = (self.labels.names().iter().zip(cells.iter().zip(&confidence)))
            .filter(|(_, (cells, _))| **cells > 0)
            .map(|(label, (&cells, confidence))| PredictedLabel {
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
            confidence_histogram: histogram,
            unanimous: (!self.agreement.is_empty()).then_some(unanimous),
            unassigned: reasons
                .into_iter()
                .map(|(reason, cells)| LabelCount { label: reason.reason().to_owned(), cells })
                .collect(),
        }
    }

    /// Says how many cells got no label, and why; and how many are sure of a wider name only.
    pub(crate) fn warn(&self, warnings: &mut Vec<Warning>) {
        warnings.extend(self.backed_off_in_words());
        for LabelCount { label: reason, cells } in self.summary().unassigned {
            warnings.push(Warning::new("unassigned", format!("{cells} cells are `{UNASSIGNED}`: {reason}")));
        }
    }

    /// How many cells are sure of a wider name only, or of none.
    fn backed_off_in_words(&self) -> Option<Warning> {
        let (_, threshold) = self.hierarchy.as_ref()?;
        let labelled =
            || self.wider.iter().zip(&self.decisions).filter(|(_, decision)| decision.label.is_ok());
        let wider =
            labelled().filter(|(wider, _)| wider.backed_off.is_some_and(|found| !found.is_label)).count();
        let none = labelled().filter(|(wider, _)| wider.backed_off.is_none()).count();
        (wider + none > 0).then(|| {
            let message = format!(
                "{wider} cells are less sure of their label than {threshold} and have a wider name in `{BACKED_OFF}`; {none} \
                 are not even sure of one and are `{UNASSIGNED}` there"
            );
            Warning::note("backed-off", message)
        })
    }

    /// The columns of wider names, where the model has them.
    fn wider_columns(&self, decisions: &[Option<Decided<'_>>]) -> Vec<(String, ObsColumn)> {
        let Some((hierarchy, _)) = &self.hierarchy else { return Vec::new() };
        let name = |node: usize| hierarchy.nodes()[node].name.as_str();
        let of_cells = |name_of: &dyn Fn(&Wider) -> Option<usize>| {
            let names: Vec<Option<&str>> = (decisions.iter())
                .map(|decided| {
                    let decided = (*decided)?;
                    let named = || decided.wider.and_then(name_of).map_or(UNASSIGNED, name);
                    Some(if decided.decision.label.is_ok() { named() } else { UNASSIGNED })
                })
                .collect();
            ObsColumn::from_names(&names)
        };
        let sure = |decided: &Option<Decided<'_>>| {
            let found = decided.filter(|decided| decided.decision.label.is_ok())?.wider?.backed_off?;
            Some(found.probability as f32)
        };
        let backed_off = |decided: &Option<Decided<'_>>| -> Option<&str> {
            let decided = (*decided)?;
            Some(match (decided.decision.label, decided.wider.and_then(|wider| wider.backed_off)) {
                // Two labels may be one term: the label is called as it is.
                (Ok(label), Some(found)) if found.is_label => self.labels.name(label),
                (Ok(_), Some(found)) => name(found.node),
                _ => UNASSIGNED,
            })
        };
        let mut columns = vec![
            (
                BACKED_OFF.to_owned(),
                ObsColumn::from_names(&decisions.iter().map(backed_off).collect::<Vec<_>>()),
            ),
            (
                "backed_off_score".to_owned(),
                ObsColumn::F32(decisions.iter().map(|decided| sure(decided).unwrap_or(f32::NAN)).collect()),
            ),
        ];
        for (level, column) in hierarchy.levels().iter().enumerate() {
            let names = of_cells(&|wider: &Wider| wider.levels.get(level).copied().flatten());
            columns.push((format!("predicted_{column}"), names));
        }
        columns
    }

    /// Writes the labels; the record goes into an .h5ad beside them.
    pub(crate) fn write(
        &self,
        kind: OutputKind,
        path: &Path,
        query: &Dataset,
        prefix: &str,
        record: &RunRecord,
    ) -> Result<(), WriteError> {
        match kind {
            OutputKind::H5ad => self.write_h5ad(path, query, prefix, record),
            OutputKind::Table => self.write_table(path, query, prefix),
        }
    }

    /// A copy of the query with columns added, or the same as a new file where the query is no .h5ad. Cells that were not annotated have no entry.
    fn write_h5ad(
        &self,
        path: &Path,
        query: &Dataset,
        prefix: &str,
        record: &RunRecord,
    ) -> Result<(), WriteError> {
        let Some(file) = query.files.first() else { return Ok(()) };
        let mut decisions = vec![None; file.content.n_cells()];
        for (position, &cell) in file.cells.iter().enumerate() {
            decisions[cell] = self.decision(position);
        }
        let columns = self.all_columns(&decisions).into_iter();
        let columns = columns.map(|(name, column)| (format!("{prefix}{name}"), column));
        if file.content.format() != Format::H5ad {
            return new_h5ad(path, file.content.as_ref(), columns, record);
        }
        let mut copy = AnnotatedCopy::new(&file.path, path);
        for (name, column) in columns {
            copy = copy.obs_column(name, column);
        }
        copy.uns("ferrocyte", crate::record_file::record_json(record)).write()
    }

    /// One row per annotated cell.
    fn write_table(&self, path: &Path, query: &Dataset, prefix: &str) -> Result<(), WriteError> {
        let names = query.cell_names();
        let decisions: Vec<_> = (0..self.decisions.len()).map(|position| self.decision(position)).collect();
        let columns = self.all_columns(&decisions).into_iter();
        let mut columns: Vec<(String, ObsColumn)> =
            columns.map(|(name, column)| (format!("{prefix}{name}"), column)).collect();
        if query.files.len() > 1 {
            // Names of cells repeat between files.
            let names = query.file_names();
            let files: Vec<Option<&str>> =
                query.file_of_cells().into_iter().map(|file| Some(names[file].as_str())).collect();
            columns.insert(0, ("file".to_owned(), ObsColumn::from_names(&files)));
        }
        let table = LabelTable::new(&names);
        columns.iter().fold(table, |table, (name, column)| table.column(name, column)).write(path)
    }

    /// The decision on a cell, and what is to be noted beside its label.
    fn decision(&self, position: usize) -> Option<Decided<'_>> {
        let note = self.notes.get(position).and_then(Option::as_deref);
        let agreement = self.agreement.get(position).copied();
        let wider = self.wider.get(position);
        self.decisions.get(position).map(|decision| Decided { decision, wider, note, agreement })
    }

    /// All columns: labels, and wider names where the model has them.
    fn all_columns<'a>(&'a self, decisions: &[Option<Decided<'a>>]) -> Vec<(String, ObsColumn)> {
        let columns = self.columns(decisions).into_iter().map(|(name, column)| (name.to_owned(), column));
        columns.chain(self.wider_columns(decisions)).collect()
    }

    /// The columns, for cells of which some may not have been annotated.
    fn columns<'a>(&'a self, decisions: &[Option<Decided<'a>>]) -> Vec<(&'static str, ObsColumn)> {
        let categories = |name: &dyn Fn(Decided<'a>) -> Option<&'a str>| {
            let names: Vec<Option<&str>> = decisions.iter().map(|decided| name((*decided)?)).collect();
            ObsColumn::from_names(&names)
        };
        let numbers = |number: &dyn Fn(Decided<'_>) -> Option<f64>| {
            let number =
                |decided: &Option<Decided<'_>>| decided.and_then(number).map_or(f32::NAN, |n| n as f32);
            ObsColumn::F32(decisions.iter().map(number).collect())
        };
        let name = |label: usize| self.labels.name(label);
        let mut columns = vec![
            ("predicted_labels", categories(&|d| Some(d.decision.label.map_or(UNASSIGNED, name)))),
            ("conf_score", numbers(&|d| Some(d.decision.confidence))),
            ("runner_up", categories(&|d| d.decision.runner_up.map(name))),
        ];
        if !self.agreement.is_empty() {
            // A cell without a label has nothing to agree on.
            let agreement = numbers(&|d| d.agreement.filter(|_| d.decision.label.is_ok()));
            columns.push(("model_agreement", agreement));
        }
        let note = categories(&|d| d.decision.label.err().map(Unassigned::reason).or(d.note));
        columns.push(("ferrocyte_note", note));
        columns
    }
}

/// The cells of a query in another format, with their numbers as stored, and columns added to obs.
fn new_h5ad(
    path: &Path,
    query: &dyn CellFile,
    added: impl IntoIterator<Item = (String, ObsColumn)>,
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
