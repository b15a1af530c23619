//! Multilayer perceptron: one or two hidden layers on z-scored genes.

mod fit;
mod model;
mod network;
mod params;
#[cfg(test)]
mod tests;

pub use model::MlpModel;
pub use params::{Mlp, MlpParams, Norm};
