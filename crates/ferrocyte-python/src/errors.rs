//! Errors of the library as Python's: a missing file is `FileNotFoundError`, data or settings that cannot be used
//! are `ValueError`, the rest is `FerrocyteError`.

use std::error::Error;

use pyo3::exceptions::{PyException, PyFileNotFoundError, PyValueError};
use pyo3::{PyErr, create_exception};

create_exception!(
    ferrocyte,
    FerrocyteError,
    PyException,
    "Something went wrong that is not the fault of the data."
);

/// The whole chain of causes as one message.
pub(crate) fn to_python(error: &(dyn Error + 'static)) -> PyErr {
    let causes: Vec<&(dyn Error + 'static)> =
        std::iter::successors(Some(error), |&cause| cause.source()).collect();
    let mut message = causes.iter().map(ToString::to_string).collect::<Vec<_>>().join(": ");
    if let Some(hint) = ferrocyte::hint(error) {
        message = format!("{message} (hint: {hint})");
    }
    let io = causes.iter().find_map(|cause| cause.downcast_ref::<std::io::Error>());
    match io.map(std::io::Error::kind) {
        Some(std::io::ErrorKind::NotFound) => PyFileNotFoundError::new_err(message),
        Some(_) => FerrocyteError::new_err(message),
        None => PyValueError::new_err(message),
    }
}
