//! What a file cannot say of itself.

use std::path::PathBuf;

use crate::format::Format;
use crate::numpy::DictKeys;
use crate::orientation::Orientation;

/// What is to be known of a file before it is opened; the defaults fit most files.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct OpenOptions {
    /// Where the genes of a table are; found out from the names when `None`.
    pub genes: Option<Orientation>,
    /// Do not look at the names to find out which way round a file is: the rows of a table are cells where
    /// [`genes`](Self::genes) does not say otherwise.
    pub trust_orientation: bool,
    /// The genome, where 10x data of several are there.
    pub genome: Option<String>,
    /// The modality of MuData; `rna` when `None`, or the one there is.
    pub modality: Option<String>,
    /// The format; found in the content when `None`.
    pub format: Option<Format>,
    /// Where the parts of a pickled dict are.
    pub dict_keys: DictKeys,
    /// A table of gene names to be used instead of the one inside the program ([`crate::gene_table`]). Opening a file
    /// does not need it: whoever matches genes reads it.
    pub gene_table: Option<PathBuf>,
}

impl OpenOptions {
    /// Where the genes of a table are, as far as these options say.
    pub(crate) fn genes_of_tables(&self) -> Option<Orientation> {
        self.genes.or(self.trust_orientation.then_some(Orientation::GenesInColumns))
    }
}
