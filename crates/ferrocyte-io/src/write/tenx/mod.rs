//! A new folder as Cell Ranger writes it: a matrix, its features and barcodes, and the annotations beside them.

mod entries;
mod names;
mod one_stream;

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::Path;

use ferrocyte_core::{Block, Stored};
use flate2::{Compression, GzBuilder};

use self::entries::Entries;
use self::one_stream::OneStream;
use super::atomic_folder::AtomicFolder;
use super::cell_writer::{CellWriter, NewCells, Written};
use super::write_error::{WriteError, WriteErrorKind};

/// The files of such a folder. Cell Ranger does not write the last one: a folder that has it is ours.
const MATRIX: &str = "matrix.mtx.gz";
const FEATURES: &str = "features.tsv.gz";
const BARCODES: &str = "barcodes.tsv.gz";
const OBS: &str = "obs.csv.gz";

/// Bytes before the entries of a matrix: what kind it is and how large, known when all entries are.
const HEADER: usize = 160;

/// A new 10x folder. Memory is the annotations and a window of text, whatever the number of values.
pub(super) struct TenxWriter {
    target: AtomicFolder,
    matrix: OneStream<File>,
    entries: Entries,
    written: Written,
    n_genes: usize,
}

impl TenxWriter {
    /// Writes the names and annotations and begins the matrix.
    pub(super) fn create(target: &Path, new: &NewCells) -> Result<Self, WriteError> {
        let target = AtomicFolder::create(target, is_ours)?;
        match Self::begin(target.temporary(), new) {
            Ok(matrix) => Ok(Self {
                target,
                matrix,
                entries: Entries::default(),
                written: Written::nothing_of(new),
                n_genes: new.var.names.len(),
            }),
            Err(kind) => Err(target.error(kind)),
        }
    }

    fn begin(folder: &Path, new: &NewCells) -> Result<OneStream<File>, WriteErrorKind> {
        names::check_lines(&new.obs.names)?;
        names::check_lines(&new.var.names)?;
        gzip(&folder.join(FEATURES), |out| names::write_features(out, &new.var))?;
        gzip(&folder.join(BARCODES), |out| {
            new.obs.names.iter().try_for_each(|name| writeln!(out, "{name}"))
        })?;
        gzip(&folder.join(OBS), |out| names::write_obs(out, &new.obs))?;
        Ok(OneStream::begin(File::create(folder.join(MATRIX))?, HEADER)?)
    }

    /// The first lines of the matrix, in a fixed number of bytes: a comment takes up what is left.
    fn header(&self) -> [u8; HEADER] {
        let field = if self.entries.all_whole { "integer" } else { "real" };
        let first = format!("%%MatrixMarket matrix coordinate {field} general\n");
        let sizes = format!("\n{} {} {}\n", self.n_genes, self.written.n_cells, self.written.n_values);
        let mut header = [b' '; HEADER];
        header[..first.len()].copy_from_slice(first.as_bytes());
        header[first.len()] = b'%';
        header[HEADER - sizes.len()..].copy_from_slice(sizes.as_bytes());
        header
    }
}

impl CellWriter for TenxWriter {
    fn write(&mut self, cells: &Block<Stored>) -> Result<(), WriteError> {
        let first_cell = self.written.n_cells;
        let added = self.written.add(cells);
        let result = added.and_then(|()| {
            // Cell by cell, since the text of a block is larger than the block.
            for (row, cell) in cells.cells().enumerate() {
                self.matrix.push(self.entries.lines(first_cell + row, cell))?;
            }
            Ok(())
        });
        result.map_err(|kind| self.target.error(kind))
    }

    fn finish(self: Box<Self>) -> Result<u64, WriteError> {
        let header = self.header();
        let Self { target, matrix, written, .. } = *self;
        match written.check_complete().and_then(|()| Ok(matrix.finish(&header)?)) {
            Ok(()) => target.commit().map(|()| written.n_values),
            Err(kind) => Err(target.error(kind)),
        }
    }
}

/// Writes a whole gzip file: no time and no name in its header, so the same content gives the same bytes.
fn gzip(path: &Path, content: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> io::Result<()> {
    let file = BufWriter::new(File::create(path)?);
    let mut gzip = BufWriter::with_capacity(1 << 16, GzBuilder::new().write(file, Compression::default()));
    content(&mut gzip)?;
    let gzip = gzip.into_inner().map_err(io::IntoInnerError::into_error)?;
    gzip.finish()?.flush()
}

/// Whether a folder was written here and nothing was added to it.
fn is_ours(folder: &Path) -> bool {
    let Ok(entries) = fs::read_dir(folder) else { return false };
    let ours = [MATRIX, FEATURES, BARCODES, OBS];
    let all_ours = entries
        .into_iter()
        .all(|entry| entry.is_ok_and(|entry| ours.iter().any(|name| entry.file_name() == *name)));
    all_ours && folder.join(OBS).is_file()
}
