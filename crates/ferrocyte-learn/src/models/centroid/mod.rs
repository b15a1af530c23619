//! Correlation of a cell with the mean profile of each label, on marker genes.

mod correlation;
mod fit;
mod model;
mod params;
mod temperature;
#[cfg(test)]
mod tests;

pub use correlation::Correlation;
pub use model::CentroidModel;
pub use params::{Centroid, CentroidParams};
