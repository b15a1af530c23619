//! Nearest neighbours in principal components of the training cells.

mod components;
mod eigen;
mod fit;
mod model;
mod params;
mod search;
#[cfg(test)]
mod tests;
mod variable_genes;

pub(super) use components::Components;
pub use model::KnnModel;
pub use params::{Knn, KnnParams};
