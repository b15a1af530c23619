//! What a modality says of its cells, and what the whole file does.

use std::collections::HashMap;
use std::sync::Arc;

use crate::frame::{Column, Columns, Frame};
use crate::h5ad::container::Container;
use crate::read_error::ReadError;

/// The columns of a modality, then those of the whole.
struct ColumnsOfBoth {
    own: Frame,
    whole: Frame,
    /// For each cell of the modality its row in the whole.
    rows: Vec<Option<usize>>,
}

/// Adds to the cells of a modality the columns of the whole file, matched by the names of the cells. A column that the
/// modality has itself, or that is a copy of it (`rna:cell_type`), is not taken from the whole.
pub(super) fn with_columns_of_whole(
    container: &Container,
    modality: &str,
    own: &Frame,
    whole: Frame,
    notes: &mut Vec<String>,
) -> Frame {
    let has = |name: &str| own.names().iter().any(|known| known == name);
    let is_copy =
        |name: &str| name.strip_prefix(modality).and_then(|rest| rest.strip_prefix(':')).is_some_and(has);
    let (shadowed, more): (Vec<&String>, Vec<&String>) =
        whole.names().iter().filter(|name| !is_copy(name)).partition(|name| has(name));
    if more.is_empty() && shadowed.is_empty() {
        return own.clone();
    }
    let Some(rows) = rows_of(own, &whole) else {
        notes.push("annotations of the whole file are left out: names of its cells repeat".to_owned());
        return own.clone();
    };
    if !shadowed.is_empty() {
        let names: Vec<String> = shadowed.iter().map(|name| format!("`{name}`")).collect();
        notes.push(format!(
            "taken from `{modality}`, not from the whole file, which has them too: {}",
            names.join(", ")
        ));
    }
    let columns = own.names().iter().chain(more).cloned().collect();
    let index = own.index().to_vec();
    let source = ColumnsOfBoth { own: own.clone(), whole, rows };
    Frame::new(container.path(), "obs", "one per cell", index, columns, Arc::new(source))
}

/// For each row of `own` the row of that name; `None` when a name of `own` stands for several.
fn rows_of(own: &Frame, whole: &Frame) -> Option<Vec<Option<usize>>> {
    let mut places: HashMap<&str, Option<usize>> = HashMap::with_capacity(whole.len());
    for (row, name) in whole.index().iter().enumerate() {
        places.entry(name).and_modify(|place| *place = None).or_insert(Some(row));
    }
    own.index()
        .iter()
        .map(|name| match places.get(name.as_str()) {
            None => Some(None),
            Some(None) => None,
            Some(place) => Some(*place),
        })
        .collect()
}

impl Columns for ColumnsOfBoth {
    fn read(&self, name: &str) -> Result<Column, ReadError> {
        if self.own.names().iter().any(|known| known == name) {
            return self.own.column(name);
        }
        Ok(self.whole.column(name)?.select(&self.rows))
    }
}
