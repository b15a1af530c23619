//! Cells on the genes that a model chose.

use std::borrow::Cow;

use ferrocyte_core::{Block, LogNorm, Vocabulary};

use super::classifier::Classifier;

/// The cells, whose columns are `genes`, on the genes of a model that was trained on `genes`; genes that the model
/// has and `genes` lacks cannot be, and are left out of the columns.
pub fn on_genes_of<'a>(
    model: &dyn Classifier,
    cells: &'a Block<LogNorm>,
    genes: &Vocabulary,
) -> Cow<'a, Block<LogNorm>> {
    if model.genes() == genes {
        return Cow::Borrowed(cells);
    }
    let columns: Vec<u32> =
        model.genes().names().iter().filter_map(|name| genes.find(name)).map(|gene| gene.0).collect();
    Cow::Owned(cells.select_genes(&columns))
}
