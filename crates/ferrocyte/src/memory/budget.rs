//! How much memory a run may take.

use std::path::PathBuf;

use super::available::available_bytes;
use super::size::ByteSize;

/// What is taken at most when nobody says: more would not make a run faster, and a machine has other users.
const MOST_BY_DEFAULT: u64 = 32 << 30;
/// What is taken where the system does not say what there is.
const UNKNOWN: u64 = 4 << 30;

/// How much memory a run may take, and where it may keep what does not fit.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MemoryOptions {
    /// A promise: what needs more is refused before it starts. When `None`, cells are kept in memory as long as they take less than
    /// half of what is available, and nothing is refused.
    pub most: Option<ByteSize>,
    /// The folder for temporary files; that of the system when `None`.
    pub cache: Option<PathBuf>,
}

impl MemoryOptions {
    /// Bytes that a run may take.
    pub(super) fn budget(&self) -> u64 {
        let by_default = || available_bytes().map_or(UNKNOWN, |bytes| (bytes / 2).min(MOST_BY_DEFAULT));
        self.most.map_or_else(by_default, ByteSize::as_bytes)
    }
}
