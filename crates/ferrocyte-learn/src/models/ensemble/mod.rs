//! The mean of several kinds of models.

mod fit;
mod model;
mod params;
mod temperature;
#[cfg(test)]
mod tests;

pub use model::EnsembleModel;
pub use params::{Ensemble, EnsembleParams};
