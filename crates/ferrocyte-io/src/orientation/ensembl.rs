//! Ensembl identifiers of genes.

/// Whether this is the Ensembl identifier of a gene, of any species, with or without version:
/// `ENSG00000141510`, `ENSMUSG00000059552.14`.
pub(super) fn is_ensembl_gene(name: &str) -> bool {
    const DIGITS: usize = 11;
    let Some(rest) = name.strip_prefix("ENS") else { return false };
    let letters = rest.bytes().take_while(u8::is_ascii_uppercase).count();
    let (species, number) = rest.split_at(letters);
    let (number, version) = number.split_once('.').unwrap_or((number, "0"));
    let all_digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    species.ends_with('G')
        && species.len() <= 4
        && number.len() == DIGITS
        && all_digits(number)
        && all_digits(version)
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
