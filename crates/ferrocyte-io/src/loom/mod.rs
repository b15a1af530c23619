//! Reads loom, an HDF5 file with a dense matrix of genes × cells, `row_attrs` of genes and `col_attrs` of cells.
//!
//! Specifications 2 and 3 differ in where the file's own attributes are, which are not read, and in how text is
//! stored: <https://linnarssonlab.org/loompy/format/>.

mod file;
mod unescape;

pub use file::Loom;
pub(crate) use file::is_loom;
