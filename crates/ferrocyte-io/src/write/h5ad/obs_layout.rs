//! How `obs` of a file is laid out.

use hdf5_reader::error::Error;
use hdf5_reader::group::Group;
use hdf5_reader::{Datatype, Hdf5File};

use super::annotate_error::AnnotateError;
use crate::write::ObsColumnError;

/// What has to be known of `obs` before columns can be added.
#[derive(Debug)]
pub(super) struct ObsLayout {
    n_cells: usize,
    index: String,             // the column that names the cells
    column_order: Vec<String>, // the others
}

impl ObsLayout {
    /// Reads the layout.
    pub(super) fn of(file: &Hdf5File) -> Result<Self, AnnotateError> {
        let root = file.root_group().map_err(AnnotateError::unreadable)?;
        let (groups, datasets) = root.member_names().map_err(AnnotateError::unreadable)?;
        if datasets.iter().any(|name| name == "obs") {
            return Err(AnnotateError::CompoundObs);
        }
        if !groups.iter().any(|name| name == "obs") {
            return Err(AnnotateError::NoObs);
        }
        let obs = root.group("obs").map_err(AnnotateError::unreadable)?;
        let index = index_name(&obs)?;
        let n_cells = index_length(&obs, &index)?;
        let column_order = column_order(&obs).map_err(|error| AnnotateError::ObsLayout {
            found: format!("its attribute `column-order` cannot be read: {error}"),
        })?;
        Ok(Self { n_cells, index, column_order })
    }

    /// Number of cells.
    pub(super) fn n_cells(&self) -> usize {
        self.n_cells
    }

    /// Refuses the name of the column that names the cells.
    pub(super) fn check_name(&self, name: &str) -> Result<(), ObsColumnError> {
        if name == self.index {
            let reason = "the query has the names of its cells there";
            return Err(ObsColumnError::Name { column: name.to_owned(), reason });
        }
        Ok(())
    }

    /// The order of the columns once `added` are among them: old names keep their place, new ones follow.
    pub(super) fn column_order_with<'a>(&'a self, added: impl Iterator<Item = &'a String>) -> Vec<&'a str> {
        let mut order: Vec<&str> = self.column_order.iter().map(String::as_str).collect();
        for name in added {
            if !order.contains(&name.as_str()) {
                order.push(name);
            }
        }
        order
    }
}

fn index_name(obs: &Group) -> Result<String, AnnotateError> {
    let attribute = obs.attribute("_index").map_err(|_| AnnotateError::ObsLayout {
        found: "it has no attribute `_index` that names the column of cell names".to_owned(),
    })?;
    attribute.read_string().map_err(|error| AnnotateError::ObsLayout {
        found: format!("its attribute `_index` cannot be read: {error}"),
    })
}

/// Number of cells; names are a data set, or a group (nullable strings, categories) with one entry per cell.
fn index_length(obs: &Group, index: &str) -> Result<usize, AnnotateError> {
    let data = obs.dataset(index).or_else(|error| {
        let group = obs.group(index).map_err(|_| error)?;
        group.dataset("codes").or_else(|_| group.dataset("values"))
    });
    let shape = data.map(|data| data.shape().to_vec()).map_err(AnnotateError::unreadable)?;
    match shape[..] {
        [length] => Ok(length as usize),
        _ => Err(AnnotateError::ObsLayout {
            found: format!("expected the cell names `{index}` to have one axis, found shape {shape:?}"),
        }),
    }
}

fn column_order(obs: &Group) -> Result<Vec<String>, Error> {
    let attribute = match obs.attribute("column-order") {
        Ok(attribute) => attribute,
        Err(Error::AttributeNotFound(_)) => return Ok(Vec::new()),
        Err(error) => return Err(error),
    };
    // Without columns, `anndata` writes an empty array of numbers.
    let is_text = matches!(attribute.datatype, Datatype::String { .. } | Datatype::VarLen { .. });
    if !is_text && attribute.num_elements()? == 0 {
        return Ok(Vec::new());
    }
    attribute.read_strings()
}
