//! Columns that look as if they said which cells belong together.

use ferrocyte_core::Labels;
use ferrocyte_learn::evaluate::donor_like_columns;

use crate::dataset::Dataset;

/// A column that divides the cells.
pub(crate) struct GroupColumn {
    pub(crate) name: String,
    /// Its entries; cells without one share the empty name.
    pub(crate) groups: Labels,
}

/// Entries of a column that divides cells into parts, at most; one with more tells cells or donors.
const MOST_PARTS: usize = 50;

/// Columns that divide the cells into a few parts, whatever they are about, in the order of the file. Those in `known` are left out.
pub(crate) fn dividing(dataset: &Dataset, known: &[Option<&str>]) -> Vec<GroupColumn> {
    let few = |column: &GroupColumn| (2..=MOST_PARTS).contains(&column.groups.set().len());
    columns(dataset, known, |_| true, MOST_PARTS).filter(few).collect()
}

/// Columns that look as if they said which cells belong together, from the most to the least telling. Those in `known` are left out.
pub(crate) fn donor_like(dataset: &Dataset, known: &[Option<&str>]) -> Vec<GroupColumn> {
    // Of two of two thousand cells any name that looks like it is one.
    let by_name = |name: &str| !donor_like_columns(&[(name, 2)], 2000).is_empty();
    let mut columns: Vec<GroupColumn> = columns(dataset, known, by_name, dataset.n_cells()).collect();
    let sizes: Vec<(&str, usize)> = columns
        .iter()
        .map(|column| {
            let named = column.groups.set().names().iter().filter(|name| !name.is_empty()).count();
            (column.name.as_str(), named)
        })
        .collect();
    let order: Vec<String> =
        donor_like_columns(&sizes, dataset.n_cells()).into_iter().map(str::to_owned).collect();
    let place = |column: &GroupColumn| order.iter().position(|name| *name == column.name);
    columns.retain(|column| place(column).is_some());
    columns.sort_by_key(place);
    columns
}

/// Columns of the first file, in its order, without those in `known`, with names that are `wanted` and at most so many different
/// entries.
fn columns(
    dataset: &Dataset,
    known: &[Option<&str>],
    wanted: impl Fn(&str) -> bool,
    most: usize,
) -> impl Iterator<Item = GroupColumn> {
    let names = dataset.files.first().map(|file| file.content.obs().names()).unwrap_or_default();
    let wanted = move |name: &&String| !known.contains(&Some(name.as_str())) && wanted(name);
    names.iter().filter(wanted).filter_map(move |name| {
        let entries = dataset.column_of_few(name, most).ok()??;
        Some(GroupColumn { name: name.clone(), groups: entries.labels(0..entries.len()) })
    })
}
