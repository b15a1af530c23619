//! Sets of labels that hold the right one as often as was asked for.
//!
//! Split conformal prediction (Vovk et al. 2005, <https://doi.org/10.1007/b106715>; Angelopoulos and Bates 2023,
//! <https://doi.org/10.1561/2200000101>), a threshold for each label (Sadinle et al. 2019,
//! <https://doi.org/10.1080/01621459.2017.1395341>): a label is in the set of a cell when its probability is at least what
//! all but a share of the held-out cells of that label had for it. Of new cells *like the held-out ones* that share holds.
//!
//! ```text
//! held-out probabilities, labels, groups ─► RightProbabilities ─► PredictionSets (all targets) ─► model file
//! PredictionSets, target, rule ─► Thresholds; probabilities of a cell ─► the labels of its set
//! ```

mod coverage;
mod prediction_sets;
mod right_probabilities;
mod thresholds;

pub use coverage::{Measured, SetsOfCells, measure};
pub use prediction_sets::{PredictionSets, TARGETS};
pub use right_probabilities::{RightProbabilities, RightProbability};
pub use thresholds::{Rule, Thresholds};

/// Share of the cells of each label whose set is to hold it, where nobody says otherwise.
pub const DEFAULT_TARGET: f64 = 0.9;
