//! Keyword arguments that say what a file cannot say of itself.

use std::path::PathBuf;

use ferrocyte::{DictKeys, Format, OpenOptions, Orientation};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;

use crate::errors::to_python;

/// What is to be known of a file before it is opened.
#[derive(FromPyObject)]
pub(crate) struct OpenArguments {
    #[pyo3(item)]
    genes: Option<String>,
    #[pyo3(item)]
    trust_orientation: bool,
    #[pyo3(item)]
    format: Option<String>,
    #[pyo3(item)]
    genome: Option<String>,
    #[pyo3(item)]
    modality: Option<String>,
    #[pyo3(item)]
    gene_table: Option<PathBuf>,
    #[pyo3(item)]
    matrix_key: Option<String>,
    #[pyo3(item)]
    label_key: Option<String>,
    #[pyo3(item)]
    gene_key: Option<String>,
}

impl OpenArguments {
    pub(crate) fn options(self) -> PyResult<OpenOptions> {
        let genes = match self.genes.as_deref() {
            None => None,
            Some("rows") => Some(Orientation::GenesInRows),
            Some("columns") => Some(Orientation::GenesInColumns),
            Some(other) => {
                let message = format!("genes: expected 'rows' or 'columns', found '{other}'");
                return Err(PyValueError::new_err(message));
            }
        };
        if genes.is_some() && self.trust_orientation {
            let message = "expected genes or trust_orientation, found both";
            return Err(PyValueError::new_err(message));
        }
        let format = self.format.as_deref().map(str::parse::<Format>).transpose();
        let default = DictKeys::default();
        Ok(OpenOptions {
            genes,
            trust_orientation: self.trust_orientation,
            genome: self.genome,
            modality: self.modality,
            format: format.map_err(|error| to_python(&error))?,
            dict_keys: DictKeys {
                matrix: self.matrix_key.unwrap_or(default.matrix),
                labels: self.label_key.unwrap_or(default.labels),
                genes: self.gene_key.unwrap_or(default.genes),
            },
            gene_table: self.gene_table,
        })
    }
}
