//! A model as one file, `NAME.ferrocyte`.
//!
//! The layout is that of safetensors, so that `safetensors.safe_open` reads the arrays in Python:
//!
//! ```text
//! bytes 0..8     length of the header, a little-endian integer
//! header         JSON: "__metadata__", then one entry per array with type, shape and position;
//!                spaces at the end, so that the arrays start at a multiple of 8
//! arrays         little-endian values in row-major order, without gaps; wide types first, each sorted by name
//! ```
//!
//! `__metadata__` holds two strings: `ferrocyte`, the JSON of [`ModelHeader`](ferrocyte_core::ModelHeader), and
//! `sha256`, the SHA-256 of the whole file with the 64 digits of `sha256` itself taken as zeros. In Python:
//!
//! ```python
//! content = open("pbmc.ferrocyte", "rb").read()
//! stated = safetensors.safe_open("pbmc.ferrocyte", "np").metadata()["sha256"]
//! assert hashlib.sha256(content.replace(stated.encode(), b"0" * 64, 1)).hexdigest() == stated
//! ```
//!
//! This layout and its checksum stay the same in all format versions; what the version counts is the content of
//! `ferrocyte` and the meaning of the arrays. The same model gives the same bytes.

mod checkpoint;
mod checksum;
mod layout;
mod model_file_error;
mod read_model;
mod write_model;

#[cfg(test)]
mod tests;

pub use checkpoint::{Checkpoint, read_checkpoint, remove_checkpoint, write_checkpoint};
pub use model_file_error::{ModelFileError, ModelFileErrorKind};
pub use read_model::read_model;
pub use write_model::write_model;
