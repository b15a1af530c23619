//! Words of a command line, so that it can be copied.

/// A word as a shell takes it: in quotes where it holds anything that a shell reads as more than a letter.
pub(crate) fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_alphanumeric() || "_-./=:+,@%".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', r"'\''"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_a_shell_would_read_is_quoted() {
        assert_eq!(quoted("data/a.h5ad"), "data/a.h5ad");
        assert_eq!(quoted("cell_type=T"), "cell_type=T");
        assert_eq!(quoted("cell_type!=T cell"), "'cell_type!=T cell'");
        assert_eq!(quoted("it's"), r"'it'\''s'");
        assert_eq!(quoted(""), "''");
    }
}
