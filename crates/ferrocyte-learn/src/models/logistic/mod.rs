//! Multinomial logistic regression, L2-penalised, fitted to convergence.

mod coordinates;
mod fit;
mod follower;
mod model;
mod objective;
mod params;
#[cfg(test)]
mod tests;

pub use model::LogisticModel;
pub use params::{Logistic, LogisticParams};
