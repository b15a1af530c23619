//! The Python door: thin wrappers around the flows of `ferrocyte`. Signatures and docstrings are in
//! `python/ferrocyte/`.

mod data_arguments;
mod errors;
mod flows;
mod open_arguments;

use pyo3::prelude::*;

/// The extension module `ferrocyte._ferrocyte`.
#[pymodule]
mod _ferrocyte {
    use pyo3::prelude::*;

    #[pymodule_export]
    use super::errors::FerrocyteError;
    #[pymodule_export]
    use super::flows::{annotate, compare, convert, evaluate, inspect, show_model, train};

    #[pymodule_init]
    fn init(module: &Bound<'_, PyModule>) -> PyResult<()> {
        module.add("__version__", ferrocyte::VERSION)
    }
}
