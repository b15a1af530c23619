//! Reads what was added with another library than the one that wrote it.

use hdf5_reader::error::Error;
use hdf5_reader::{Dataset, Hdf5File};

use super::Additions;
use super::annotate_error::AnnotateError;
use super::obs_layout::ObsLayout;
use crate::write::ObsColumn;

/// Compares every addition with what the file now holds.
pub(super) fn check(file: &Hdf5File, before: &ObsLayout, additions: &Additions) -> Result<(), AnnotateError> {
    for (name, column) in &additions.columns {
        let path = format!("obs/{name}");
        expect(&path, column_is(file, &path, column))?;
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

fn column_is(file: &Hdf5File, path: &str, column: &ObsColumn) -> Result<bool, Error> {
    match column {
        ObsColumn::F32(values) => {
            Ok(bytes(&file.dataset(path)?)? == concat(values.iter().map(|value| value.to_le_bytes())))
        }
        ObsColumn::F64(values) => {
            Ok(bytes(&file.dataset(path)?)? == concat(values.iter().map(|value| value.to_le_bytes())))
        }
        ObsColumn::Text(values) => Ok(file.dataset(path)?.read_strings()? == *values),
        ObsColumn::Categorical { categories, codes } => {
            if file.dataset(&format!("{path}/categories"))?.read_strings()? != *categories {
                return Ok(false);
            }
            let stored = file.dataset(&format!("{path}/codes"))?;
            let width = stored.raw_element_size()?;
            let expected = codes.iter().flat_map(|code| code.to_le_bytes().into_iter().take(width));
            Ok(bytes(&stored)?.into_iter().eq(expected))
        }
    }
}

fn bytes(data: &Dataset) -> Result<Vec<u8>, Error> {
    data.read_raw_bytes()
}

fn concat<const N: usize>(values: impl Iterator<Item = [u8; N]>) -> Vec<u8> {
    values.flatten().collect()
}
