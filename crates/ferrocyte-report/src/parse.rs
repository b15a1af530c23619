//! From the bytes of a file to a record.

use ferrocyte_core::{RECORD_SCHEMA_VERSION, RunRecord};
use serde::Deserialize;

/// Why a text is not a run record that this version can draw.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RecordError {
    /// It is not JSON.
    #[error("expected the JSON of a run record, as `--json FILE` writes it")]
    NotJson(#[source] serde_json::Error),
    /// It is JSON, but of something else.
    #[error(
        "expected a run record, found JSON without a whole number `schema_version`; \
         `ferrocyte train`, `evaluate` and `annotate` write run records with `--json FILE`"
    )]
    NotARecord,
    /// It was written by a program that speaks another version.
    #[error(
        "expected a run record of version {expected}, found version {found}; {}",
        if *found > u64::from(*expected) { "draw it with a newer Ferrocyte" } else { "run the job again to write a new record" }
    )]
    Version {
        /// The version that this program reads.
        expected: u32,
        /// The version found.
        found: u64,
    },
    /// The version is right, the fields are not.
    #[error(
        "the run record says it is of version {RECORD_SCHEMA_VERSION}, but its fields are not; was it edited?"
    )]
    Fields(#[source] serde_json::Error),
    /// The confusion matrix is not square over its labels.
    #[error(
        "`confusion`: expected {expected} counts in every row and as many rows, found {found} in row {row}"
    )]
    Confusion {
        /// Number of labels.
        expected: usize,
        /// The first row that does not fit, from 1; 0 when the number of rows does not.
        row: usize,
        /// Number of counts in it, or number of rows.
        found: usize,
    },
}

/// The only field that every version has.
#[derive(Deserialize)]
struct Versioned {
    schema_version: u64,
}

/// Reads a run record, its version first: a record of another version is refused by name, not by a field that
/// happens to be missing.
pub fn parse_record(json: &str) -> Result<RunRecord, RecordError> {
    // A byte order mark is what some editors leave.
    let json = json.strip_prefix('\u{feff}').unwrap_or(json);
    let found = serde_json::from_str::<Versioned>(json).map_err(|error| {
        if error.is_data() { RecordError::NotARecord } else { RecordError::NotJson(error) }
    })?;
    if found.schema_version != u64::from(RECORD_SCHEMA_VERSION) {
        return Err(RecordError::Version { expected: RECORD_SCHEMA_VERSION, found: found.schema_version });
    }
    let record: RunRecord = serde_json::from_str(json).map_err(RecordError::Fields)?;
    check_confusion(&record)?;
    Ok(record)
}

fn check_confusion(record: &RunRecord) -> Result<(), RecordError> {
    let Some(confusion) = &record.confusion else { return Ok(()) };
    let expected = confusion.labels.len();
    if confusion.counts.len() != expected {
        return Err(RecordError::Confusion { expected, row: 0, found: confusion.counts.len() });
    }
    match confusion.counts.iter().position(|row| row.len() != expected) {
        Some(row) => {
            Err(RecordError::Confusion { expected, row: row + 1, found: confusion.counts[row].len() })
        }
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use ferrocyte_core::{Confusion, Flow};

    use super::*;

    fn message(json: &str) -> String {
        parse_record(json).unwrap_err().to_string()
    }

    #[test]
    fn a_record_comes_back_as_it_was_written() {
        let record = RunRecord::new(Flow::Train, "0.1.0", 3);
        let json = serde_json::to_string(&record).unwrap();
        assert_eq!(parse_record(&json).unwrap(), record);
        assert_eq!(parse_record(&format!("\u{feff}{json}")).unwrap(), record);
    }

    #[test]
    fn the_version_is_looked_at_first() {
        assert!(matches!(
            parse_record(r#"{"schema_version": 2, "flow": "dream"}"#),
            Err(RecordError::Version { expected: 1, found: 2 })
        ));
        assert!(message(r#"{"schema_version": 2}"#).contains("newer Ferrocyte"));
        assert!(message(r#"{"schema_version": 0}"#).contains("run the job again"));
    }

    #[test]
    fn what_is_not_a_record_is_named() {
        for text in ["", "not json", "{\"schema_version\": 1", "\0"] {
            assert!(matches!(parse_record(text), Err(RecordError::NotJson(_))), "{text:?}");
        }
        for text in ["[]", "3", "{}", r#"{"schema_version": "1"}"#, r#"{"schema_version": -1}"#, "null"] {
            assert!(matches!(parse_record(text), Err(RecordError::NotARecord)), "{text:?}");
        }
        assert!(matches!(parse_record(r#"{"schema_version": 1}"#), Err(RecordError::Fields(_))));
    }

    #[test]
    fn a_confusion_matrix_that_is_not_square_is_refused() {
        let mut record = RunRecord::new(Flow::Evaluate, "0.1.0", 0);
        for (counts, row, found) in [(vec![vec![1, 2]], 0, 1), (vec![vec![1, 2], vec![3]], 2, 1)] {
            record.confusion = Some(Confusion { labels: vec!["a".into(), "b".into()], counts });
            let json = serde_json::to_string(&record).unwrap();
            match parse_record(&json) {
                Err(RecordError::Confusion { expected: 2, row: r, found: f }) => {
                    assert_eq!((r, f), (row, found));
                }
                other => panic!("expected a confusion error, found {other:?}"),
            }
        }
    }
}
