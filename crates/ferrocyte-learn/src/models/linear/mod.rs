//! Linear models with probabilities, and the optimum of their penalised cross-entropy.

mod coordinates;
mod follower;
mod model;
mod objective;
mod solve;

use serde::{Deserialize, Serialize};

pub use model::LinearModel;
pub(super) use solve::{Problem, Solution};

/// Whether a label has a score of its own, beside what its genes give.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Intercept {
    /// Fitted, without a penalty.
    Free,
    /// Held at zero: a cell that shows no marker of any label is doubtful, and belongs to no label in particular.
    Zero,
}
