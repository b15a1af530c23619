//! Given labels of a reference that held-out predictions speak against: into the record, and as a table.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use ferrocyte_core::{
    DoubtedLabel, DoubtedPair, DoubtfulCell, LabelNoise, Labels, OutputRecord, RunRecord, Warning,
};
use ferrocyte_io::write::{LabelTable, ObsColumn, WriteError};
use ferrocyte_learn::evaluate::{CrossValidation, Doubt, Doubts, Folds, doubts};

use crate::cell_names::CellNames;
use crate::dataset::file_name;
use crate::reference::Reference;

/// Cells that a record names.
const NAMED: usize = 100;

/// What becomes of labels that held-out predictions speak against.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LabelNoiseOptions {
    /// File for all doubtful cells, the most doubtful first: .csv or .tsv, with or without .gz. The record has the first
    /// hundred in any case.
    pub table: Option<PathBuf>,
}

/// Looks for doubtful labels among cells of which `result` has held-out probabilities.
pub(crate) fn look(
    reference: &Reference,
    names: &CellNames,
    folds: &Folds,
    result: &CrossValidation,
    options: &LabelNoiseOptions,
    record: &mut RunRecord,
) -> Result<(), WriteError> {
    // Where a condition says which cells are tested, the others have no held-out probabilities.
    let tested = folds.tested();
    let (labels, names) = (&reference.labels.select(&tested), &names.select(&tested));
    let judged = judged(labels, &tested, folds, result);
    let found = doubts(labels, &result.probabilities, &judged);
    let noise = in_words(labels, names, &judged, &found);
    record.warnings.extend(not_judged(&noise));
    record.label_noise = Some(noise);
    if let Some(path) = &options.table {
        write(path, labels, names, &found.cells)?;
        record.outputs.push(OutputRecord { role: "doubtful labels".to_owned(), file: file_name(path) });
    }
    Ok(())
}

/// Which of the tested cells have a label that the model of their fold could know.
fn judged(labels: &Labels, tested: &[usize], folds: &Folds, result: &CrossValidation) -> Vec<bool> {
    let unknown: Vec<Vec<usize>> = (result.folds.iter())
        .map(|fold| fold.labels_not_in_training.iter().filter_map(|name| labels.set().code(name)).collect())
        .collect();
    let known = |(cell, label): (usize, usize)| !unknown[folds.fold_of(tested[cell])].contains(&label);
    labels.codes().enumerate().map(known).collect()
}

fn not_judged(noise: &LabelNoise) -> Option<Warning> {
    (noise.not_judged > 0).then(|| {
        let message = format!(
            "the labels of {} cells cannot be doubted: no training cell of their fold had them",
            noise.not_judged
        );
        Warning::note("labels-not-judged", message)
    })
}

/// What a record says of it.
fn in_words(labels: &Labels, names: &CellNames, judged: &[bool], found: &Doubts) -> LabelNoise {
    let name = |label: usize| labels.set().name(label).to_owned();
    let n_labels = labels.set().len();
    let (mut cells, mut doubtful) = (vec![0; n_labels], vec![0; n_labels]);
    for (label, _) in labels.codes().zip(judged).filter(|(_, judged)| **judged) {
        cells[label] += 1;
    }
    let mut pairs = BTreeMap::<(usize, usize), usize>::new();
    for doubt in &found.cells {
        doubtful[doubt.given] += 1;
        *pairs.entry((doubt.given, doubt.suggested)).or_default() += 1;
    }
    let mut pairs: Vec<DoubtedPair> = pairs
        .into_iter()
        .map(|((given, suggested), cells)| DoubtedPair {
            given: name(given),
            suggested: name(suggested),
            cells,
        })
        .collect();
    // Stable: pairs of equal size stay in the order of the labels.
    pairs.sort_by_key(|pair| std::cmp::Reverse(pair.cells));
    let of_label = |(label, (&cells, &doubtful)): (usize, (&usize, &usize))| DoubtedLabel {
        label: name(label),
        cells,
        doubtful,
        threshold: found.thresholds[label],
    };
    let worst = found.cells.iter().take(NAMED).map(|doubt| DoubtfulCell {
        cell: names.name(doubt.cell).to_owned(),
        file: names.file(doubt.cell).map(str::to_owned),
        given: name(doubt.given),
        suggested: name(doubt.suggested),
        probability_given: doubt.probability_given,
        probability_suggested: doubt.probability_suggested,
    });
    let n_judged = judged.iter().filter(|judged| **judged).count();
    LabelNoise {
        cells: n_judged,
        not_judged: judged.len() - n_judged,
        doubtful: found.cells.len(),
        share: found.cells.len() as f64 / n_judged.max(1) as f64,
        labels: cells.iter().zip(&doubtful).enumerate().map(of_label).collect(),
        pairs,
        worst: worst.collect(),
    }
}

/// One row for each doubtful cell, the most doubtful first.
fn write(path: &Path, labels: &Labels, names: &CellNames, doubts: &[Doubt]) -> Result<(), WriteError> {
    let ids: Vec<String> = doubts.iter().map(|doubt| names.name(doubt.cell).to_owned()).collect();
    let texts = |text: &dyn Fn(&Doubt) -> Option<String>| {
        ObsColumn::from_names(&doubts.iter().map(text).collect::<Vec<_>>())
    };
    let numbers = |number: fn(&Doubt) -> f64| ObsColumn::F64(doubts.iter().map(number).collect());
    let label = |label: usize| Some(labels.set().name(label).to_owned());
    let mut columns = vec![
        ("given_label", texts(&|doubt| label(doubt.given))),
        ("suggested_label", texts(&|doubt| label(doubt.suggested))),
        ("probability_given", numbers(|doubt| doubt.probability_given)),
        ("probability_suggested", numbers(|doubt| doubt.probability_suggested)),
    ];
    if names.several_files() {
        columns.insert(0, ("file", texts(&|doubt| names.file(doubt.cell).map(str::to_owned))));
    }
    let table = LabelTable::new(&ids);
    columns.iter().fold(table, |table, (name, column)| table.column(name, column)).write(path)
}
