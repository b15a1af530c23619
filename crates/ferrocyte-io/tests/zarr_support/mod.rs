//! What the tests of zarr stores share.
#![allow(dead_code, unreachable_pub, clippy::unwrap_used)] // each test takes a part

use std::path::{Path, PathBuf};

use ferrocyte_core::{Block, SourceError, Stored};
use ferrocyte_io::{CellFile, MatrixPath, ReadError};

/// A store of `tests/zarr_fixtures`.
pub fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/zarr_fixtures").join(name)
}

/// Reads all blocks of a matrix into one.
pub fn read(
    file: &dyn CellFile,
    matrix: &MatrixPath,
    block_cells: usize,
) -> Result<Block<Stored>, SourceError> {
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
                lines.push(format!(
                    "{name}/{column}: {:?}",
                    frame.column(column).map_err(|error| causes(&error))
                ));
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

/// Unpacks an archive whose members are stored into a folder.
pub fn unpack(archive: &Path, folder: &Path) {
    let bytes = std::fs::read(archive).unwrap();
    let number =
        |at: usize, n: usize| bytes[at..at + n].iter().rev().fold(0, |sum, &b| sum << 8 | usize::from(b));
    let mut at = 0;
    while bytes[at..].starts_with(b"PK\x03\x04") {
        assert_eq!(number(at + 8, 2), 0, "the member is stored");
        let (size, name, extra) = (number(at + 18, 4), number(at + 26, 2), number(at + 28, 2));
        let path = folder.join(std::str::from_utf8(&bytes[at + 30..at + 30 + name]).unwrap());
        let content = at + 30 + name + extra;
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, &bytes[content..content + size]).unwrap();
        at = content + size;
    }
}

/// All files below a folder, sorted.
pub fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { found.extend(files(&path)) } else { found.push(path) }
    }
    found.sort();
    found
}

/// A generator that is the same everywhere (`SplitMix64`, <https://doi.org/10.1145/2714064.2660195>).
pub struct Random(pub u64);

impl Random {
    pub fn below(&mut self, n: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((mixed ^ (mixed >> 31)) % n as u64) as usize
    }
}
