//! Run records as JSON files, and the report drawn from one.

use std::path::{Path, PathBuf};

use ferrocyte_core::RunRecord;
use ferrocyte_io::write::{WriteError, replace_file};
use ferrocyte_report::{RecordError, RenderOptions};

/// The JSON of a record, as `--json` writes it.
///
/// # Panics
/// Never: a record is plain data, and serialising plain data to memory cannot fail.
pub fn record_json(record: &RunRecord) -> String {
    let mut json = serde_json::to_string_pretty(record).expect("a record is plain data");
    json.push('\n');
    json
}

/// Writes a record as JSON.
///
/// # Errors
/// When the file cannot be written; the old file, if any, is then still there.
pub fn write_record(record: &RunRecord, path: &Path) -> Result<(), RecordFileError> {
    let json = record_json(record);
    Ok(replace_file(path, |file| file.write_all(json.as_bytes()))?)
}

/// Reads a record that [`write_record`] wrote.
///
/// # Errors
/// When the file cannot be read or is not a run record of this version.
pub fn read_record(path: &Path) -> Result<RunRecord, RecordFileError> {
    let text = std::fs::read_to_string(path)
        .map_err(|source| RecordFileError::Open { path: path.to_owned(), source })?;
    ferrocyte_report::parse_record(&text)
        .map_err(|source| RecordFileError::Record { path: path.to_owned(), source })
}

/// Draws a record as one self-contained HTML file.
///
/// # Errors
/// When the file cannot be written; the old file, if any, is then still there.
pub fn write_report(record: &RunRecord, path: &Path) -> Result<(), RecordFileError> {
    let html = ferrocyte_report::render(record, &RenderOptions::default());
    Ok(replace_file(path, |file| file.write_all(html.as_bytes()))?)
}

/// What can go wrong between a record and a file.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RecordFileError {
    /// The file cannot be read.
    #[error("cannot read `{}`", path.display())]
    Open {
        /// The file.
        path: PathBuf,
        /// The cause.
        #[source]
        source: std::io::Error,
    },
    /// The file is not a run record.
    #[error("`{}` is not a run record that can be drawn", path.display())]
    Record {
        /// The file.
        path: PathBuf,
        /// The cause.
        #[source]
        source: RecordError,
    },
    /// The file cannot be written.
    #[error(transparent)]
    Write(#[from] WriteError),
}
