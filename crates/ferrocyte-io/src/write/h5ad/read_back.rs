//! Reads what was added with another library than the one that wrote it.

use hdf5_reader::error::Error;
use hdf5_reader::{Dataset, Hdf5File, SliceInfo, SliceInfoElem};

use super::Additions;
use super::annotate_error::AnnotateError;
use super::obs_layout::ObsLayout;
use crate::h5ad::text::Stored;
use crate::write::cell_column::{CellColumn, CellColumnKind, CellValues, steps};

/// Compares every addition with what the file now holds.
pub(super) fn check(
    file: &Hdf5File,
    before: &ObsLayout,
    additions: &Additions<'_>,
) -> Result<(), AnnotateError> {
    for (name, column) in &additions.columns {
        let path = format!("obs/{name}");
        expect(&path, column_is(file, &path, column.as_ref()))?;
    }
    for (name, text) in &additions.uns {
        let path = format!("uns/{name}");
        expect(&path, file.dataset(&path).and_then(|data| data.read_string()).map(|found| found == *text))?;
    }
    let order = before.column_order_with(additions.columns.iter().map(|(name, _)| name));
    let after = ObsLayout::of(file)?;
    expect("obs", Ok(after.n_cells() == before.n_cells() && after.column_order_with([].iter()) == order))
}

fn expect(path: &str, equal: Result<bool, Error>) -> Result<(), AnnotateError> {
    let found = match equal {
        Ok(true) => return Ok(()),
        Ok(false) => format!("`{path}` does not read back as it was written"),
        Err(error) => format!("`{path}` cannot be read back: {error}"),
    };
    Err(AnnotateError::Check { found })
}

fn column_is(file: &Hdf5File, path: &str, column: &dyn CellColumn) -> Result<bool, Error> {
    let n = column.n_cells();
    match column.kind() {
        CellColumnKind::F32 | CellColumnKind::F64 => array_is(&file.dataset(path)?, column),
        CellColumnKind::Text => {
            let CellValues::Text(values) = column.values(0..n)? else { return Ok(false) };
            Ok(file.dataset(path)?.read_strings()? == *values)
        }
        CellColumnKind::Categorical(categories) => {
            if file.dataset(&format!("{path}/categories"))?.read_strings()? != *categories {
                return Ok(false);
            }
            array_is(&file.dataset(&format!("{path}/codes"))?, column)
        }
    }
}

/// Whether an array holds the values of a column, a few cells at a time.
fn array_is(data: &Dataset, column: &dyn CellColumn) -> Result<bool, Error> {
    let n = column.n_cells();
    if data.shape() != [n as u64] {
        return Ok(false);
    }
    let width = data.raw_element_size()?;
    for cells in steps(n) {
        let slice = SliceInfoElem::Slice { start: cells.start as u64, end: cells.end as u64, step: 1 };
        let stored = data.read_slice::<Stored>(&SliceInfo { selections: vec![slice] })?;
        let stored = stored.iter().flat_map(|element| element.0.iter().copied());
        let equal = match column.values(cells)? {
            CellValues::F32(values) => stored.eq(values.iter().flat_map(|value| value.to_le_bytes())),
            CellValues::F64(values) => stored.eq(values.iter().flat_map(|value| value.to_le_bytes())),
            CellValues::Codes(codes) => {
                stored.eq(codes.iter().flat_map(|code| code.to_le_bytes().into_iter().take(width)))
            }
            CellValues::Text(_) => false,
        };
        if !equal {
            return Ok(false);
        }
    }
    Ok(true)
}
