//! Logistic regression on the marker genes of the labels, each scaled by how well it marks.

mod fit;
mod params;
#[cfg(test)]
mod tests;

pub use params::{Weighted, WeightedParams};
