//! What every format offers.

use std::path::Path;

use ferrocyte_core::BlockSource;

use crate::format::Format;
use crate::frame::Frame;
use crate::matrix::MatrixInfo;
use crate::matrix_path::MatrixPath;
use crate::orientation::Orientation;
use crate::read_error::{ReadError, ReadErrorKind};

/// An open file of cells, whatever its format: annotations of cells and genes, and matrices to be read in blocks.
///
/// Cells are rows here, however the file has them; numbers are as stored. What they mean is for the caller to find
/// out.
pub trait CellFile: Send + Sync {
    /// The format.
    fn format(&self) -> Format;

    /// The file or folder.
    fn path(&self) -> &Path;

    /// Annotations of the cells.
    fn obs(&self) -> &Frame;

    /// Annotations of the genes of a matrix.
    ///
    /// # Errors
    /// When there is no such matrix, or its genes cannot be read.
    fn genes_of(&self, matrix: &MatrixPath) -> Result<Frame, ReadError>;

    /// Every matrix there is. One that cannot be described is left out; [`matrix`](Self::matrix) says why.
    ///
    /// # Errors
    /// When the list itself cannot be read.
    fn matrices(&self) -> Result<Vec<MatrixInfo>, ReadError>;

    /// What the file says of a matrix.
    ///
    /// # Errors
    /// When there is none of that name (the error names those there are), or it cannot be described.
    fn matrix(&self, matrix: &MatrixPath) -> Result<MatrixInfo, ReadError> {
        let present = self.matrices()?;
        match present.iter().find(|info| info.path == *matrix) {
            Some(info) => Ok(info.clone()),
            None => Err(ReadError::new(
                self.path(),
                ReadErrorKind::NoMatrix {
                    wanted: matrix.clone(),
                    present: present.into_iter().map(|info| info.path).collect(),
                },
            )),
        }
    }

    /// The cells of a matrix in blocks of `block_cells` cells.
    ///
    /// # Errors
    /// When there is no such matrix, or its shape disagrees with the annotations. Values are checked as they are
    /// read.
    fn source(&self, matrix: &MatrixPath, block_cells: usize) -> Result<Box<dyn BlockSource>, ReadError>;

    /// What was left out or turned round in reading, in sentences for the user.
    fn notes(&self) -> Vec<String> {
        Vec::new()
    }

    /// Which way round the file has cells and genes, where its format leaves that open.
    fn orientation(&self) -> Option<Orientation> {
        None
    }

    /// Number of cells.
    fn n_cells(&self) -> usize {
        self.obs().len()
    }
}
