//! Names that several cells of one file have.

use std::collections::BTreeMap;
use std::io;

use ferrocyte_core::Warning;
use ferrocyte_io::frame::Names;

use crate::duplicates::hash_of;

/// Names that are read at a time.
const STEP: usize = 1 << 14;

/// Names that are compared at a time, about: eight bytes of memory each.
const PART: usize = 1 << 16;

/// What is to be said of cells of one file that have one name.
///
/// # Errors
/// When the names cannot be read back from where they are kept.
pub(crate) fn repeated_names(file: &str, names: &Names) -> io::Result<Option<Warning>> {
    let parts = (names.len() / PART + 1) as u64;
    let repeated = repeated_in_parts(names, parts)?;
    let Some((first, _)) = repeated.first_key_value() else { return Ok(None) };
    let cells: usize = repeated.values().sum();
    let warning = Warning::new(
        "repeated-cell-names",
        format!(
            "{file}: {cells} cells share {} names, for example `{first}`; rows of the output are in the order of the file",
            repeated.len()
        ),
    );
    Ok(Some(warning.with_hint("match the output by position, not by name")))
}

/// Each name that stands more than once, and how often. Only names whose hash stands twice are kept; the hashes of a part
/// of them are in memory at a time.
fn repeated_in_parts(names: &Names, parts: u64) -> io::Result<BTreeMap<String, usize>> {
    let mut twice: Vec<u64> = Vec::new();
    for part in 0..parts {
        let mut hashes = Vec::new();
        each(names, |name| {
            hashes.extend(Some(hash_of(&name)).filter(|hash| hash % parts == part));
        })?;
        hashes.sort_unstable();
        twice.extend(hashes.chunk_by(|a, b| a == b).filter(|same| same.len() > 1).map(|same| same[0]));
    }
    let mut found = BTreeMap::new();
    if twice.is_empty() {
        return Ok(found);
    }
    twice.sort_unstable();
    each(names, |name| {
        if twice.binary_search(&hash_of(&name)).is_ok() {
            *found.entry(name).or_insert(0) += 1;
        }
    })?;
    found.retain(|_, cells| *cells > 1);
    Ok(found)
}

fn each(names: &Names, mut see: impl FnMut(String)) -> io::Result<()> {
    for start in (0..names.len()).step_by(STEP) {
        names.range(start..start + STEP)?.into_iter().for_each(&mut see);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_stand_twice_are_counted_however_they_are_parted() {
        let names = ["b", "a", "c", "b", "", "a", "b", "d", ""].map(str::to_owned).to_vec();
        let names = Names::from(names);
        for parts in [1, 3, 64] {
            let found = repeated_in_parts(&names, parts).unwrap();
            let expected = [("", 2), ("a", 2), ("b", 3)].map(|(name, cells)| (name.to_owned(), cells));
            assert_eq!(found, BTreeMap::from(expected), "{parts} parts");
        }
        let warning = repeated_names("q.csv", &names).unwrap().unwrap();
        assert!(
            warning.message.starts_with("q.csv: 7 cells share 3 names, for example ``"),
            "{}",
            warning.message
        );
        assert!(repeated_names("q.csv", &Names::from(vec!["a".to_owned()])).unwrap().is_none());
    }
}
