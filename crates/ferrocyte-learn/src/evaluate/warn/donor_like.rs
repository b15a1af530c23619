//! Which column says which cells belong together.

/// What a column that groups cells is called, from the group that matters most to the one that matters least:
/// cells of one donor are more alike than cells of one batch. Lower case, without separators.
const STEMS: &[&str] = &[
    "donor",
    "patient",
    "subject",
    "individual",
    "participant",
    "person",
    "ind",
    "mouse",
    "animal",
    "embryo",
    "specimen",
    "biosample",
    "sample",
    "origident",
    "replicate",
    "library",
    "channel",
    "batch",
    "study",
    "dataset",
];

/// Endings that do not change what a column is about.
const ENDINGS: &[&str] = &["", "id", "ids", "name", "number", "label", "code"];

/// Fewest cells per value, on average, for a column to group cells rather than to name them.
const MIN_CELLS_PER_VALUE: usize = 5;

/// The columns that look as if they said which cells belong together, from the most to the least telling. Takes
/// `(name, number of distinct values)` of each column and the number of cells; of equals the first comes first.
///
/// Names are compared without case and separators (`donor_id`, `Donor ID`, `orig.ident`). A column with one value
/// divides nothing; one with nearly as many values as cells names cells and is no group either. Leave the label
/// column out.
///
/// # Examples
/// ```
/// use ferrocyte_learn::evaluate::donor_like_columns;
///
/// let columns = [("batch", 2), ("cell_type", 8), ("Donor_ID", 8), ("sample", 1), ("sample_id", 6548)];
/// assert_eq!(donor_like_columns(&columns, 6548), ["Donor_ID", "batch"]);
/// ```
pub fn donor_like_columns<'a>(columns: &[(&'a str, usize)], n_cells: usize) -> Vec<&'a str> {
    let mut found: Vec<(usize, &str)> = columns
        .iter()
        .filter(|&&(_, n_values)| n_values >= 2 && n_values <= n_cells / MIN_CELLS_PER_VALUE)
        .filter_map(|&(name, _)| preference(name).map(|preference| (preference, name)))
        .collect();
    found.sort_by_key(|&(preference, _)| preference); // stable: equals stay in column order
    found.into_iter().map(|(_, name)| name).collect()
}

/// Position of the name's stem in [`STEMS`]: of the whole name, or of what stands after any of its separators
/// (`sorted_sample`, `10x batch`).
fn preference(name: &str) -> Option<usize> {
    let lower = name.to_lowercase();
    let words: Vec<&str> = lower.split(|letter: char| !letter.is_alphanumeric()).collect();
    (0..words.len()).filter_map(|first| stem(&words[first..].concat())).min()
}

fn stem(plain: &str) -> Option<usize> {
    STEMS.iter().position(|stem| plain.strip_prefix(stem).is_some_and(|ending| ENDINGS.contains(&ending)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_known_in_every_spelling_and_not_by_their_beginning() {
        for name in [
            "donor",
            "Donor_ID",
            "patient.id",
            "Subject",
            "orig.ident",
            "sample name",
            "IND",
            "sorted_sample",
        ] {
            assert!(preference(name).is_some(), "{name}");
        }
        for name in [
            "sample_type",
            "donor_age",
            "index",
            "indication",
            "cell_type",
            "disease",
            "",
            "batches",
            "per_sample_count",
        ] {
            assert_eq!(preference(name), None, "{name}");
        }
    }

    #[test]
    fn columns_that_divide_nothing_or_name_cells_are_no_groups() {
        assert_eq!(donor_like_columns(&[("donor", 1)], 100), [""; 0]);
        assert_eq!(donor_like_columns(&[("donor", 20)], 100), ["donor"]);
        assert_eq!(donor_like_columns(&[("donor", 21)], 100), [""; 0]);
        assert_eq!(donor_like_columns(&[("donor", 2)], 0), [""; 0]);
        assert_eq!(
            donor_like_columns(&[("study", 2), ("donor", 2), ("patient", 3)], 100),
            ["donor", "patient", "study"]
        );
    }
}
