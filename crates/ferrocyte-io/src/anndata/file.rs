//! The annotations and matrices of AnnData.

use std::path::Path;

use super::columns::open_frame;
use super::matrix;
use super::source::MatrixSource;
use super::tree::Tree;
use crate::frame::Frame;
use crate::matrix::MatrixInfo;
use crate::matrix_path::MatrixPath;
use crate::read_error::{ReadError, ReadErrorKind};

/// AnnData in an open file: what [`CellFile`](crate::CellFile) offers, whatever the file is.
#[derive(Clone)]
pub(crate) struct AnnData<F: Tree> {
    container: F,
    /// The group of the file: empty, or as in `mod/rna/`.
    root: String,
    obs: Frame,
    var: Frame,
}

impl<F: Tree> AnnData<F> {
    /// Reads the names of cells and genes in the group `root`.
    pub(crate) fn open(container: F, root: String) -> Result<Self, ReadError> {
        let (obs_path, var_path) = (format!("{root}obs"), format!("{root}var"));
        let (Some(obs), Some(var)) = (container.find(&obs_path)?, container.find(&var_path)?) else {
            return Err(container.not_anndata());
        };
        let obs = open_frame(&container, &obs_path, obs, "one per cell")?;
        let var = open_frame(&container, &var_path, var, "one per gene")?;
        Ok(Self { container, root, obs, var })
    }

    /// The file or folder.
    pub(crate) fn path(&self) -> &Path {
        self.container.path()
    }

    /// Annotations of the cells.
    pub(crate) fn obs(&self) -> &Frame {
        &self.obs
    }

    /// Annotations of the genes of `X` and of the layers.
    pub(crate) fn var(&self) -> &Frame {
        &self.var
    }

    /// Annotations of the genes of `raw/X`, where there is one.
    pub(crate) fn raw_var(&self) -> Result<Option<Frame>, ReadError> {
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
    pub(crate) fn genes_of(&self, path: &MatrixPath) -> Result<Frame, ReadError> {
        match path {
            MatrixPath::X | MatrixPath::Layer(_) => Ok(self.var.clone()),
            MatrixPath::Raw => self
                .raw_var()?
                .ok_or_else(|| self.container.unexpected("raw/var", "the genes of `raw/X`", "nothing")),
        }
    }

    /// Every matrix there is: `X`, `raw/X`, then the layers by name. One that cannot be described is left out;
    /// [`matrix`](Self::matrix) says why.
    pub(crate) fn matrices(&self) -> Result<Vec<MatrixInfo>, ReadError> {
        let paths = matrix::paths(&self.container, &self.root)?;
        Ok(paths.iter().filter_map(|path| self.matrix(path).ok()).collect())
    }

    /// What the file says of a matrix.
    pub(crate) fn matrix(&self, path: &MatrixPath) -> Result<MatrixInfo, ReadError> {
        matrix::open(&self.container, &self.root, path).map(|stored| stored.info)
    }

    /// The cells of a matrix in blocks of `block_cells` cells.
    pub(crate) fn source(&self, path: &MatrixPath, block_cells: usize) -> Result<MatrixSource, ReadError> {
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
        let cell_names = self.obs.row_names().clone();
        MatrixSource::new(&self.container, stored, cell_names, genes.index().to_vec(), block_cells, others)
    }
}

impl<F: Tree> std::fmt::Debug for AnnData<F> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("AnnData").field("obs", &self.obs).field("var", &self.var).finish_non_exhaustive()
    }
}
