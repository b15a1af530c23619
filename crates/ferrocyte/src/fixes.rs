//! What would make a file fit to be learnt from, as commands.

use serde::Serialize;

use crate::inspect::{ColumnInspection, InspectOptions};
use crate::label_check::leave_out;
use crate::shell::quoted;

/// Something that is wrong with a file, and the command that deals with it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Fix {
    /// What is wrong.
    pub finding: String,
    /// The command line; words in capitals are for the user to fill in.
    pub command: String,
    /// Why this helps.
    pub why: String,
}

/// What was found in a file, as far as a command can deal with it.
#[derive(Debug, Default)]
pub(crate) struct Findings<'a> {
    /// A matrix that could be read, where the one that was asked for cannot.
    pub(crate) readable_in: Option<String>,
    /// A column that says which cells belong together.
    pub(crate) donor: Option<&'a str>,
    /// Copies of other cells.
    pub(crate) copies: usize,
    /// The columns of obs.
    pub(crate) columns: &'a [ColumnInspection],
    /// Number of cells.
    pub(crate) n_cells: usize,
    /// Whether the names say that the file is the other way round than it is read.
    pub(crate) way_round: Option<Contradicted>,
}

/// What the names of a file contradict.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Contradicted {
    /// Its format.
    Format,
    /// An option.
    Option,
}

/// The commands that deal with what was found, in the order in which to look at them.
pub(crate) fn fixes(options: &InspectOptions, findings: &Findings<'_>) -> Vec<Fix> {
    let file = quoted(&options.file.to_string_lossy());
    match findings.way_round {
        Some(Contradicted::Format) => return vec![turn(&options.file.to_string_lossy())],
        Some(Contradicted::Option) => {
            return vec![Fix {
                finding: "the names say that the table is the other way round than --genes says".to_owned(),
                command: format!("ferrocyte inspect {file}"),
                why: "without --genes, the names of both axes decide".to_owned(),
            }];
        }
        None => {}
    }
    let label = label_column(findings.columns, findings.donor, findings.n_cells);
    let mut settings: Vec<Setting> = Vec::new();
    let mut set = |finding: String, flag: String, why: &str| {
        settings.push(Setting { finding, flag, why: why.to_owned() });
    };
    if let Some(matrix) = &findings.readable_in {
        set(
            format!(
                "the matrix that was asked for is on no scale that a model could read, but `{matrix}` is"
            ),
            format!("--layer {}", quoted(matrix)),
            "models read counts, or what can be taken back to them; z-scores and cut values cannot",
        );
    }
    if let Some(column) = label {
        for (labels, finding) in odd_labels(column) {
            set(
                finding,
                leave_out(&column.name, &labels),
                "every label is learnt as a kind of cell; these are none, or the same kind twice",
            );
        }
    }
    if let Some(column) = findings.donor {
        let of_no_donor =
            findings.columns.iter().find(|found| found.name == column).map_or(Vec::new(), doubtful);
        let flag = [format!("--group {}", quoted(column)), leave_out(column, &of_no_donor)].join(" ");
        set(
            format!("column `{column}` says which cells belong together"),
            flag.trim_end().to_owned(),
            "cells of one donor resemble each other; only a score on new donors says how the model does on new donors",
        );
    }
    if findings.copies > 0 {
        set(
            format!("{} cells have exactly the counts of another cell", findings.copies),
            "--drop-copies".to_owned(),
            "copies count twice, and a copy that was trained on makes the other easy to label",
        );
    }
    let line = |flags: &str| match label {
        Some(column) => train(options, &format!("{file} --label {}", quoted(&column.name)), flags),
        None => train(options, &format!("{} OTHER_FILE=OTHER_LABEL", labelled(options)), flags),
    };
    let mut fixes: Vec<Fix> = (settings.iter())
        .map(|Setting { finding, flag, why }| Fix {
            finding: finding.clone(),
            command: line(flag),
            why: why.clone(),
        })
        .collect();
    if label.is_none() {
        let finding = "no column looks like labels".to_owned();
        let why = "where each class has a file of its own, the label is said for each file".to_owned();
        fixes.push(Fix { finding, command: line(""), why });
    }
    if settings.len() > 1 {
        let flags: Vec<&str> = settings.iter().map(|setting| setting.flag.as_str()).collect();
        fixes.push(Fix {
            finding: "all of this".to_owned(),
            command: line(&flags.join(" ")),
            why: "the settings go together".to_owned(),
        });
    }
    fixes
}

/// A setting that deals with a finding.
struct Setting {
    finding: String,
    flag: String,
    why: String,
}

/// The command that trains with these settings, and with those that the file was looked at with.
fn train(options: &InspectOptions, reference: &str, flags: &str) -> String {
    let mut words = vec![format!("ferrocyte train {reference}")];
    if let Some(genes) = options.open.genes {
        words.push(format!("--genes {}", crate::way_round::axis(genes)));
    }
    if let Some(genome) = &options.open.genome {
        words.push(format!("--genome {}", quoted(genome)));
    }
    if let Some(layer) = options.layer.as_ref().filter(|_| !flags.contains("--layer")) {
        words.push(format!("--layer {}", quoted(layer)));
    }
    words.extend(Some(flags.to_owned()).filter(|flags| !flags.is_empty()));
    words.push("-o model.ferrocyte".to_owned());
    words.join(" ")
}

/// The file with a label, taken from its name.
fn labelled(options: &InspectOptions) -> String {
    let name = crate::dataset::file_name(&options.file);
    let label = name.split('.').next().filter(|label| !label.is_empty()).unwrap_or("LABEL");
    quoted(&format!("{}={label}", options.file.to_string_lossy()))
}

/// A file that contradicts its format is written anew.
fn turn(file: &str) -> Fix {
    let python =
        format!("import anndata; anndata.read_h5ad({file:?}).T.write({:?})", format!("{file}.turned.h5ad"));
    Fix {
        finding: "rows are called like genes and columns like cells: the file is the wrong way round"
            .to_owned(),
        command: format!("python -c {}", quoted(&python)),
        why: "the format has cells in rows; a model that takes genes for cells learns nothing".to_owned(),
    }
}

/// Entries of a column that name nothing.
fn doubtful(column: &ColumnInspection) -> Vec<String> {
    column.doubtful.iter().map(|label| label.label.clone()).collect()
}

/// Labels of a column that are better left out, with what is wrong with them.
fn odd_labels(column: &ColumnInspection) -> Vec<(Vec<String>, String)> {
    let mut odd = Vec::new();
    let doubtful = doubtful(column);
    if !doubtful.is_empty() {
        let finding =
            format!("column `{}`: {} name no kind of cell", column.name, crate::hint::list(&doubtful));
        odd.push((doubtful, finding));
    }
    for labels in &column.spellings {
        let names: Vec<String> = labels.iter().map(|label| label.label.clone()).collect();
        let finding = format!(
            "column `{}`: {} are one label in several spellings; this leaves out all but the commonest, correcting the \
             file keeps their cells",
            column.name,
            crate::hint::list(&names)
        );
        odd.push((names.into_iter().skip(1).collect(), finding));
    }
    odd
}

/// The column that most looks like labels: text with few values, called like one, not like a donor.
fn label_column<'a>(
    columns: &'a [ColumnInspection],
    donor: Option<&str>,
    n_cells: usize,
) -> Option<&'a ColumnInspection> {
    /// What a column of labels is called, from the most to the least telling; without capitals and separators.
    const CALLED: &[&str] = &[
        "celltype",
        "annotation",
        "cellontology",
        "celllabel",
        "label",
        "class",
        "type",
        "subset",
        "cluster",
        "diagnosis",
        "disease",
        "condition",
        "status",
        "state",
    ];
    const MOST: usize = 500;
    let plain = |name: &str| -> String {
        name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
    };
    let call = |column: &ColumnInspection| CALLED.iter().position(|call| plain(&column.name).contains(call));
    (columns.iter())
        .filter(|column| matches!(column.kind.as_str(), "categories" | "text" | "whole numbers"))
        .filter(|column| (2..=MOST.min(n_cells / 2)).contains(&column.distinct))
        .filter(|column| donor != Some(column.name.as_str()))
        .filter_map(|column| call(column).map(|call| (call, column)))
        .min_by_key(|(call, _)| *call) // of equals the first
        .map(|(_, column)| column)
}

#[cfg(test)]
mod tests {
    use super::*;
    use ferrocyte_core::LabelCount;

    fn column(name: &str, distinct: usize) -> ColumnInspection {
        ColumnInspection {
            name: name.to_owned(),
            kind: "categories".to_owned(),
            distinct,
            missing: 0,
            missing_words: Vec::new(),
            doubtful: Vec::new(),
            spellings: Vec::new(),
            examples: Vec::new(),
        }
    }

    fn options(file: &str) -> InspectOptions {
        InspectOptions { file: file.into(), ..InspectOptions::default() }
    }

    #[test]
    fn every_setting_has_a_command_and_all_of_them_one() {
        let mut labels = column("cell_type", 4);
        labels.doubtful = vec![LabelCount { label: "unknown".into(), cells: 3 }];
        let columns = [column("batch", 2), column("leiden_cluster", 9), labels];
        let findings = Findings {
            readable_in: Some("layers/counts".into()),
            donor: Some("donor id"),
            columns: &columns,
            n_cells: 100,
            copies: 2,
            ..Findings::default()
        };
        let commands: Vec<String> =
            fixes(&options("my cells.h5ad"), &findings).into_iter().map(|fix| fix.command).collect();
        let train = "ferrocyte train 'my cells.h5ad' --label cell_type";
        assert_eq!(
            commands,
            [
                format!("{train} --layer layers/counts -o model.ferrocyte"),
                format!("{train} --where 'cell_type!=unknown' -o model.ferrocyte"),
                format!("{train} --group 'donor id' -o model.ferrocyte"),
                format!("{train} --drop-copies -o model.ferrocyte"),
                format!(
                    "{train} --layer layers/counts --where 'cell_type!=unknown' --group 'donor id' --drop-copies \
                     -o model.ferrocyte"
                ),
            ]
        );
    }

    #[test]
    fn a_table_without_labels_gets_one_by_its_name() {
        let fixes = fixes(&options("data/healthy.tsv.gz"), &Findings { n_cells: 10, ..Findings::default() });
        assert_eq!(fixes.len(), 1);
        assert_eq!(
            fixes[0].command,
            "ferrocyte train data/healthy.tsv.gz=healthy OTHER_FILE=OTHER_LABEL -o model.ferrocyte"
        );
    }

    #[test]
    fn a_file_in_order_needs_nothing() {
        let columns = [column("label", 3)];
        assert!(
            fixes(&options("a.h5ad"), &Findings { columns: &columns, n_cells: 10, ..Findings::default() })
                .is_empty()
        );
    }
}
