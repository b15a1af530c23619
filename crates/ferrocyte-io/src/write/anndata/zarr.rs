//! AnnData in zarr, version 2: a folder for each group and array, JSON for what they are, a file for each chunk.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use super::store::{Attribute, Attributes, Element, Store};
use crate::write::atomic_folder::AtomicFolder;
use crate::write::cell_writer::Written;
use crate::write::chunks::{Chunks, Wrapper, compress};
use crate::write::write_error::{WriteError, WriteErrorKind};

/// Elements of a chunk. Every chunk is a file, so there are fewer and larger ones than in HDF5.
const CHUNK: usize = 1 << 18;

/// Names the folders that are ours to replace.
const CREATOR: (&str, &str) = ("created-by", "ferrocyte");

/// A new zarr folder.
pub(in crate::write) struct ZarrStore {
    target: AtomicFolder,
    metadata: BTreeMap<String, Value>,
}

/// An array that grows chunk by chunk.
pub(in crate::write) struct GrowingArray {
    path: String,
    folder: PathBuf,
    chunks: Chunks,
    chunk_elements: usize,
    element: Element,
    n_elements: usize,
}

impl ZarrStore {
    fn folder(&self, path: &str) -> Result<PathBuf, WriteErrorKind> {
        let folder = self.target.temporary().join(path);
        fs::create_dir_all(&folder)?;
        Ok(folder)
    }

    /// Writes a file of metadata, and keeps it for `.zmetadata`.
    fn put(&mut self, path: &str, name: &str, value: Value) -> Result<(), WriteErrorKind> {
        let key = if path.is_empty() { name.to_owned() } else { format!("{path}/{name}") };
        fs::write(self.target.temporary().join(&key), format!("{value:#}"))?;
        self.metadata.insert(key, value);
        Ok(())
    }

    fn attributes(&mut self, path: &str, attributes: Attributes<'_>) -> Result<(), WriteErrorKind> {
        let mut all: BTreeMap<&str, Value> =
            attributes.iter().map(|&(name, attribute)| (name, value_of(attribute))).collect();
        if path.is_empty() {
            all.insert(CREATOR.0, CREATOR.1.into());
        }
        self.put(path, ".zattrs", json!(all))
    }

    fn describe(
        &mut self,
        path: &str,
        (shape, chunks): (&[usize], &[usize]),
        (dtype, fill_value): (&str, Value),
        encoding: &'static str,
    ) -> Result<(), WriteErrorKind> {
        let filters = if dtype == "|O" { json!([{ "id": "vlen-utf8" }]) } else { Value::Null };
        let array = json!({
            "zarr_format": 2,
            "shape": shape,
            "chunks": chunks,
            "dtype": dtype,
            "fill_value": fill_value,
            "filters": filters,
            "compressor": { "id": "gzip", "level": 4 },
            "order": "C",
        });
        self.put(path, ".zarray", array)?;
        self.attributes(path, &[super::kind(encoding), super::version("0.2.0")])
    }

    fn growing(
        &mut self,
        path: &str,
        element: Element,
        chunk_elements: usize,
    ) -> Result<GrowingArray, WriteErrorKind> {
        let folder = self.folder(path)?;
        let chunks = Chunks::new(Wrapper::Gzip, chunk_elements * element.size());
        Ok(GrowingArray { path: path.to_owned(), folder, chunks, chunk_elements, element, n_elements: 0 })
    }

    /// Texts in chunks of one number of texts, the last one filled up with empty texts.
    fn put_texts(
        &mut self,
        path: &str,
        texts: &[&str],
        shape: &[usize],
        encoding: &'static str,
    ) -> Result<(), WriteErrorKind> {
        let folder = self.folder(path)?;
        let chunk = texts.len().clamp(1, CHUNK);
        for (number, part) in texts.chunks(chunk).enumerate() {
            fs::write(folder.join(number.to_string()), compress(&encoded(part, chunk)?, Wrapper::Gzip)?)?;
        }
        let chunks = [chunk];
        self.describe(path, (shape, &chunks[..shape.len()]), ("|O", "".into()), encoding)
    }
}

impl Store for ZarrStore {
    type Growing = GrowingArray;

    const CHUNK: usize = CHUNK;

    fn create(target: &Path) -> Result<Self, WriteError> {
        Ok(Self { target: AtomicFolder::create(target, is_ours)?, metadata: BTreeMap::new() })
    }

    fn group(&mut self, path: &str, attributes: Attributes<'_>) -> Result<(), WriteErrorKind> {
        self.folder(path)?;
        self.put(path, ".zgroup", json!({ "zarr_format": 2 }))?;
        self.attributes(path, attributes)
    }

    fn array(&mut self, path: &str, element: Element, bytes: &[u8]) -> Result<(), WriteErrorKind> {
        let chunk_elements = (bytes.len() / element.size()).clamp(1, CHUNK);
        let mut array = self.growing(path, element, chunk_elements)?;
        self.push(&mut array, bytes)?;
        self.end(array)
    }

    fn texts(&mut self, path: &str, texts: &[&str]) -> Result<(), WriteErrorKind> {
        self.put_texts(path, texts, &[texts.len()], "string-array")
    }

    fn text(&mut self, path: &str, text: &str) -> Result<(), WriteErrorKind> {
        self.put_texts(path, &[text], &[], "string")
    }

    fn grow(&mut self, path: &str, element: Element) -> Result<GrowingArray, WriteErrorKind> {
        self.growing(path, element, CHUNK)
    }

    fn push(&mut self, array: &mut GrowingArray, bytes: &[u8]) -> Result<(), WriteErrorKind> {
        array.n_elements += bytes.len() / array.element.size();
        let folder = &array.folder;
        array.chunks.push(bytes, |number, chunk| Ok(fs::write(folder.join(number.to_string()), chunk)?))
    }

    fn end(&mut self, mut array: GrowingArray) -> Result<(), WriteErrorKind> {
        let folder = &array.folder;
        array.chunks.finish(|number, chunk| {
            Ok::<_, WriteErrorKind>(fs::write(folder.join(number.to_string()), chunk)?)
        })?;
        let (dtype, fill_value) = match array.element {
            Element::Bool => ("|b1", json!(false)),
            Element::I8 => ("|i1", json!(0)),
            Element::I16 => ("<i2", json!(0)),
            Element::I32 => ("<i4", json!(0)),
            Element::I64 => ("<i8", json!(0)),
            Element::F32 => ("<f4", json!(0.0)),
            Element::F64 => ("<f8", json!(0.0)),
        };
        let layout = (&[array.n_elements][..], &[array.chunk_elements][..]);
        self.describe(&array.path, layout, (dtype, fill_value), "array")
    }

    fn commit(mut self, _written: &Written) -> Result<(), WriteError> {
        // All of it in one file: who opens the store from far away asks once.
        let metadata = std::mem::take(&mut self.metadata);
        let all = json!({ "zarr_consolidated_format": 1, "metadata": metadata });
        match fs::write(self.target.temporary().join(".zmetadata"), format!("{all:#}")) {
            Ok(()) => self.target.commit(),
            Err(error) => Err(self.target.error(error)),
        }
    }

    fn error(&self, kind: WriteErrorKind) -> WriteError {
        self.target.error(kind)
    }
}

fn value_of(attribute: Attribute<'_>) -> Value {
    match attribute {
        Attribute::Text(text) => json!(text),
        Attribute::Texts(texts) => json!(texts),
        Attribute::Integers(integers) => json!(integers),
        Attribute::Bool(value) => json!(value),
    }
}

/// Number of texts, then the length and bytes of each: numcodecs' `vlen-utf8`.
fn encoded(texts: &[&str], n: usize) -> Result<Vec<u8>, WriteErrorKind> {
    let long = |length: usize| u32::try_from(length).map_err(|_| WriteErrorKind::LongText { bytes: length });
    let mut bytes = long(n)?.to_le_bytes().to_vec();
    for index in 0..n {
        let text = texts.get(index).copied().unwrap_or_default();
        bytes.extend_from_slice(&long(text.len())?.to_le_bytes());
        bytes.extend_from_slice(text.as_bytes());
    }
    Ok(bytes)
}

/// Whether a folder was written here.
fn is_ours(folder: &Path) -> bool {
    let Ok(text) = fs::read_to_string(folder.join(".zattrs")) else { return false };
    let attributes: Value = serde_json::from_str(&text).unwrap_or_default();
    attributes.get(CREATOR.0).and_then(Value::as_str) == Some(CREATOR.1)
}
