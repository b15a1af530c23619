//! A training in the middle, as a file with the layout of a model.

use std::io;
use std::path::Path;

use ferrocyte_core::NamedArrays;
use serde::{Deserialize, Serialize};

use super::model_file_error::{ModelFileError, ModelFileErrorKind};
use super::read_model::{read_whole, unpack};
use super::write_model::to_bytes;
use crate::write::{WriteError, WriteErrorKind, replace_file};

/// Version of the file's header.
const VERSION: u32 = 1;

/// A training in the middle.
#[derive(Debug, Clone, PartialEq)]
pub struct Checkpoint {
    /// Which training it is.
    pub training: serde_json::Value,
    /// How far it is.
    pub log: serde_json::Value,
    /// The numbers it goes on with.
    pub arrays: NamedArrays,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Header {
    checkpoint_version: u32,
    training: serde_json::Value,
    log: serde_json::Value,
}

/// Writes a training, the parts of a [`Checkpoint`]; what stands at `path` is replaced only by the finished file.
///
/// # Errors
/// When the file cannot be written.
pub fn write_checkpoint(
    path: &Path,
    training: &serde_json::Value,
    log: &serde_json::Value,
    arrays: &NamedArrays,
) -> Result<(), WriteError> {
    let header = Header { checkpoint_version: VERSION, training: training.clone(), log: log.clone() };
    let content = to_bytes(&header, arrays).map_err(|source| {
        WriteErrorKind::Model(ModelFileErrorKind::Header { supported: VERSION, source }).at(path)
    })?;
    replace_file(path, |out| out.write_all(&content))
}

/// Reads a training that [`write_checkpoint`] wrote, after checking that the file is whole and unchanged.
///
/// # Errors
/// When the file cannot be read, is something else, is cut off or changed.
pub fn read_checkpoint(path: &Path) -> Result<Checkpoint, ModelFileError> {
    let parse = |json: &str| {
        let header: Header = serde_json::from_str(json)
            .map_err(|source| ModelFileErrorKind::Header { supported: VERSION, source })?;
        if header.checkpoint_version != VERSION {
            let found = u64::from(header.checkpoint_version);
            return Err(ModelFileErrorKind::Version { found, supported: VERSION });
        }
        Ok(header)
    };
    let read = || unpack(&read_whole(path)?, parse);
    let (Header { training, log, .. }, arrays) =
        read().map_err(|kind| ModelFileError { path: path.to_owned(), kind })?;
    Ok(Checkpoint { training, log, arrays })
}

/// Removes a training that is finished. It is no fault when it is not there.
///
/// # Errors
/// When the operating system cannot.
pub fn remove_checkpoint(path: &Path) -> io::Result<()> {
    match std::fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ferrocyte_core::{ArrayData, NamedArray};
    use serde_json::json;

    fn checkpoint() -> Checkpoint {
        let weight =
            NamedArray { name: "weight/a".into(), shape: vec![2], data: ArrayData::F32(vec![1.0, -2.5]) };
        Checkpoint {
            training: json!({"seed": 1}),
            log: json!({"epochs": [0.1]}),
            arrays: NamedArrays::new(vec![weight]).unwrap(),
        }
    }

    #[test]
    fn what_is_written_is_read_and_what_is_damaged_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("model.ferrocyte.checkpoint");
        let Checkpoint { training, log, arrays } = checkpoint();
        write_checkpoint(&path, &training, &log, &arrays).unwrap();
        assert_eq!(read_checkpoint(&path).unwrap(), checkpoint());
        assert!(super::super::read_model(&path).is_err(), "it is no model");

        let whole = std::fs::read(&path).unwrap();
        for end in 0..whole.len() {
            std::fs::write(&path, &whole[..end]).unwrap();
            assert!(read_checkpoint(&path).is_err(), "cut off after {end} bytes");
        }
        for at in 0..whole.len() {
            let mut damaged = whole.clone();
            damaged[at] ^= 0x20;
            std::fs::write(&path, &damaged).unwrap();
            assert!(read_checkpoint(&path).is_err(), "byte {at} changed");
        }
        remove_checkpoint(&path).unwrap();
        remove_checkpoint(&path).unwrap();
        assert!(matches!(read_checkpoint(&path).unwrap_err().kind, ModelFileErrorKind::Io(_)));
    }
}
