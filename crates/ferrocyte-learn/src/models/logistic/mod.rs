//! Multinomial logistic regression, with an L2 penalty or an elastic net, fitted to convergence.

mod fit;
mod params;
#[cfg(test)]
mod sparse_tests;
#[cfg(test)]
mod tests;

pub use params::{Logistic, LogisticParams};
