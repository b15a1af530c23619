//! Keyword arguments that say which cells are read, and how.

use std::path::PathBuf;

use ferrocyte::{Condition, DataOptions, Filter, InputFile, LabelFromName, Reading};
use pyo3::prelude::*;

use crate::errors::to_python;
use crate::open_arguments::OpenArguments;

/// Cells of a reference or of a query.
#[derive(FromPyObject)]
pub(crate) struct DataArguments {
    #[pyo3(item)]
    files: Vec<(PathBuf, Option<String>)>,
    #[pyo3(item)]
    label_from_name: Option<String>,
    #[pyo3(item)]
    layer: Option<String>,
    #[pyo3(item)]
    scale: Option<String>,
    #[pyo3(item)]
    open: OpenArguments,
    #[pyo3(item)]
    r#where: Vec<String>,
    #[pyo3(item)]
    library_size: Option<String>,
}

impl DataArguments {
    pub(crate) fn options(self) -> PyResult<DataOptions> {
        let labels = self.label_from_name.as_deref().map(str::parse::<LabelFromName>).transpose();
        let scale = self.scale.as_deref().map(str::parse::<Reading>).transpose();
        let conditions: Result<Vec<Condition>, _> = self.r#where.iter().map(|text| text.parse()).collect();
        Ok(DataOptions {
            files: self.files.into_iter().map(|(path, label)| InputFile { path, label }).collect(),
            label_from_name: labels.map_err(|error| to_python(&error))?,
            layer: self.layer,
            scale: scale.map_err(|error| to_python(&error))?,
            open: self.open.options()?,
            filter: Filter(conditions.map_err(|error| to_python(&error))?),
            library_size: self.library_size,
            block_cells: None,
        })
    }
}
