//! What a file cannot say of itself.

use std::path::PathBuf;

use crate::numpy::DictKeys;
use crate::orientation::Orientation;

/// What is to be known of a file before it is opened; the defaults fit most files.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct OpenOptions {
    /// Where the genes of a table are; found out from the names when `None`.
    pub genes: Option<Orientation>,
    /// The genome, where 10x data of several are there.
    pub genome: Option<String>,
    /// Where the parts of a pickled dict are.
    pub dict_keys: DictKeys,
    /// A table of gene names to be used instead of the one inside the program ([`crate::gene_table`]). Opening a file
    /// does not need it: whoever matches genes reads it.
    pub gene_table: Option<PathBuf>,
}
