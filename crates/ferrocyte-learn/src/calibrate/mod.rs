//! Probabilities that say how often they are right.
//!
//! What a model says of cells that it was trained on is too sure, and so is what it says of a new donor or study when only
//! cells of its own donors were held out. A calibration is therefore fitted on cells of groups that the model never saw.
//!
//! ```text
//! held-out probabilities, labels, parts (folds) ─► choose ─► Chosen: a Calibration, and the probabilities it gives to each part
//!                                                                   when fitted on the others
//! Calibration, probabilities of new cells ─► apply ─► probabilities
//! ```

mod apply;
mod choose;
mod held_out;
mod isotonic;
mod temperature;
mod vector;

pub use apply::apply;
pub use choose::{Chosen, choose};
pub use held_out::HeldOut;
pub(crate) use temperature::fit as fit_temperature;
