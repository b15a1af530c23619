//! An open HDF5 file with a dense matrix.

use std::path::Path;

use ferrocyte_core::BlockSource;

use crate::anndata::dimensions;
use crate::anndata::matrix::{StoredMatrix, dense};
use crate::cell_file::CellFile;
use crate::format::Format;
use crate::frame::{Column, Frame};
use crate::h5ad::H5adSource;
use crate::h5ad::array_columns::{ArrayColumn, arrays_in, frame};
use crate::h5ad::container::{Container, Object};
use crate::h5ad::turned::{dense_turned, turned_source};
use crate::known_names::{self, Axis};
use crate::matrix::MatrixInfo;
use crate::matrix_path::MatrixPath;
use crate::numpy::is_turned;
use crate::orientation::Orientation;
use crate::read_error::{ReadError, ReadErrorKind};

/// The matrix.
const MATRIX: &str = "X";

/// What labels are called.
const LABELS: &[&str] = &["y", "label", "labels", "cell_type", "cell_types", "celltype"];

/// An open HDF5 file with a dense matrix `X` at its root and arrays beside it: `Y` or others of one value per cell are
/// columns of `obs`, those of one value per gene columns of `var`.
///
/// Rows are cells, unless the lengths of the arrays, or the caller, say otherwise. Labels that are whole numbers are
/// read as such, however they are stored.
pub struct DenseH5 {
    container: Container,
    turned: bool,
    obs: Frame,
    var: Frame,
    notes: Vec<String>,
}

/// Whether an open file has a dense matrix `X` and is nothing else.
pub(crate) fn is_dense_h5(container: &Container) -> Result<bool, ReadError> {
    Ok(match container.find(MATRIX)? {
        Some(Object::Dataset(matrix)) => matrix.ndim() == 2,
        _ => false,
    })
}

impl DenseH5 {
    /// Opens a file; `genes` says where its genes are, which is found out from the lengths of its arrays when `None`.
    ///
    /// # Errors
    /// When it is no such file, or its names cannot be read.
    pub fn open(path: impl AsRef<Path>, genes: Option<Orientation>) -> Result<Self, ReadError> {
        let container = Container::open(path.as_ref().to_owned())?;
        if !is_dense_h5(&container)? {
            return Err(container.unknown_layout());
        }
        let matrix = container.dataset(MATRIX)?;
        let &[n_rows, n_columns] = matrix.shape() else {
            return Err(container.unexpected(MATRIX, "2 dimensions", dimensions(matrix.ndim())));
        };
        let mut arrays = arrays_in(&container, "")?;
        arrays.retain(|array| array.name != MATRIX);
        let turned = match genes {
            Some(orientation) => orientation == Orientation::GenesInRows,
            None => found_turned(&container, (n_rows, n_columns), &arrays)?,
        };
        let (n_cells, n_genes) = if turned { (n_columns, n_rows) } else { (n_rows, n_columns) };
        let mut notes = Vec::new();
        if turned {
            notes.push(format!("`{MATRIX}` holds genes × cells, {n_rows} × {n_columns}; it was turned"));
        }
        // Where there are as many genes as cells, only names tell an array of genes.
        let is_of_genes = |array: &ArrayColumn| {
            array.len() == Some(n_genes)
                && (n_genes != n_cells || known_names::find(Axis::Genes, &[&array.name]).is_some())
        };
        let (of_genes, of_cells): (Vec<_>, Vec<_>) = arrays.into_iter().partition(is_of_genes);
        let obs = frame(&container, Axis::Cells, n_cells, of_cells, whole_numbers, &mut notes)?;
        let var = frame(&container, Axis::Genes, n_genes, of_genes, whole_numbers, &mut notes)?;
        Ok(Self { container, turned, obs, var, notes })
    }

    fn stored(&self, matrix: &MatrixPath) -> Result<StoredMatrix<Container>, ReadError> {
        if *matrix != MatrixPath::X {
            let (wanted, present) = (matrix.clone(), vec![MatrixPath::X]);
            return Err(self.container.error(ReadErrorKind::NoMatrix { wanted, present }));
        }
        let dataset = self.container.dataset(MATRIX)?;
        let open = if self.turned { dense_turned } else { dense };
        open(&self.container, matrix, MATRIX.to_owned(), dataset)
    }
}

/// Which way round the matrix is, by the lengths of labels and names.
fn found_turned(container: &Container, shape: (u64, u64), arrays: &[ArrayColumn]) -> Result<bool, ReadError> {
    let number = |n: u64| usize::try_from(n).unwrap_or(usize::MAX);
    let names: Vec<&str> = arrays.iter().map(|array| array.name.as_str()).collect();
    let said = |place: usize| arrays[place].len().map(|n| (names[place], number(n)));
    let labels = names.iter().position(|name| LABELS.iter().any(|label| name.eq_ignore_ascii_case(label)));
    let cells = known_names::find(Axis::Cells, &names).or(labels).and_then(said);
    let genes = known_names::find(Axis::Genes, &names).and_then(said);
    // As many cells as genes: rows are cells, as they always are where nothing else is said.
    if shape.0 == shape.1 {
        return Ok(false);
    }
    is_turned(MATRIX, (number(shape.0), number(shape.1)), cells, genes).map_err(|kind| container.error(kind))
}

/// Labels are often written as `float64`, and are no less whole for that.
fn whole_numbers(column: Column) -> Column {
    let is_whole = |value: &f64| value.is_nan() || *value as i64 as f64 == *value;
    match column {
        Column::Floats(values) if values.iter().all(is_whole) => {
            let whole = |value: f64| (!value.is_nan()).then_some(value as i64);
            Column::Integers(values.into_iter().map(whole).collect())
        }
        other => other,
    }
}

impl CellFile for DenseH5 {
    fn format(&self) -> Format {
        Format::DenseH5
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
        Ok(self.matrix(&MatrixPath::X).into_iter().collect())
    }

    fn matrix(&self, matrix: &MatrixPath) -> Result<MatrixInfo, ReadError> {
        self.stored(matrix).map(|stored| stored.info)
    }

    fn source(&self, matrix: &MatrixPath, block_cells: usize) -> Result<Box<dyn BlockSource>, ReadError> {
        let stored = self.stored(matrix)?;
        let (cells, genes) = (self.obs.row_names().clone(), self.var.index().to_vec());
        let open = if self.turned { turned_source } else { H5adSource::new };
        Ok(Box::new(open(&self.container, stored, cells, genes, block_cells, Vec::new())?))
    }

    fn notes(&self) -> Vec<String> {
        self.notes.clone()
    }
}

impl std::fmt::Debug for DenseH5 {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("DenseH5").field("obs", &self.obs).field("var", &self.var).finish_non_exhaustive()
    }
}
