//! Words for "no value".

/// How R, pandas and people write that there is no value.
pub(crate) const MISSING_WORDS: &[&str] =
    &["", "NA", "N/A", "#N/A", "n/a", "nan", "NaN", "NAN", "<NA>", "NULL", "null", "None"];

/// Whether a text says that there is no value: blank, or a word that R, pandas or people write for it. A file that
/// went through text once has these words where another has a missing entry.
///
/// ```
/// use ferrocyte_io::frame::says_missing;
///
/// assert!(says_missing(" ") && says_missing("nan") && says_missing("NA"));
/// assert!(!says_missing("Na+ channel") && !says_missing("none"));
/// ```
pub fn says_missing(text: &str) -> bool {
    MISSING_WORDS.contains(&text.trim())
}
