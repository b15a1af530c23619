//! Columns that are arrays of their own, as loom and loose HDF5 have them: one value per cell or gene.

use std::path::Path;
use std::sync::Arc;

use hdf5_reader::Dataset;

use super::column_reader;
use super::container::{Container, Object};
use super::number::NumberType;
use super::text::TextType;
use crate::frame::{Column, Columns, Frame};
use crate::known_names::{self, Axis};
use crate::memory_limit::NAME_BYTES;
use crate::read_error::{ReadError, ReadErrorKind};

/// What becomes of a column after it was read.
pub(crate) type Tidy = fn(Column) -> Column;

/// An array that may be a column.
#[derive(Clone)]
pub(crate) struct ArrayColumn {
    /// Its name in the frame.
    pub(crate) name: String,
    /// Where it stands in the file.
    pub(crate) path: String,
    pub(crate) dataset: Arc<Dataset>,
}

impl ArrayColumn {
    /// The number of values of an array of one dimension, or of n × 1; `None` for any other.
    pub(crate) fn len(&self) -> Option<u64> {
        match *self.dataset.shape() {
            [n] | [n, 1] => Some(n),
            _ => None,
        }
    }

    fn is_readable(&self) -> bool {
        let datatype = self.dataset.dtype();
        TextType::of(datatype).is_some() || NumberType::of(datatype).is_some()
    }

    fn read(&self, container: &Container, tidy: Tidy) -> Result<Column, ReadError> {
        column_reader::values(container, &self.dataset, &self.path).map(tidy)
    }
}

/// The arrays in a group, by name. What is a group is left out.
pub(crate) fn arrays_in(container: &Container, path: &str) -> Result<Vec<ArrayColumn>, ReadError> {
    let group = match container.find(path)? {
        _ if path.is_empty() => container.root()?,
        Some(Object::Group(group)) => group,
        _ => return Ok(Vec::new()),
    };
    let mut arrays = Vec::new();
    for name in container.names(&group, path)? {
        let path = if path.is_empty() { name.clone() } else { format!("{path}/{name}") };
        if let Some(Object::Dataset(dataset)) = container.child(&group, &name, &path)? {
            arrays.push(ArrayColumn { name, path, dataset });
        }
    }
    Ok(arrays)
}

/// Makes a frame of `n` rows of those `arrays` that fit; the others, and what there is to say, become notes. The names
/// of the rows are in the array that is usually called so, which must fit; where there is none they are numbered.
pub(crate) fn frame(
    container: &Container,
    axis: Axis,
    n: u64,
    mut arrays: Vec<ArrayColumn>,
    tidy: Tidy,
    notes: &mut Vec<String>,
) -> Result<Frame, ReadError> {
    let (path, meaning) = match axis {
        Axis::Cells => ("obs", "one per cell"),
        Axis::Genes => ("var", "one per gene"),
    };
    let all = arrays.clone();
    let mut left_out = Vec::new();
    arrays.retain(|array| {
        let fits = array.len() == Some(n) && array.is_readable();
        if !fits {
            left_out.push(format!("`{}`", array.path));
        }
        fits
    });
    let index = if let Some(place) = names(axis, &arrays) {
        let names = arrays.remove(place).read(container, tidy)?.to_names();
        // A name that is missing is an empty name.
        names.into_iter().map(Option::unwrap_or_default).collect()
    } else if let Some(place) = names(axis, &all) {
        let array = &all[place];
        return Err(container.error(ReadErrorKind::Length {
            array: array.path.clone(),
            expected: n,
            meaning,
            found: array.len().unwrap_or(0),
        }));
    } else {
        numbered(container, axis, n, notes)?
    };
    if !left_out.is_empty() {
        notes.push(format!("left out, as no column of cells or genes: {}", left_out.join(", ")));
    }
    let columns = arrays.iter().map(|array| array.name.clone()).collect();
    let source = ArrayColumns { container: container.clone(), arrays, tidy };
    let file: &Path = container.path();
    Ok(Frame::new(file, path, meaning, index, columns, Arc::new(source)))
}

/// The place of the names of cells or genes.
fn names(axis: Axis, arrays: &[ArrayColumn]) -> Option<usize> {
    let names: Vec<&str> = arrays.iter().map(|array| array.name.as_str()).collect();
    known_names::find(axis, &names)
}

/// Names for cells or genes that have none.
fn numbered(
    container: &Container,
    axis: Axis,
    n: u64,
    notes: &mut Vec<String>,
) -> Result<Vec<String>, ReadError> {
    let n = usize::try_from(n).unwrap_or(usize::MAX);
    // Empty cells and genes cost no bytes in the file.
    container.check_kept("names", n.saturating_mul(NAME_BYTES as usize))?;
    Ok(match axis {
        Axis::Cells => {
            notes.push("the cells have no names in this file and are numbered from 0".to_owned());
            (0..n).map(|cell| cell.to_string()).collect()
        }
        Axis::Genes => {
            notes.push(
                "the genes have no names in this file and are called `gene_0`, `gene_1`, ...; nothing can be matched \
                 by name"
                    .to_owned(),
            );
            (0..n).map(|gene| format!("gene_{gene}")).collect()
        }
    })
}

struct ArrayColumns {
    container: Container,
    arrays: Vec<ArrayColumn>,
    tidy: Tidy,
}

impl Columns for ArrayColumns {
    fn read(&self, name: &str) -> Result<Column, ReadError> {
        match self.arrays.iter().find(|array| array.name == name) {
            Some(array) => array.read(&self.container, self.tidy),
            None => Err(self.container.unexpected(name, "a column", "nothing")),
        }
    }
}
