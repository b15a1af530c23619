//! Where the parts of a pickled dict are.

/// The keys under which a pickled dict holds its matrix and the names of its cells and genes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DictKeys {
    /// The matrix, sparse or dense, either way round.
    pub matrix: String,
    /// A label per cell; becomes a column of `obs` of this name.
    pub labels: String,
    /// A name per gene.
    pub genes: String,
}

impl Default for DictKeys {
    fn default() -> Self {
        Self { matrix: "UMI".into(), labels: "classes".into(), genes: "gene_ids".into() }
    }
}
