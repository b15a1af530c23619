//! Multilayer perceptron: one or two hidden layers on z-scored genes.

mod architecture;
mod network;
mod params;
mod predictor;
#[cfg(test)]
mod tests;

pub use params::{Mlp, MlpParams, Norm};
