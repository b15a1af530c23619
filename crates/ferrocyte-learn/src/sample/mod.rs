//! Fewer cells for small machines, every label kept; and the seeded order that this and the folds draw from.

mod downsample;
mod max_per_class;
mod seeded;
mod spread_per_class;

pub use downsample::downsample;
pub use max_per_class::max_per_class;
pub(crate) use seeded::{Purpose, Seeded};
pub use spread_per_class::spread_per_class;
