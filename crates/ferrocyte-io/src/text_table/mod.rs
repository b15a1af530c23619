//! Tables as text: `.csv`, `.tsv`, `.txt`, plain or gzip, cells or genes in rows.
//!
//! The text is streamed twice: once for the names, when the file is opened, and once for the numbers, which go
//! straight into sparse rows. Neither the text nor a dense matrix is ever whole in memory.
//!
//! - The delimiter (tab, `,`, `;` or blank) is the one that divides the first lines evenly.
//! - Fields may be quoted (RFC 4180, <https://doi.org/10.17487/RFC4180>), but a line break ends a row even inside
//!   quotes.
//! - The first line names the columns; it may lack a name for the column of row names, as R writes it.
//! - A missing value is an error: it is not known to be zero.
//! - Columns of text annotate the cells (or the genes, where those are in rows).

mod annotation;
mod data_rows;
mod dialect;
mod fields;
mod file;
mod input;
mod line_reader;
mod number;
mod parse_row;
mod scan;
mod signature;
mod source;
mod text_error;
mod turned;

pub use file::TextTable;
pub(crate) use signature::is_text_table;
pub use text_error::TextError;
