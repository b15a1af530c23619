//! A value for every cell, handed out a few cells at a time.

use std::borrow::Cow;
use std::fmt::Debug;
use std::io;
use std::ops::Range;

use super::obs_column::{ObsColumn, ObsColumnError};
use crate::frame::Names;

/// Cells that are written at a time.
pub(super) const AT_A_TIME: usize = 1 << 14;

/// What the values of a column are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CellColumnKind<'a> {
    /// Names, each once; the values are codes.
    Categorical(&'a [String]),
    /// 32-bit numbers.
    F32,
    /// 64-bit numbers.
    F64,
    /// Free text.
    Text,
}

/// Values of consecutive cells, of the kind that the column says.
#[derive(Debug)]
pub enum CellValues<'a> {
    /// Positions among the names; `-1` is missing.
    Codes(Cow<'a, [i32]>),
    /// 32-bit numbers; not-a-number is missing.
    F32(Cow<'a, [f32]>),
    /// 64-bit numbers; not-a-number is missing.
    F64(Cow<'a, [f64]>),
    /// Free text.
    Text(Cow<'a, [String]>),
}

/// A value for every cell, in cell order, wherever they lie: an [`ObsColumn`] has them in memory.
pub trait CellColumn: Debug {
    /// Number of cells.
    fn n_cells(&self) -> usize;

    /// What the values are.
    fn kind(&self) -> CellColumnKind<'_>;

    /// The values of some cells, which the column has.
    ///
    /// # Errors
    /// When they cannot be read back from where they are kept.
    fn values(&self, cells: Range<usize>) -> io::Result<CellValues<'_>>;

    /// Checks the column against itself.
    ///
    /// # Errors
    /// When a name stands twice, or a code has none.
    fn check(&self, _name: &str) -> Result<(), ObsColumnError> {
        Ok(())
    }
}

impl ObsColumn {
    /// All values of a column, in memory.
    ///
    /// # Errors
    /// When they cannot be read back from where they are kept.
    pub fn of(column: &dyn CellColumn) -> io::Result<Self> {
        Ok(match (column.values(0..column.n_cells())?, column.kind()) {
            (CellValues::Codes(codes), CellColumnKind::Categorical(names)) => {
                Self::Categorical { categories: names.to_vec(), codes: codes.into_owned() }
            }
            // A column of codes has names.
            (CellValues::Codes(codes), _) => {
                Self::Categorical { categories: Vec::new(), codes: codes.into_owned() }
            }
            (CellValues::F32(values), _) => Self::F32(values.into_owned()),
            (CellValues::F64(values), _) => Self::F64(values.into_owned()),
            (CellValues::Text(values), _) => Self::Text(values.into_owned()),
        })
    }
}

impl CellColumn for ObsColumn {
    fn n_cells(&self) -> usize {
        self.len()
    }

    fn kind(&self) -> CellColumnKind<'_> {
        match self {
            Self::Categorical { categories, .. } => CellColumnKind::Categorical(categories),
            Self::F32(_) => CellColumnKind::F32,
            Self::F64(_) => CellColumnKind::F64,
            Self::Text(_) => CellColumnKind::Text,
        }
    }

    fn values(&self, cells: Range<usize>) -> io::Result<CellValues<'_>> {
        Ok(match self {
            Self::Categorical { codes, .. } => CellValues::Codes(codes[cells].into()),
            Self::F32(values) => CellValues::F32(values[cells].into()),
            Self::F64(values) => CellValues::F64(values[cells].into()),
            Self::Text(values) => CellValues::Text(values[cells].into()),
        })
    }

    fn check(&self, name: &str) -> Result<(), ObsColumnError> {
        self.check(name, self.len())
    }
}

impl<C: CellColumn + ?Sized> CellColumn for Box<C> {
    fn n_cells(&self) -> usize {
        (**self).n_cells()
    }

    fn kind(&self) -> CellColumnKind<'_> {
        (**self).kind()
    }

    fn values(&self, cells: Range<usize>) -> io::Result<CellValues<'_>> {
        (**self).values(cells)
    }

    fn check(&self, name: &str) -> Result<(), ObsColumnError> {
        (**self).check(name)
    }
}

/// Checks a column against itself and the number of cells.
pub(super) fn check(column: &dyn CellColumn, name: &str, n_cells: usize) -> Result<(), ObsColumnError> {
    let found = column.n_cells();
    if found != n_cells {
        return Err(ObsColumnError::Length { column: name.to_owned(), expected: n_cells, found });
    }
    column.check(name)
}

/// Cells a few at a time.
pub(super) fn steps(n_cells: usize) -> impl Iterator<Item = Range<usize>> {
    (0..n_cells).step_by(AT_A_TIME).map(move |start| start..(start + AT_A_TIME).min(n_cells))
}

/// Names of cells, wherever they lie.
pub trait CellIds: Debug {
    /// Number of cells.
    fn n_cells(&self) -> usize;

    /// The names of some cells, which there are.
    ///
    /// # Errors
    /// When they cannot be read back from where they are kept.
    fn ids(&self, cells: Range<usize>) -> io::Result<Cow<'_, [String]>>;
}

impl CellIds for &[String] {
    fn n_cells(&self) -> usize {
        self.len()
    }

    fn ids(&self, cells: Range<usize>) -> io::Result<Cow<'_, [String]>> {
        Ok(self[cells].into())
    }
}

impl CellIds for Names {
    fn n_cells(&self) -> usize {
        self.len()
    }

    fn ids(&self, cells: Range<usize>) -> io::Result<Cow<'_, [String]>> {
        self.range(cells).map(Cow::Owned)
    }
}
