//! A file into a model. Whatever the file holds, the answer is a model or an error.

use std::fs;
use std::io::Read;
use std::path::Path;

use ferrocyte_core::{ArrayData, MODEL_FORMAT_VERSION, ModelHeader, NamedArray, NamedArrays};
use serde::Deserialize;

use super::checksum;
use super::layout::{ArrayEntry, Dtype, FileHeader, LENGTH_BYTES, MAX_HEADER_BYTES};
use super::model_file_error::{ModelFileError, ModelFileErrorKind};

/// Reads a model file, after checking that it is whole, unchanged, and of the version that is read.
///
/// Memory is a small multiple of the size of the file, whatever its header says.
///
/// # Errors
/// When the file cannot be read, is something else, is cut off or changed, or has another format version.
pub fn read_model(path: impl AsRef<Path>) -> Result<(ModelHeader, NamedArrays), ModelFileError> {
    let path = path.as_ref();
    let read = || from_bytes(&read_whole(path)?);
    read().map_err(|kind| ModelFileError { path: path.to_owned(), kind })
}

/// The content of a file that begins as one of this layout does.
pub(super) fn read_whole(path: &Path) -> Result<Vec<u8>, ModelFileErrorKind> {
    // The first bytes first: the wrong file may be far too large to be read whole.
    let mut file = fs::File::open(path)?;
    let mut content = Vec::new();
    (&mut file).take(LENGTH_BYTES as u64 + 1).read_to_end(&mut content)?;
    header_length(&content, file.metadata()?.len())?;
    file.read_to_end(&mut content)?;
    Ok(content)
}

/// A model from the content of its file.
pub(super) fn from_bytes(content: &[u8]) -> Result<(ModelHeader, NamedArrays), ModelFileErrorKind> {
    unpack(content, parse_header)
}

/// A header, as `parse` understands it, and arrays from the content of a file.
pub(super) fn unpack<Header>(
    content: &[u8],
    parse: impl FnOnce(&str) -> Result<Header, ModelFileErrorKind>,
) -> Result<(Header, NamedArrays), ModelFileErrorKind> {
    let length = header_length(content, content.len() as u64)?;
    let (json, data) = content[LENGTH_BYTES..].split_at(length);
    let header: FileHeader = serde_json::from_slice(json)
        .map_err(|error| not_a_model(format!("its header is not that of a model ({error})")))?;
    check_size(content, &header, data)?;
    check_sum(content, &header)?;
    let parsed = parse(&header.metadata.ferrocyte)?;
    Ok((parsed, NamedArrays::new(read_arrays(&header, data)?)?))
}

/// Length of the header, which a file that starts with `start` and is `size` bytes long has room for.
fn header_length(start: &[u8], size: u64) -> Result<usize, ModelFileErrorKind> {
    let length = start.first_chunk::<LENGTH_BYTES>().map(|bytes| u64::from_le_bytes(*bytes));
    let length = match length {
        Some(length)
            if length <= MAX_HEADER_BYTES && start.get(LENGTH_BYTES).is_none_or(|&byte| byte == b'{') =>
        {
            length
        }
        // Only now: the length of a header can begin with the same bytes as a pickle.
        _ => return Err(name_other_format(start, size)),
    };
    let expected = LENGTH_BYTES as u64 + length;
    if expected > size {
        return Err(ModelFileErrorKind::Truncated { expected, found: size });
    }
    Ok(length as usize)
}

/// Says what a file is that does not start as a model does.
fn name_other_format(start: &[u8], size: u64) -> ModelFileErrorKind {
    not_a_model(match start {
        [0x89, b'H', b'D', b'F', ..] => "it is an HDF5 file (`.h5ad`, `.h5`); train a model on it first",
        [0x1f, 0x8b, ..] => "it is compressed with gzip; decompress it first",
        [b'P', b'K', 3, 4, ..] => "it is a zip archive; unpack it first",
        [0x80, 2..=5, ..] => "it is a Python pickle",
        _ if size < LENGTH_BYTES as u64 => {
            return ModelFileErrorKind::Truncated { expected: LENGTH_BYTES as u64, found: size };
        }
        _ => "it does not start with a header and its length",
    })
}

/// Whether the file ends where its last array ends.
fn check_size(content: &[u8], header: &FileHeader, data: &[u8]) -> Result<(), ModelFileErrorKind> {
    let end = header.arrays.values().map(|entry| entry.data_offsets[1]).max().unwrap_or(0);
    let found = content.len() as u64;
    let expected = ((content.len() - data.len()) as u64).saturating_add(end as u64);
    match data.len().cmp(&end) {
        std::cmp::Ordering::Less => Err(ModelFileErrorKind::Truncated { expected, found }),
        std::cmp::Ordering::Equal => Ok(()),
        std::cmp::Ordering::Greater => {
            Err(not_a_model(format!("{} bytes follow the last array", found - expected)))
        }
    }
}

fn check_sum(content: &[u8], header: &FileHeader) -> Result<(), ModelFileErrorKind> {
    let position =
        checksum::position(content).ok_or_else(|| not_a_model("its checksum is not where it belongs"))?;
    let found = checksum::of(content, position);
    if header.metadata.sha256 == found {
        return Ok(());
    }
    Err(ModelFileErrorKind::Checksum { expected: header.metadata.sha256.clone(), found })
}

/// Looks at the version before anything else: another version may describe its models in other words.
fn parse_header(json: &str) -> Result<ModelHeader, ModelFileErrorKind> {
    #[derive(Deserialize)]
    struct Version {
        format_version: u64,
    }
    let error = |source| ModelFileErrorKind::Header { supported: MODEL_FORMAT_VERSION, source };
    let Version { format_version: found } = serde_json::from_str(json).map_err(error)?;
    if found != u64::from(MODEL_FORMAT_VERSION) {
        return Err(ModelFileErrorKind::Version { found, supported: MODEL_FORMAT_VERSION });
    }
    serde_json::from_str(json).map_err(error)
}

/// The arrays, which must lie one after the other without gaps.
fn read_arrays(header: &FileHeader, data: &[u8]) -> Result<Vec<NamedArray>, ModelFileErrorKind> {
    let mut in_file_order: Vec<(&String, &ArrayEntry)> = header.arrays.iter().collect();
    in_file_order.sort_by_key(|(_, entry)| entry.data_offsets);
    let mut expected_start = 0;
    let mut arrays = Vec::with_capacity(in_file_order.len());
    for (name, entry) in in_file_order {
        let refuse = |found: String| ModelFileErrorKind::Array { name: name.clone(), found };
        let [start, end] = entry.data_offsets;
        if start != expected_start {
            return Err(refuse(format!("expected to start at byte {expected_start}, found {start}")));
        }
        let bytes =
            data.get(start..end).ok_or_else(|| refuse(format!("bytes {start} to {end} are not there")))?;
        if entry.expected_bytes() != Some(bytes.len()) {
            return Err(refuse(format!("{} bytes do not fill the shape {:?}", bytes.len(), entry.shape)));
        }
        expected_start = end;
        let data = values(entry.dtype, bytes);
        arrays.push(NamedArray { name: name.clone(), shape: entry.shape.clone(), data });
    }
    Ok(arrays)
}

fn values(dtype: Dtype, bytes: &[u8]) -> ArrayData {
    match dtype {
        Dtype::F32 => {
            ArrayData::F32(bytes.as_chunks().0.iter().map(|&value| f32::from_le_bytes(value)).collect())
        }
        Dtype::U16 => {
            ArrayData::U16(bytes.as_chunks().0.iter().map(|&value| u16::from_le_bytes(value)).collect())
        }
        Dtype::F64 => {
            ArrayData::F64(bytes.as_chunks().0.iter().map(|&value| f64::from_le_bytes(value)).collect())
        }
    }
}

fn not_a_model(found: impl Into<String>) -> ModelFileErrorKind {
    ModelFileErrorKind::NotAModel { found: found.into() }
}
