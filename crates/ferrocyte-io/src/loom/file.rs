//! An open loom file.

use std::path::Path;

use ferrocyte_core::BlockSource;

use super::unescape::unescaped;
use crate::anndata::dimensions;
use crate::anndata::matrix::StoredMatrix;
use crate::cell_file::CellFile;
use crate::format::Format;
use crate::frame::Frame;
use crate::h5ad::array_columns::{arrays_in, frame};
use crate::h5ad::container::{Container, Object};
use crate::h5ad::turned::{dense_turned, turned_source};
use crate::known_names::Axis;
use crate::matrix::MatrixInfo;
use crate::matrix_path::MatrixPath;
use crate::read_error::{ReadError, ReadErrorKind};

const MATRIX: &str = "matrix";
const OF_GENES: &str = "row_attrs";
const OF_CELLS: &str = "col_attrs";
const LAYERS: &str = "layers";

/// An open loom file: the matrix is turned while it is read, some columns of chunks at a time.
///
/// Cells are named by `CellID`, genes by `Gene` or else `Accession`, or by what other programs call them; where there
/// are no names they are numbered, and a note says so. `matrix` is `X`, and layers are layers.
///
/// ```no_run
/// use ferrocyte_io::CellFile;
/// use ferrocyte_io::loom::Loom;
///
/// let file = Loom::open("cortex.loom")?;
/// println!("{} cells: {:?}", file.n_cells(), file.obs().names());
/// # Ok::<(), ferrocyte_io::ReadError>(())
/// ```
pub struct Loom {
    container: Container,
    obs: Frame,
    var: Frame,
    notes: Vec<String>,
}

/// Whether an open file is loom.
pub(crate) fn is_loom(container: &Container) -> Result<bool, ReadError> {
    Ok(matches!(container.find(MATRIX)?, Some(Object::Dataset(_)))
        && matches!(container.find(OF_GENES)?, Some(Object::Group(_)))
        && matches!(container.find(OF_CELLS)?, Some(Object::Group(_))))
}

impl Loom {
    /// Opens a file and reads the names of its cells and genes.
    ///
    /// # Errors
    /// When it is no such file, or its names cannot be read.
    pub fn open(path: impl AsRef<Path>) -> Result<Self, ReadError> {
        let container = Container::open(path.as_ref().to_owned())?;
        if !is_loom(&container)? {
            return Err(container.unknown_layout());
        }
        let matrix = container.dataset(MATRIX)?;
        let &[n_genes, n_cells] = matrix.shape() else {
            let found = dimensions(matrix.ndim());
            return Err(container.unexpected(MATRIX, "2 dimensions, genes × cells", found));
        };
        let mut notes = Vec::new();
        let arrays = arrays_in(&container, OF_CELLS)?;
        let obs = frame(&container, Axis::Cells, n_cells, arrays, unescaped, &mut notes)?;
        let arrays = arrays_in(&container, OF_GENES)?;
        let var = frame(&container, Axis::Genes, n_genes, arrays, unescaped, &mut notes)?;
        Ok(Self { container, obs, var, notes })
    }

    fn paths(&self) -> Result<Vec<MatrixPath>, ReadError> {
        let mut paths = vec![MatrixPath::X];
        paths.extend(
            arrays_in(&self.container, LAYERS)?.into_iter().map(|array| MatrixPath::Layer(array.name)),
        );
        Ok(paths)
    }

    fn stored(&self, matrix: &MatrixPath) -> Result<StoredMatrix<Container>, ReadError> {
        let object = match matrix {
            MatrixPath::X => MATRIX.to_owned(),
            MatrixPath::Raw | MatrixPath::Layer(_) => matrix.to_string(),
        };
        let Some(Object::Dataset(dataset)) = self.container.find(&object)? else {
            let (wanted, present) = (matrix.clone(), self.paths()?);
            return Err(self.container.error(ReadErrorKind::NoMatrix { wanted, present }));
        };
        let stored = dense_turned(&self.container, matrix, object, dataset)?;
        let expected = (self.obs.len() as u64, self.var.len() as u64);
        let found = (stored.info.n_cells, stored.info.n_genes);
        if expected != found {
            let matrix = matrix.clone();
            return Err(self.container.error(ReadErrorKind::MatrixShape { matrix, expected, found }));
        }
        Ok(stored)
    }
}

impl CellFile for Loom {
    fn format(&self) -> Format {
        Format::Loom
    }

    fn path(&self) -> &Path {
        self.container.path()
    }

    fn obs(&self) -> &Frame {
        &self.obs
    }

    fn genes_of(&self, matrix: &MatrixPath) -> Result<Frame, ReadError> {
        self.stored(matrix)?;
        Ok(self.var.clone())
    }

    fn matrices(&self) -> Result<Vec<MatrixInfo>, ReadError> {
        Ok(self.paths()?.iter().filter_map(|path| self.matrix(path).ok()).collect())
    }

    fn matrix(&self, matrix: &MatrixPath) -> Result<MatrixInfo, ReadError> {
        self.stored(matrix).map(|stored| stored.info)
    }

    fn source(&self, matrix: &MatrixPath, block_cells: usize) -> Result<Box<dyn BlockSource>, ReadError> {
        let stored = self.stored(matrix)?;
        let mut others = self.paths()?;
        others.retain(|other| other != matrix);
        let (cells, genes) = (self.obs.row_names().clone(), self.var.index().to_vec());
        Ok(Box::new(turned_source(&self.container, stored, cells, genes, block_cells, others)?))
    }

    fn notes(&self) -> Vec<String> {
        self.notes.clone()
    }
}

impl std::fmt::Debug for Loom {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Loom").field("obs", &self.obs).field("var", &self.var).finish_non_exhaustive()
    }
}
