//! Symbols that nearly every table of human or mouse genes holds.

/// Genes that are measured in nearly every data set, in the spelling of human; mouse differs in case only.
const COMMON: &[&str] = &[
    "ACTB", "ACTG1", "ALB", "APOE", "B2M", "CST3", "CTSB", "EEF1A1", "EEF2", "EPCAM", "FAU", "FTH1", "FTL",
    "GAPDH", "GNLY", "HBA1", "HBB", "HSP90AA1", "HSPA8", "INS", "LDHA", "LYZ", "LYZ2", "MALAT1", "MS4A1",
    "NEAT1", "NKG7", "PABPC1", "PECAM1", "PPBP", "PTPRC", "PTPRCAP", "TMSB10", "TMSB4X", "TP53", "TPT1",
    "TUBA1B", "UBC", "VIM", "XIST",
];

/// Families named by these letters and a number: `RPL13A`, `CD8A`, `KRT18`.
const FAMILIES: &[&str] = &[
    "RPL", "RPS", "MRPL", "COL", "KRT", "CD", "CCL", "CXCL", "IFIT", "NDUFA", "NDUFB", "COX", "EIF", "SLC",
    "TMEM", "ZNF", "ZFP",
];

/// Families named by these letters and anything more: `MT-CO1`, `HLA-DRA`.
const PREFIXES: &[&str] = &["MT-", "HLA-", "H2-", "IGH", "IGK", "TRAV", "TRBV"];

/// Whether this is one of the symbols that nearly every table of genes holds.
pub(super) fn is_known_symbol(name: &str) -> bool {
    const LONGEST: usize = 16;
    if name.len() > LONGEST || !name.is_ascii() {
        return false;
    }
    let name = name.to_ascii_uppercase();
    let family = |letters: &&str| {
        name.strip_prefix(*letters).is_some_and(|rest| {
            rest.starts_with(|first: char| first.is_ascii_digit())
                && rest.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
        })
    };
    let prefixed = |prefix: &&str| name.len() > prefix.len() && name.starts_with(prefix);
    COMMON.binary_search(&name.as_str()).is_ok()
        || FAMILIES.iter().any(family)
        || PREFIXES.iter().any(prefixed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_can_be_searched() {
        assert!(COMMON.windows(2).all(|pair| pair[0] < pair[1]));
    }

    #[test]
    fn human_and_mouse_are_known() {
        for gene in
            ["ACTB", "Actb", "RPL13A", "Rps6", "CD8A", "mt-Co1", "MT-ND4L", "HLA-DRA", "Gapdh", "SLC2A1"]
        {
            assert!(is_known_symbol(gene), "{gene}");
        }
        for other in ["", "CD", "MT-", "sample1", "AAACATACATTTCC-1", "donor", "CD8_rep1", "RPLX"] {
            assert!(!is_known_symbol(other), "{other}");
        }
    }
}
