//! Every choice that shapes a result, with its reason in words. Users are asked why; this is the answer.

use ferrocyte_core::{Choice, Origin, TargetSum};
use ferrocyte_io::OpenOptions;

use crate::input_file::InputFile;
use crate::label_from_name::LabelFromName;
use crate::way_round::axis;

/// A choice that was made by default or by a flag.
pub(crate) fn choice(setting: &str, value: impl Into<String>, by_flag: bool, reason: &str) -> Choice {
    Choice {
        setting: setting.to_owned(),
        value: value.into(),
        origin: if by_flag { Origin::Flag } else { Origin::Default },
        reason: reason.to_owned(),
    }
}

/// A choice that the data made.
pub(crate) fn detected(setting: &str, value: impl Into<String>, reason: &str) -> Choice {
    Choice {
        setting: setting.to_owned(),
        value: value.into(),
        origin: Origin::Detected,
        reason: reason.to_owned(),
    }
}

/// How counts become the numbers that a model sees.
pub(crate) fn normalisation(target: TargetSum) -> Choice {
    choice(
        "normalisation",
        format!("ln(1 + counts × {} / library size)", target.get()),
        false,
        "cells differ in how many molecules were caught, not only in what they express; scaling each cell to the \
         same total removes that, and the logarithm keeps a few very high genes from drowning the rest",
    )
}

/// What a cell's counts are divided by.
pub(crate) fn library_size(column: Option<&str>) -> Choice {
    match column {
        Some(column) => choice(
            "library size",
            format!("column `{column}`"),
            true,
            "the file holds only some of the genes that were measured, so the sum over them is not the library",
        ),
        None => choice(
            "library size",
            "sum over all genes of the file",
            false,
            "right when the file holds all genes that were measured; otherwise name the column with the true size",
        ),
    }
}

/// Which label each file has, where files have labels.
pub(crate) fn file_labels(files: &[InputFile], from_name: Option<&LabelFromName>) -> Option<Choice> {
    let labelled: Vec<String> = (files.iter())
        .filter_map(|file| {
            Some(format!("{}={}", crate::dataset::file_name(&file.path), file.label.as_ref()?))
        })
        .collect();
    let reason = match from_name {
        Some(from_name) => format!("the one of `{from_name}` that stands in the name of the file"),
        None => "each file was given with its label".to_owned(),
    };
    (!labelled.is_empty()).then(|| choice("labels", labelled.join(", "), true, &reason))
}

/// Which way round tables are, where the user says so.
pub(crate) fn way_round(open: &OpenOptions) -> Option<Choice> {
    let (value, reason) = match (open.genes, open.trust_orientation) {
        (Some(genes), _) => {
            (format!("genes in {}", axis(genes)), "the tables were said to be this way round")
        }
        (None, true) => (
            "rows are cells".to_owned(),
            "the files are said to be the right way round; their names were not looked at",
        ),
        (None, false) => return None,
    };
    Some(choice("way round", value, true, reason))
}
