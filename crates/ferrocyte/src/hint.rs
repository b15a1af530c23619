//! What to do about an error, where that is more than its message can say.

use crate::dataset::DataError;

/// What the user can do about this error, looked for along its chain of causes.
pub fn hint(error: &(dyn std::error::Error + 'static)) -> Option<String> {
    std::iter::successors(Some(error), |error| error.source()).find_map(|cause| {
        let DataError::Unusable(unusable) = cause.downcast_ref::<DataError>()? else { return None };
        let elsewhere = if unusable.others.is_empty() {
            "the file has no other matrix: start from the file before this was done".to_owned()
        } else {
            let others: Vec<String> =
                unusable.others.iter().map(|(matrix, holds)| format!("`{matrix}` ({holds})")).collect();
            format!("the file also has {}: name one with --layer", others.join(", "))
        };
        Some(format!(
            "{elsewhere}; if you know what the numbers are, say it with --scale, for example --scale counts"
        ))
    })
}

/// The first few of a list, in backticks.
pub(crate) fn list(names: &[String]) -> String {
    const SHOWN: usize = 12;
    let shown: Vec<String> = names.iter().take(SHOWN).map(|name| format!("`{name}`")).collect();
    match names.len().saturating_sub(SHOWN) {
        0 if names.is_empty() => "nothing".to_owned(),
        0 => shown.join(", "),
        more => format!("{} and {more} more", shown.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_lists_are_cut() {
        assert_eq!(list(&[]), "nothing");
        assert_eq!(list(&["a".into(), "b".into()]), "`a`, `b`");
        let many: Vec<String> = (0..14).map(|i| i.to_string()).collect();
        assert!(list(&many).ends_with("`11` and 2 more"));
    }
}
