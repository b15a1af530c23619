//! An open `.h5ad` file.

use std::path::Path;

use ferrocyte_core::BlockSource;

use super::columns::open_frame;
use super::container::Container;
use super::matrix;
use super::source::H5adSource;
use crate::cell_file::CellFile;
use crate::format::Format;
use crate::frame::Frame;
use crate::matrix::MatrixInfo;
use crate::matrix_path::MatrixPath;
use crate::read_error::{ReadError, ReadErrorKind};

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
pub struct H5ad {
    container: Container,
    /// The group of the file: empty, or as in `mod/rna/`.
    root: String,
    obs: Frame,
    var: Frame,
}

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
        let (obs_path, var_path) = (format!("{root}obs"), format!("{root}var"));
        let (Some(obs), Some(var)) = (container.find(&obs_path)?, container.find(&var_path)?) else {
            let found = container.names(&container.root()?, "/")?;
            return Err(container.error(ReadErrorKind::NotAnnData { found }));
        };
        let obs = open_frame(&container, &obs_path, obs, "one per cell")?;
        let var = open_frame(&container, &var_path, var, "one per gene")?;
        Ok(Self { container, root, obs, var })
    }

    /// Number of cells.
    pub fn n_cells(&self) -> usize {
        self.obs.len()
    }

    /// Annotations of the cells.
    pub fn obs(&self) -> &Frame {
        &self.obs
    }

    /// Annotations of the genes of `X` and of the layers.
    pub fn var(&self) -> &Frame {
        &self.var
    }

    /// Annotations of the genes of `raw/X`, where there is one.
    ///
    /// # Errors
    /// When they cannot be read.
    pub fn raw_var(&self) -> Result<Option<Frame>, ReadError> {
        // anndata before 0.7 wrote `raw.var`.
        for path in ["raw/var", "raw.var"] {
            let path = format!("{}{path}", self.root);
            if let Some(object) = self.container.find(&path)? {
                return open_frame(&self.container, &path, object, "one per gene").map(Some);
            }
        }
        Ok(None)
    }

    /// Annotations of the genes of a matrix: `raw/X` has its own.
    ///
    /// # Errors
    /// When they cannot be read, or are not there.
    pub fn genes_of(&self, path: &MatrixPath) -> Result<Frame, ReadError> {
        match path {
            MatrixPath::X | MatrixPath::Layer(_) => Ok(self.var.clone()),
            MatrixPath::Raw => self
                .raw_var()?
                .ok_or_else(|| self.container.unexpected("raw/var", "the genes of `raw/X`", "nothing")),
        }
    }

    /// Every matrix there is: `X`, `raw/X`, then the layers by name. One that cannot be described is left out;
    /// [`matrix`](Self::matrix) says why.
    ///
    /// # Errors
    /// When the list itself cannot be read.
    pub fn matrices(&self) -> Result<Vec<MatrixInfo>, ReadError> {
        let paths = matrix::paths(&self.container, &self.root)?;
        Ok(paths.iter().filter_map(|path| self.matrix(path).ok()).collect())
    }

    /// What the file says of a matrix.
    ///
    /// # Errors
    /// When there is none of that name (the error names those there are), or its arrays do not belong together.
    pub fn matrix(&self, path: &MatrixPath) -> Result<MatrixInfo, ReadError> {
        matrix::open(&self.container, &self.root, path).map(|stored| stored.info)
    }

    /// The cells of a matrix in blocks of `block_cells` cells.
    ///
    /// # Errors
    /// When there is no such matrix, its shape disagrees with `obs` and `var`, or its row pointers are wrong.
    /// Values are checked as they are read.
    pub fn source(&self, path: &MatrixPath, block_cells: usize) -> Result<H5adSource, ReadError> {
        let stored = matrix::open(&self.container, &self.root, path)?;
        let genes = self.genes_of(path)?;
        let expected = (self.obs.len() as u64, genes.len() as u64);
        let found = (stored.info.n_cells, stored.info.n_genes);
        if expected != found {
            return Err(self.container.error(ReadErrorKind::MatrixShape {
                matrix: path.clone(),
                expected,
                found,
            }));
        }
        if u32::try_from(expected.1).is_err() {
            return Err(self.container.unexpected(&path.to_string(), "fewer than 2³² genes", "more"));
        }
        let mut others = matrix::paths(&self.container, &self.root)?;
        others.retain(|other| other != path);
        let cell_names = self.obs.shared_index();
        H5adSource::new(&self.container, stored, cell_names, genes.index().to_vec(), block_cells, others)
    }
}

impl CellFile for H5ad {
    fn format(&self) -> Format {
        Format::H5ad
    }

    fn path(&self) -> &Path {
        self.container.path()
    }

    fn obs(&self) -> &Frame {
        &self.obs
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
        f.debug_struct("H5ad").field("obs", &self.obs).field("var", &self.var).finish_non_exhaustive()
    }
}
