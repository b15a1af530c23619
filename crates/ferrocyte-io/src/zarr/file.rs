//! An open zarr store of AnnData.

use std::path::Path;

use ferrocyte_core::BlockSource;

use super::tree::ZarrTree;
use crate::anndata::AnnData;
use crate::cell_file::CellFile;
use crate::format::Format;
use crate::frame::Frame;
use crate::matrix::MatrixInfo;
use crate::matrix_path::MatrixPath;
use crate::read_error::ReadError;

/// An open zarr store of AnnData, a folder or a zip archive: annotations of cells and genes, and matrices to be read
/// in blocks.
///
/// ```no_run
/// use ferrocyte_io::CellFile;
/// use ferrocyte_io::zarr::Zarr;
///
/// let store = Zarr::open("pbmc.zarr")?;
/// println!("{} cells, columns {:?}", store.n_cells(), store.obs().names());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct Zarr(AnnData<ZarrTree>);

impl Zarr {
    /// Opens a store and reads the names of its cells and genes.
    ///
    /// # Errors
    /// When it is no zarr store, or has no `obs` and `var`.
    pub fn open(path: impl AsRef<Path>) -> Result<Self, ReadError> {
        AnnData::open(ZarrTree::open(path.as_ref())?, String::new()).map(Self)
    }

    /// Annotations of the genes of `X` and of the layers.
    pub fn var(&self) -> &Frame {
        self.0.var()
    }
}

impl CellFile for Zarr {
    fn format(&self) -> Format {
        Format::Zarr
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    fn obs(&self) -> &Frame {
        self.0.obs()
    }

    fn genes_of(&self, matrix: &MatrixPath) -> Result<Frame, ReadError> {
        self.0.genes_of(matrix)
    }

    fn matrices(&self) -> Result<Vec<MatrixInfo>, ReadError> {
        self.0.matrices()
    }

    fn matrix(&self, matrix: &MatrixPath) -> Result<MatrixInfo, ReadError> {
        self.0.matrix(matrix)
    }

    fn source(&self, matrix: &MatrixPath, block_cells: usize) -> Result<Box<dyn BlockSource>, ReadError> {
        Ok(Box::new(self.0.source(matrix, block_cells)?))
    }
}

impl std::fmt::Debug for Zarr {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Zarr").field("obs", self.obs()).field("var", self.var()).finish_non_exhaustive()
    }
}
