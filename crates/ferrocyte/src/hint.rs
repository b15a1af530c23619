//! What to do about an error, where that is more than its message can say.

use ferrocyte_io::{ReadError, ReadErrorKind};

use crate::annotate::AnnotateError;
use crate::dataset::DataError;
use crate::shell::quoted;

const TOO_FEW_GENES: &str = "see what is missing with `ferrocyte inspect QUERY -m MODEL`; names that Ferrocyte does not \
                             know can be given with --gene-table; --min-coverage lowers the share that is asked for";
const OTHER_SPECIES: &str = "train a model on cells of the query's species, or turn the query's genes into their \
                             orthologues first: genes are never taken for those of another species";

/// What the user can do about this error, looked for along its chain of causes.
pub fn hint(error: &(dyn std::error::Error + 'static)) -> Option<String> {
    std::iter::successors(Some(error), |error| error.source()).find_map(|cause| {
        match cause.downcast_ref::<AnnotateError>() {
            Some(AnnotateError::TooFewGenes(_)) => return Some(TOO_FEW_GENES.to_owned()),
            Some(AnnotateError::OtherSpecies(_)) => return Some(OTHER_SPECIES.to_owned()),
            _ => {}
        }
        let unusable = match cause.downcast_ref::<DataError>()? {
            DataError::Unusable(unusable) => unusable,
            DataError::Read(ReadError { path, kind: ReadErrorKind::Orientation(_) }) => {
                let path = quoted(&path.to_string_lossy());
                return Some(format!(
                    "look at it both ways, `ferrocyte inspect {path} --genes rows` and `ferrocyte inspect {path} --genes \
                     columns`: the one that shows cells as cells is right"
                ));
            }
            DataError::WrongWayRound { .. } => {
                return Some(
                    "write it the right way round (in Python: `adata.T.write(...)`), or say --trust-orientation where \
                     the names mislead"
                        .to_owned(),
                );
            }
            _ => return None,
        };
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

/// `once`, or `3 times`.
pub(crate) fn times(n: usize) -> String {
    if n == 1 { "once".to_owned() } else { format!("{n} times") }
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
