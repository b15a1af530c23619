//! Ensembl identifiers of genes.

/// Whether this is the Ensembl identifier of a gene, of any species, with or without version:
/// `ENSG00000141510`, `ENSMUSG00000059552.14`.
pub(super) fn is_ensembl_gene(name: &str) -> bool {
    ferrocyte_core::GeneName::parse(name).is_ensembl
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn genes_are_told_from_transcripts_and_others() {
        for gene in ["ENSG00000141510", "ENSG00000141510.18", "ENSMUSG00000059552", "ENSDARG00000035559.2"] {
            assert!(is_ensembl_gene(gene), "{gene}");
        }
        for other in
            ["", "ENS", "ENSG", "ENSG1", "ENST00000269305", "ENSG00000141510.", "ensg00000141510", "TP53"]
        {
            assert!(!is_ensembl_gene(other), "{other}");
        }
    }
}
