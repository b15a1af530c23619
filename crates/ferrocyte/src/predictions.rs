//! The labels of a query's cells: gathered, summed up, written.

use std::path::Path;

use ferrocyte_core::{
    LabelCount, LabelSet, PredictedLabel, PredictionSummary, RunRecord, Scores, SourceError, UNASSIGNED,
    Warning,
};
use ferrocyte_io::write::{
    AnnotatedCopy, Annotations, LabelTable, NewCells, NewFormat, ObsColumn, WriteError, WriteErrorKind,
};
use ferrocyte_io::{CellFile, Format, MatrixPath};
use ferrocyte_learn::conformal::Thresholds;
use ferrocyte_learn::decide::{Decision, Unassigned};
use ferrocyte_learn::unknown::PROMISED_LOSS;

use crate::cell_sets::CellSets;
use crate::dataset::{DataFile, Dataset};

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

/// The labels of a query's cells, in cell order.
pub(crate) struct Predictions {
    labels: LabelSet,
    decisions: Vec<Decision>,
    /// What is to be noted beside a cell that got a label, where there is something; one for each cell, or none at
    /// all.
    notes: Vec<Option<String>>,
    /// Share of the model's members that gave the label, one for each cell; empty where the model has no members.
    agreement: Vec<f64>,
    /// Unknown scores, one for each cell; empty where the model does not know what is usual.
    strangeness: Vec<f64>,
    /// The prediction set of each cell, where sets were asked for.
    sets: Option<CellSets>,
    /// All probabilities, row by row, where they are needed to score against a truth.
    probabilities: Option<Vec<f64>>,
}

/// The decision on a cell, and what is to be noted beside its label.
#[derive(Clone, Copy)]
struct Decided<'a> {
    decision: &'a Decision,
    note: Option<&'a str>,
    agreement: Option<f64>,
    strangeness: Option<f64>,
    set: Option<&'a str>,
}

impl Predictions {
    pub(crate) fn new(labels: LabelSet, keep_probabilities: bool, sets: Option<Thresholds>) -> Self {
        Self {
            labels,
            decisions: Vec::new(),
            notes: Vec::new(),
            agreement: Vec::new(),
            strangeness: Vec::new(),
            sets: sets.map(CellSets::new),
            probabilities: keep_probabilities.then(Vec::new),
        }
    }

    /// Adds the cells of a block; `agreement` is that of the model's members, where it has any, and `strangeness` the
    /// unknown scores.
    pub(crate) fn extend(
        &mut self,
        decisions: Vec<Decision>,
        scores: &Scores,
        agreement: Option<Vec<f64>>,
        strangeness: Option<Vec<f64>>,
    ) {
        self.strangeness.extend(strangeness.unwrap_or_default());
        if let Some(sets) = &mut self.sets {
            sets.extend(&decisions, scores, &self.labels);
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
        self.agreement.clear();
        self.strangeness.clear();
        if let Some(sets) = &mut self.sets {
            sets.clear();
        }
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
            set_sizes: self.sets.as_ref().map(CellSets::sizes).unwrap_or_default(),
            strange: (!self.strangeness.is_empty()).then(|| self.n_strange()),
            unassigned: reasons
                .into_iter()
                .map(|(reason, cells)| LabelCount { label: reason.reason().to_owned(), cells })
                .collect(),
        }
    }

    /// Cells with counts that stand less clear than all but one in twenty cells of known labels.
    fn n_strange(&self) -> usize {
        let strange = |(decision, score): &(&Decision, &f64)| {
            matches!(decision.label, Ok(_) | Err(Unassigned::Unknown)) && **score > 1.0 - PROMISED_LOSS
        };
        self.decisions.iter().zip(&self.strangeness).filter(strange).count()
    }

    /// Says so where far more cells are like no label than among the reference's own.
    fn many_strange(&self) -> Option<Warning> {
        let (cells, strange) = (self.strangeness.len(), self.n_strange());
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

    /// Says how many cells got no label, and why.
    pub(crate) fn warn(&self, warnings: &mut Vec<Warning>) {
        warnings.extend(self.many_strange());
        for LabelCount { label: reason, cells } in self.summary().unassigned {
            warnings.push(Warning::new("unassigned", format!("{cells} cells are `{UNASSIGNED}`: {reason}")));
        }
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
        let columns = self.columns(&decisions).into_iter();
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
        let columns = self.columns(&decisions).into_iter();
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
        let strangeness = self.strangeness.get(position).copied();
        self.decisions.get(position).map(|decision| Decided {
            decision,
            note,
            agreement,
            strangeness,
            set: self.sets.as_ref().and_then(|sets| sets.of(position)),
        })
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
        if !self.strangeness.is_empty() {
            // A cell without counts is like nothing, and that is not strange.
            let had_an_answer =
                |d: &Decided<'_>| matches!(d.decision.label, Ok(_) | Err(Unassigned::Unknown));
            let strangeness = numbers(&|d| d.strangeness.filter(|_| had_an_answer(&d)));
            columns.push(("unknown_score", strangeness));
        }
        if self.sets.is_some() {
            columns.push(("prediction_set", categories(&|d| d.set)));
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
