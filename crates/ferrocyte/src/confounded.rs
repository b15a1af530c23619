//! Labels that cannot be told from the file they come from.

use ferrocyte_core::{Labels, Warning};

/// What is to be said where labels come from one file only: whatever differs between files tells them apart.
/// `file_of` has the file of each cell, `names` what the files are called; `per_file` says that each file has one
/// label, so that a label in one file only is enough to speak of.
///
/// Batch and condition that are the same thing cannot be separated afterwards: Leek et al. 2010,
/// <https://doi.org/10.1038/nrg2825>.
pub(crate) fn label_is_file(
    labels: &Labels,
    file_of: &[usize],
    names: &[String],
    per_file: bool,
) -> Option<Warning> {
    const SHOWN: usize = 5;
    let mut sources = vec![Vec::new(); labels.set().len()];
    for (label, &file) in labels.codes().zip(file_of) {
        let files: &mut Vec<usize> = &mut sources[label];
        if !files.contains(&file) {
            files.push(file);
        }
    }
    let in_one: Vec<(usize, usize)> = (sources.iter().enumerate())
        .filter_map(|(label, files)| match files.as_slice() {
            [file] => Some((label, *file)),
            _ => None,
        })
        .collect();
    let several_files = in_one.iter().any(|(_, file)| *file != in_one[0].1);
    let all = in_one.len() == sources.len() && several_files;
    if !(all || per_file && !in_one.is_empty()) {
        return None;
    }
    let mut shown: Vec<String> = (in_one.iter().take(SHOWN))
        .map(|&(label, file)| format!("`{}` from {}", labels.set().name(label), names[file]))
        .collect();
    if in_one.len() > SHOWN {
        shown.push(format!("{} more", in_one.len() - SHOWN));
    }
    let who = if all { "each label comes" } else { "some labels come" };
    Some(
        Warning::new(
            "label-is-file",
            format!(
                "{who} from one file only ({}): day, chip, depth and everything else that differs between files tells \
                 these labels apart, so the score measures files as much as labels",
                shown.join(", ")
            ),
        )
        .with_hint("score on other files: annotate cells of each label from files that were not trained on"),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(labels: &[&str], file_of: &[usize], per_file: bool) -> Option<String> {
        let names = ["a.tsv", "b.tsv", "c.tsv"].map(String::from);
        label_is_file(&Labels::from_names(labels), file_of, &names, per_file).map(|warning| warning.message)
    }

    #[test]
    fn a_label_for_each_file_is_spoken_of() {
        let message = of(&["H", "RA", "H"], &[0, 1, 0], true).unwrap();
        assert!(
            message.starts_with("each label comes from one file only (`H` from a.tsv, `RA` from b.tsv): ")
        );
        let message = of(&["H", "RA", "H"], &[0, 1, 2], true).unwrap();
        assert!(message.starts_with("some labels come from one file only (`RA` from b.tsv): "));
        assert_eq!(of(&["H", "RA", "H", "RA"], &[0, 1, 2, 0], true), None);
    }

    #[test]
    fn a_column_is_spoken_of_where_it_follows_the_files() {
        assert!(of(&["T", "B"], &[0, 1], false).is_some());
        assert_eq!(of(&["T", "B"], &[0, 0], false), None);
        assert_eq!(of(&["T", "B", "B"], &[0, 0, 1], false), None); // `T` in one file only is no rare thing
    }
}
