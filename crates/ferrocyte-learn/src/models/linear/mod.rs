//! Linear models with probabilities, and the optimum of their penalised cross-entropy.

mod coordinates;
mod doubtful;
mod elastic_net;
mod follower;
mod lacking;
mod model;
mod moments;
mod objective;
mod solve;
mod spread;

use serde::{Deserialize, Serialize};

pub(super) use elastic_net::ElasticNet;
pub use model::LinearModel;
pub(super) use solve::{Problem, Solution, VERY_MANY_CELLS};
pub(super) use spread::spread;

/// Whether a label has a score of its own, beside what its genes give.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Intercept {
    /// Fitted, without a penalty.
    Free,
    /// Held at zero: a cell that shows no marker of any label is doubtful, and belongs to no label in particular.
    Zero,
}
