//! Samples (a donor, a donor under one condition) as the thing that is labelled, where the cells of one sample have one label.
//!
//! ```text
//! samples and labels of cells ─► Samples: one row for each sample
//! Samples, types of cells     ─► compositions ─┐
//! Samples, cells              ─► pseudobulks  ─┼─► a block with one row for each sample: any kind of model takes it
//! Samples, probabilities      ─► votes ────────► probabilities of samples
//! Samples, a number           ─► permuted: the same samples with labels dealt anew, for a test
//! ```

mod composition;
mod dense_rows;
mod permutation;
mod pseudobulk;
mod table;
mod votes;

pub use composition::compositions;
pub use permutation::{arrangements, permuted};
pub use pseudobulk::{Pseudobulks, pseudobulks};
pub use table::{LeftOut, Samples, WhyLeftOut};
pub use votes::votes;
