//! The labels that a model can learn.

use ferrocyte_core::LabelSet;

use crate::labelled_cells::LabelledCells;

/// The labels that some cell has (with a weight), and the position of each cell's label among them. A cell of
/// weight zero may have a label that is left out; it counts nothing, so it gets position 0.
pub(super) fn labels_with_cells(data: &LabelledCells<'_>) -> (LabelSet, Vec<u32>) {
    let set = data.labels().set();
    let mut names = Vec::new();
    let mut position = vec![0_u32; set.len()];
    for (code, weight) in data.weight_per_label().into_iter().enumerate() {
        if weight > 0.0 {
            position[code] = names.len() as u32;
            names.push(set.name(code).to_owned());
        }
    }
    (LabelSet::new(names), data.labels().codes().map(|code| position[code]).collect())
}
