//! A model into a file.

use std::collections::BTreeMap;
use std::path::Path;

use ferrocyte_core::{ArrayData, MODEL_FORMAT_VERSION, ModelHeader, NamedArray, NamedArrays};
use serde::Serialize;

use super::checksum;
use super::layout::{ArrayEntry, Dtype, FileHeader, LENGTH_BYTES, Metadata};
use super::model_file_error::ModelFileErrorKind;
use super::read_model::from_bytes;
use crate::write::{WriteError, WriteErrorKind, replace_file};

/// Writes a model; what stands at `path` is replaced only by the finished file.
///
/// The same header and arrays give the same bytes.
///
/// # Errors
/// When the file would not read back as a model (a score that is not a number, an array named `__metadata__`), or
/// cannot be written.
pub fn write_model(
    path: impl AsRef<Path>,
    header: &ModelHeader,
    arrays: &NamedArrays,
) -> Result<(), WriteError> {
    let path = path.as_ref();
    let refuse = |error: ModelFileErrorKind| WriteErrorKind::Model(error).at(path);
    let content = to_bytes(header, arrays)
        .map_err(|source| refuse(ModelFileErrorKind::Header { supported: MODEL_FORMAT_VERSION, source }))?;
    // A model that nobody can read is better found out now.
    from_bytes(&content).map_err(refuse)?;
    replace_file(path, |out| out.write_all(&content))
}

/// The whole file.
pub(super) fn to_bytes(header: &impl Serialize, arrays: &NamedArrays) -> Result<Vec<u8>, serde_json::Error> {
    let mut in_file_order: Vec<&NamedArray> = arrays.iter().collect();
    in_file_order.sort_by_key(|array| dtype(array)); // stable: by name within a type

    let mut entries = BTreeMap::new();
    let mut end = 0;
    for array in &in_file_order {
        let start = end;
        end += array.data.len() * dtype(array).width();
        let entry =
            ArrayEntry { dtype: dtype(array), shape: array.shape.clone(), data_offsets: [start, end] };
        entries.insert(array.name.clone(), entry);
    }
    let metadata = Metadata { ferrocyte: serde_json::to_string(header)?, sha256: checksum::ZEROS.to_owned() };
    let mut json = serde_json::to_vec(&FileHeader { metadata, arrays: entries })?;
    json.resize((LENGTH_BYTES + json.len()).next_multiple_of(8) - LENGTH_BYTES, b' ');

    let mut content = Vec::with_capacity(LENGTH_BYTES + json.len() + end);
    content.extend_from_slice(&(json.len() as u64).to_le_bytes());
    content.extend_from_slice(&json);
    for array in in_file_order {
        match &array.data {
            ArrayData::F32(values) => content.extend(values.iter().flat_map(|value| value.to_le_bytes())),
            ArrayData::F64(values) => content.extend(values.iter().flat_map(|value| value.to_le_bytes())),
            ArrayData::U16(values) => content.extend(values.iter().flat_map(|value| value.to_le_bytes())),
        }
    }
    let position = checksum::position(&content).expect("the header that was just written has its digits");
    let digits = checksum::of(&content, position.clone());
    content[position].copy_from_slice(digits.as_bytes());
    Ok(content)
}

fn dtype(array: &NamedArray) -> Dtype {
    match array.data {
        ArrayData::F32(_) => Dtype::F32,
        ArrayData::F64(_) => Dtype::F64,
        ArrayData::U16(_) => Dtype::U16,
    }
}
