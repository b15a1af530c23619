//! How much memory a run may take, and what it needs.
//!
//! ```text
//! --memory, else what is available ─► Budget
//! Needs of a run, from sizes that files state ─► Plan: refused, in memory, or on disk
//! ```
//!
//! No result depends on it: the same cells are the same bits wherever they lie.

mod available;
mod budget;
mod needs;
mod plan;
mod query;
mod size;

pub use budget::MemoryOptions;
pub(crate) use needs::{Kind, Needs};
pub use plan::MemoryError;
pub(crate) use plan::Plan;
pub(crate) use query::check_query;
pub use size::{ByteSize, ByteSizeError};
