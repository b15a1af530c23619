//! What lets a model know the answer, or makes the answer another one than was asked for: one rule per file.

mod follows;
mod near_copies;
mod telling_gene;

pub use follows::{Follows, follows};
pub use near_copies::{NearCopies, near_copies};
pub use telling_gene::{TellingGene, telling_genes};
