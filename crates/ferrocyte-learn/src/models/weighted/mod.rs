//! Logistic regression on the marker genes of the labels, each scaled by how well it marks.

mod adapt;
mod fit;
mod model;
mod params;
#[cfg(test)]
mod tests;
mod unmarked;

pub use adapt::{
    ADAPT_CELLS_PER_LABEL, ADAPT_CONFIDENCE, ADAPT_ROUNDS, ADAPT_SHARE, AdaptError, AdaptRound, Adaptation,
    Adapted, adapt_needs_cells,
};
pub use model::WeightedModel;
pub use params::{Weighted, WeightedParams};
