//! Barcodes of cells.

/// Whether this is the barcode of a cell: a run of at least eight of the letters A, C, G, T and N that stands alone
/// or between `-`, `_`, `.`, `:`, `#`, `+` or blanks: `AAACATACATTTCC-1`, `donor1_ACGTACGTACGT`.
pub(super) fn is_barcode(name: &str) -> bool {
    const SHORTEST: usize = 8;
    name.split(['-', '_', '.', ':', '#', '+', ' ', '|']).any(|part| {
        part.len() >= SHORTEST && part.bytes().all(|byte| matches!(byte, b'A' | b'C' | b'G' | b'T' | b'N'))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn barcodes_are_told_from_genes() {
        for barcode in ["AAACATACATTTCC-1", "donor1_ACGTACGTACGT", "run:ACGTACGTx.ACGTNACG", "ACGTACGT"] {
            assert!(is_barcode(barcode), "{barcode}");
        }
        for other in ["", "GATA1", "TACC3", "ACTA", "CATCAT", "CCNA-ACGT", "ENSG00000141510"] {
            assert!(!is_barcode(other), "{other}");
        }
    }
}
