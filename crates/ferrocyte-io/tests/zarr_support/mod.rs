//! What the tests of zarr stores share.
#![allow(dead_code, unreachable_pub)] // each test takes a part

use std::path::{Path, PathBuf};

use ferrocyte_core::{Block, SourceError, Stored};
use ferrocyte_io::{CellFile, MatrixPath, ReadError};

/// A store of `tests/zarr_fixtures`.
pub fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/zarr_fixtures").join(name)
}

/// Reads all blocks of a matrix into one.
pub fn read(file: &dyn CellFile, matrix: &MatrixPath, block_cells: usize) -> Result<Block<Stored>, SourceError> {
    let mut source = file.source(matrix, block_cells)?;
    let mut all = Block::empty(source.genes().len());
    while let Some(block) = source.next_block()? {
        all.append(&block);
    }
    Ok(all)
}

/// Everything that can be read of a file, as text: names, columns and matrices, or the error in their place.
pub fn everything(file: &dyn CellFile) -> Vec<String> {
    let mut lines = Vec::new();
    let mut frame = |name: &str, frame: Result<ferrocyte_io::frame::Frame, ReadError>| match frame {
        Ok(frame) => {
            lines.push(format!("{name}: {:?}", frame.index()));
            for column in frame.names() {
                lines.push(format!("{name}/{column}: {:?}", frame.column(column).map_err(|error| causes(&error))));
            }
        }
        Err(error) => lines.push(format!("{name}: {}", causes(&error))),
    };
    frame("obs", Ok(file.obs().clone()));
    frame("var", file.genes_of(&MatrixPath::X));
    let matrices = file.matrices().unwrap_or_default();
    for matrix in &matrices {
        if matrix.path == MatrixPath::Raw {
            frame("raw/var", file.genes_of(&MatrixPath::Raw));
        }
    }
    for matrix in matrices {
        let read = read(file, &matrix.path, 7).map_err(|error| causes(&*error));
        lines.push(format!("{matrix:?}: {read:?}"));
    }
    lines
}

/// The causes of an error below "cannot read `PATH`", joined by colons.
pub fn causes(error: &(dyn std::error::Error + 'static)) -> String {
    let causes = std::iter::successors(error.source(), |cause| (*cause).source());
    causes.map(ToString::to_string).collect::<Vec<_>>().join(": ")
}
