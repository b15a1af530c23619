//! Cells that are like nothing a model was trained on.
//!
//! A classifier has an answer for every cell. How far its first label stands above its *typical* label, the
//! [`clearance`], says whether the answer rests on anything: markers lift their label far above all others, and a cell
//! of another kind lifts none. Held-out cells of known labels say which clearance is usual ([`KnownCells`]).
//!
//! ```text
//! held-out probabilities ─► clearance ─► KnownCells::fit ─► model file
//! probabilities of a new cell ─► clearance ─► KnownCells::score: the share of known cells that stand clearer
//! ```

mod clearance;
mod known_cells;
mod left_out;

pub use clearance::clearance;
pub use known_cells::{FEWEST_KNOWN_CELLS, KnownCells};
pub use left_out::{JudgedCell, judge_left_out};

/// Share of the cells of known labels that may be lost where nobody says otherwise.
pub const PROMISED_LOSS: f64 = 0.05;
