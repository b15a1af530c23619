//! Finding the lowest point of a smooth function.

mod adamw;
mod lbfgs;
mod line_search;
mod objective;
mod vector;

pub use adamw::{AdamW, AdamWStep};
pub(crate) use lbfgs::{Curvature, Descent};
pub use lbfgs::{Lbfgs, Minimum, Step, Stop};
pub(crate) use line_search::{Place, ROUNDING, SUFFICIENT};
pub use objective::{Nearness, Objective};
pub(crate) use vector::{add_scaled, dot};
