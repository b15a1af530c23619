//! Names that people give to cells and samples.

/// Words that names of cells and samples begin with.
const WORDS: &[&str] = &[
    "cell",
    "control",
    "ctrl",
    "donor",
    "drr",
    "err",
    "gsm",
    "healthy",
    "individual",
    "patient",
    "plate",
    "pt",
    "sample",
    "srr",
    "srs",
    "srx",
    "subject",
    "treated",
    "well",
];

/// Whether this is how a cell or a sample is called: a plain number, or a word for one, then nothing or something
/// that is no letter: `17`, `cell_3`, `GSM1234567`, `Patient 4`.
pub(super) fn is_sample_name(name: &str) -> bool {
    if name.parse::<f64>().is_ok() {
        return true;
    }
    let name = name.to_ascii_lowercase();
    WORDS.iter().any(|word| {
        name.strip_prefix(word).is_some_and(|rest| !rest.starts_with(|next: char| next.is_ascii_alphabetic()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn samples_are_told_from_genes() {
        for sample in ["0", "17", "cell_3", "GSM1234567", "Patient 4", "sample", "SRR99"] {
            assert!(is_sample_name(sample), "{sample}");
        }
        for other in ["", "CELLA", "WELLS", "ERRFI1", "TP53", "SRRM2", "PTPRC"] {
            assert!(!is_sample_name(other), "{other}");
        }
    }
}
