//! Cells that are too many for the memory: a compact, temporary file that any part of can be read again.
//!
//! ```text
//! blocks ─► CellPacker, on any thread ─► chunks of cells, packed, in a file without a name
//!                      └─► CellStoreWriter, in their order ─► StoredCells
//! ```
//!
//! Bits in are bits out, at about 2 bytes for each value instead of 8: a cell's genes are steps from one to the next, and
//! its values are places in a table, since a cell has few different counts.

mod chunk;
mod error;
mod folder;
mod stored_cells;
#[cfg(test)]
mod tests;
mod writer;

pub use error::CellStoreError;
pub use folder::CacheFolder;
pub use stored_cells::StoredCells;
pub use writer::{CellPacker, CellStoreWriter, PackedCells};
