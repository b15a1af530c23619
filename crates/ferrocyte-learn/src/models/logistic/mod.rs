//! Multinomial logistic regression, L2-penalised, fitted to convergence.

mod fit;
mod params;
#[cfg(test)]
mod tests;

pub use params::{Logistic, LogisticParams};
