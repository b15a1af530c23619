//! An open `.h5ad` file.

use std::path::Path;

use ferrocyte_core::BlockSource;

use super::H5adSource;
use super::container::Container;
use crate::anndata::AnnData;
use crate::cell_file::CellFile;
use crate::format::Format;
use crate::frame::Frame;
use crate::matrix::MatrixInfo;
use crate::matrix_path::MatrixPath;
use crate::read_error::ReadError;

/// An open `.h5ad` file: annotations of cells and genes, and matrices to be read in blocks.
///
/// ```no_run
/// use ferrocyte_core::BlockSource;
/// use ferrocyte_io::h5ad::H5ad;
///
/// let file = H5ad::open("pbmc.h5ad")?;
/// let cell_types = file.obs().column("cell_type")?.to_names();
/// let mut cells = file.source(&"X".parse()?, 4096)?;
/// while let Some(block) = cells.next_block()? {
///     println!("{} cells, {} values", block.n_cells(), block.n_non_zeros());
/// }
/// # Ok::<(), Box<dyn std::error::Error + Send + Sync>>(())
/// ```
#[derive(Clone)]
pub struct H5ad(AnnData<Container>);

impl H5ad {
    /// Opens a file and reads the names of its cells and genes.
    ///
    /// # Errors
    /// When it is not HDF5, is cut short, or has no `obs` and `var`.
    pub fn open(path: impl AsRef<Path>) -> Result<Self, ReadError> {
        Self::in_container(Container::open(path.as_ref().to_owned())?, String::new())
    }

    /// The AnnData in the group `root` of an open file.
    pub(crate) fn in_container(container: Container, root: String) -> Result<Self, ReadError> {
        AnnData::open(container, root).map(Self)
    }

    /// Number of cells.
    pub fn n_cells(&self) -> usize {
        self.0.obs().len()
    }

    /// Annotations of the cells.
    pub fn obs(&self) -> &Frame {
        self.0.obs()
    }

    /// Annotations of the genes of `X` and of the layers.
    pub fn var(&self) -> &Frame {
        self.0.var()
    }

    /// Annotations of the genes of `raw/X`, where there is one.
    ///
    /// # Errors
    /// When they cannot be read.
    pub fn raw_var(&self) -> Result<Option<Frame>, ReadError> {
        self.0.raw_var()
    }

    /// Annotations of the genes of a matrix: `raw/X` has its own.
    ///
    /// # Errors
    /// When they cannot be read, or are not there.
    pub fn genes_of(&self, path: &MatrixPath) -> Result<Frame, ReadError> {
        self.0.genes_of(path)
    }

    /// Every matrix there is: `X`, `raw/X`, then the layers by name. One that cannot be described is left out;
    /// [`matrix`](Self::matrix) says why.
    ///
    /// # Errors
    /// When the list itself cannot be read.
    pub fn matrices(&self) -> Result<Vec<MatrixInfo>, ReadError> {
        self.0.matrices()
    }

    /// What the file says of a matrix.
    ///
    /// # Errors
    /// When there is none of that name (the error names those there are), or its arrays do not belong together.
    pub fn matrix(&self, path: &MatrixPath) -> Result<MatrixInfo, ReadError> {
        self.0.matrix(path)
    }

    /// The cells of a matrix in blocks of `block_cells` cells.
    ///
    /// # Errors
    /// When there is no such matrix, its shape disagrees with `obs` and `var`, or its row pointers are wrong.
    /// Values are checked as they are read.
    pub fn source(&self, path: &MatrixPath, block_cells: usize) -> Result<H5adSource, ReadError> {
        self.0.source(path, block_cells)
    }
}

impl CellFile for H5ad {
    fn format(&self) -> Format {
        Format::H5ad
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    fn obs(&self) -> &Frame {
        self.0.obs()
    }

    fn genes_of(&self, matrix: &MatrixPath) -> Result<Frame, ReadError> {
        self.genes_of(matrix)
    }

    fn matrices(&self) -> Result<Vec<MatrixInfo>, ReadError> {
        self.matrices()
    }

    fn matrix(&self, matrix: &MatrixPath) -> Result<MatrixInfo, ReadError> {
        self.matrix(matrix)
    }

    fn source(&self, matrix: &MatrixPath, block_cells: usize) -> Result<Box<dyn BlockSource>, ReadError> {
        Ok(Box::new(self.source(matrix, block_cells)?))
    }
}

impl std::fmt::Debug for H5ad {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("H5ad").field("obs", self.obs()).field("var", self.var()).finish_non_exhaustive()
    }
}
