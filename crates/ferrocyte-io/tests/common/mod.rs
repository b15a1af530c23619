//! What the tests of fixtures share.

use std::path::PathBuf;

use ferrocyte_core::{Block, BlockSource, SourceError, Stored};
use ferrocyte_io::MatrixPath;
use ferrocyte_io::h5ad::H5ad;

/// A file of `tests/fixtures`.
pub(crate) fn fixture(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures").join(format!("{name}.h5ad"))
}

/// Reads all blocks of a matrix into one.
pub(crate) fn read(file: &H5ad, matrix: &str, block_cells: usize) -> Result<Block<Stored>, SourceError> {
    let path: MatrixPath = matrix.parse()?;
    let mut source = file.source(&path, block_cells)?;
    let mut all = Block::empty(source.genes().len());
    while let Some(block) = source.next_block()? {
        all.append(&block);
    }
    Ok(all)
}
