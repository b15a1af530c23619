//! Multilayer perceptron: one or two hidden layers on z-scored genes.

mod architecture;
mod network;
mod params;
#[cfg(test)]
mod tests;

pub use params::{Mlp, MlpParams, Norm};
