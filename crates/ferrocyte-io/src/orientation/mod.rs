//! Which way round a table is: genes in its rows or in its columns.
//!
//! Every name of both axes is looked at, by small rules with a file each.

mod barcode;
mod ensembl;
mod evidence;
mod known_symbol;
mod orient;
mod sample_name;
mod symbol_shape;

pub use evidence::in_words;
pub use orient::{Orientation, OrientationError, looks_turned, orient};
