//! What gene symbols look like.

/// Whether this could be a gene symbol: a letter, then letters, digits, `-`, `.` and, rarely, `_` or `/`; at most 30
/// characters. Numbers of Riken clones (`1700001L19Rik`) too. Names of samples often have this shape as well, so
/// it is a condition and no proof.
pub(super) fn has_symbol_shape(name: &str) -> bool {
    const LONGEST: usize = 30;
    let allowed = |byte: u8| {
        byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'/' | b'@' | b':' | b'(' | b')')
    };
    let starts_well = name.starts_with(|first: char| first.is_ascii_alphabetic()) || name.ends_with("Rik");
    (2..=LONGEST).contains(&name.len()) && starts_well && name.bytes().all(allowed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn symbols_have_the_shape_and_numbers_have_not() {
        for gene in ["TP53", "HLA-DRA", "RP11-34P13.7", "C1orf222", "1700001L19Rik", "Y_RNA", "SEPT7", "Xkr4"]
        {
            assert!(has_symbol_shape(gene), "{gene}");
        }
        for other in ["", "A", "12", "3.5", "T cell", "7SK", &"A".repeat(31)] {
            assert!(!has_symbol_shape(other), "{other}");
        }
    }
}
