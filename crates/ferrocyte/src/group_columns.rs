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
    columns(dataset, known).filter(few).collect()
}

/// Columns that look as if they said which cells belong together, from the most to the least telling. Those in `known` are left out.
pub(crate) fn donor_like(dataset: &Dataset, known: &[Option<&str>]) -> Vec<GroupColumn> {
    let mut columns: Vec<GroupColumn> = columns(dataset, known).collect();
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

/// All columns of the first file, in its order, without those in `known`.
fn columns(dataset: &Dataset, known: &[Option<&str>]) -> impl Iterator<Item = GroupColumn> {
    let names = dataset.files.first().map(|file| file.content.obs().names()).unwrap_or_default();
    names.iter().filter(|name| !known.contains(&Some(name.as_str()))).filter_map(|name| {
        let entries = dataset.column(name).ok()?;
        let entries: Vec<&str> = entries.iter().map(|entry| entry.as_deref().unwrap_or_default()).collect();
        Some(GroupColumn { name: name.clone(), groups: Labels::from_names(&entries) })
    })
}
