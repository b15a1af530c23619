//! A new file of cells, written block by block.

use std::fmt;
use std::path::Path;

use ferrocyte_core::{Block, Stored};

use super::anndata::{AnnDataWriter, Hdf5Store, ZarrStore};
use super::annotations::Annotations;
use super::tenx::TenxWriter;
use super::write_error::{WriteError, WriteErrorKind};

/// Takes the cells of a new file, one block after another. What stood at the target is replaced by
/// [`finish`](Self::finish) and not before; a writer that is dropped leaves nothing behind.
pub trait CellWriter {
    /// Adds the cells of a block.
    ///
    /// # Errors
    /// When the block has other genes than the file, or cannot be written.
    fn write(&mut self, cells: &Block<Stored>) -> Result<(), WriteError>;

    /// Brings everything to the disk and gives it the target's name; returns the number of values written.
    ///
    /// # Errors
    /// When not as many cells were written as were announced, or the operating system refuses.
    fn finish(self: Box<Self>) -> Result<u64, WriteError>;
}

/// A format that new files are written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum NewFormat {
    /// HDF5 of AnnData.
    H5ad,
    /// Folder of AnnData: zarr, version 2.
    Zarr,
    /// Folder as Cell Ranger writes it.
    TenxMtx,
}

impl NewFormat {
    /// From the ending of the name: `.h5ad`, `.zarr`, `.mtx` or `/`. `None` for any other.
    pub fn of(path: &Path) -> Option<Self> {
        let ending = path.extension().map(|ending| ending.to_string_lossy().to_lowercase());
        let is_folder = path.as_os_str().as_encoded_bytes().last().is_some_and(|&byte| byte == b'/');
        match ending.as_deref() {
            Some("zarr") => Some(Self::Zarr),
            Some("mtx") => Some(Self::TenxMtx),
            _ if is_folder => Some(Self::TenxMtx),
            Some("h5ad") => Some(Self::H5ad),
            _ => None,
        }
    }

    /// Begins a new file at `target`; `uns` are texts that belong to the whole of it, where the format has a place
    /// for such.
    ///
    /// # Errors
    /// When the annotations cannot be written in this format, or nothing can be written there.
    pub fn create(self, target: &Path, new: &NewCells) -> Result<Box<dyn CellWriter>, WriteError> {
        let refuse = |error| WriteErrorKind::Annotations(error).at(target);
        new.obs.check().map_err(refuse)?;
        new.var.check().map_err(refuse)?;
        Ok(match self {
            Self::H5ad => Box::new(AnnDataWriter::<Hdf5Store>::create(target, new)?),
            Self::Zarr => Box::new(AnnDataWriter::<ZarrStore>::create(target, new)?),
            Self::TenxMtx => Box::new(TenxWriter::create(target, new)?),
        })
    }
}

impl fmt::Display for NewFormat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::H5ad => "h5ad",
            Self::Zarr => "zarr",
            Self::TenxMtx => "10x-mtx",
        })
    }
}

/// What is known of the cells before the first of them is written.
#[derive(Debug, Clone, Default)]
pub struct NewCells {
    /// The cells.
    pub obs: Annotations,
    /// The genes.
    pub var: Annotations,
    /// Texts about the whole of it, by name; a 10x folder has no place for them.
    pub uns: Vec<(String, String)>,
}

/// How far a file is: cells and values so far, against what was announced.
#[derive(Debug)]
pub(super) struct Written {
    expected_cells: usize,
    n_genes: usize,
    pub(super) n_cells: usize,
    pub(super) n_values: u64,
}

impl Written {
    pub(super) fn nothing_of(new: &NewCells) -> Self {
        Self { expected_cells: new.obs.names.len(), n_genes: new.var.names.len(), n_cells: 0, n_values: 0 }
    }

    /// Counts a block, unless it does not fit.
    pub(super) fn add(&mut self, cells: &Block<Stored>) -> Result<(), WriteErrorKind> {
        let found = (self.n_cells + cells.n_cells(), cells.n_genes());
        if found.0 > self.expected_cells || found.1 != self.n_genes {
            return Err(self.unexpected(found));
        }
        self.n_cells += cells.n_cells();
        self.n_values += cells.n_non_zeros() as u64;
        Ok(())
    }

    /// Whether all cells are there.
    pub(super) fn check_complete(&self) -> Result<(), WriteErrorKind> {
        if self.n_cells == self.expected_cells {
            Ok(())
        } else {
            Err(self.unexpected((self.n_cells, self.n_genes)))
        }
    }

    fn unexpected(&self, found: (usize, usize)) -> WriteErrorKind {
        WriteErrorKind::Shape { expected: (self.expected_cells, self.n_genes), found }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_says_the_format() {
        for (name, format) in [
            ("a.h5ad", Some(NewFormat::H5ad)),
            ("a.H5AD", Some(NewFormat::H5ad)),
            ("a.zarr", Some(NewFormat::Zarr)),
            ("a.zarr/", Some(NewFormat::Zarr)),
            ("a.mtx/", Some(NewFormat::TenxMtx)),
            ("a.mtx", Some(NewFormat::TenxMtx)),
            ("folder/", Some(NewFormat::TenxMtx)),
            ("a.h5ad/", Some(NewFormat::TenxMtx)),
            ("a.csv", None),
            ("a", None),
        ] {
            assert_eq!(NewFormat::of(Path::new(name)), format, "{name}");
        }
    }
}
