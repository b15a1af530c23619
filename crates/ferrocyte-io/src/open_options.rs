//! What a file cannot say of itself.

use crate::format::Format;
use crate::numpy::DictKeys;
use crate::orientation::Orientation;

/// What is to be known of a file before it is opened; the defaults fit most files.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct OpenOptions {
    /// Where the genes of a table are; found out from the names when `None`.
    pub genes: Option<Orientation>,
    /// The genome, where 10x data of several are there.
    pub genome: Option<String>,
    /// The modality of MuData; `rna` when `None`, or the one there is.
    pub modality: Option<String>,
    /// The format; found in the content when `None`.
    pub format: Option<Format>,
    /// Where the parts of a pickled dict are.
    pub dict_keys: DictKeys,
}
