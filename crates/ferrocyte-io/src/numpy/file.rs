//! An open file of `NumPy`.

use std::fs::File;
use std::io::{Read, Seek};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use ferrocyte_core::BlockSource;

use super::array::Array;
use super::assemble::{Assembled, assemble};
use super::dict_keys::DictKeys;
use super::npy::{self, Npy};
use super::npz;
use super::parts::{Parts, Value};
use super::pickled::Pickled;
use super::stored_matrix::StoredMatrix;
use super::zip::{self, Zip};
use super::{Outcome, header, unexpected};
use crate::anndata::MatrixSource;
use crate::cell_file::CellFile;
use crate::format::Format;
use crate::frame::Frame;
use crate::matrix::MatrixInfo;
use crate::matrix_path::MatrixPath;
use crate::pickle::{NodeId, Pickle};
use crate::read_error::ReadError;

/// An open `.npy` or `.npz`. The matrix is in memory as rows of cells, except in an `.npy` that is nothing but a dense matrix:
/// that is read some cells at a time.
///
/// ```no_run
/// use ferrocyte_io::CellFile;
/// use ferrocyte_io::numpy::NumpyFile;
///
/// let file = NumpyFile::open("cells.npy")?;
/// println!("{} cells, labelled {:?}", file.n_cells(), file.obs().column("classes")?.to_names());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct NumpyFile {
    path: PathBuf,
    format: Format,
    content: Arc<Assembled>,
}

impl NumpyFile {
    /// Whether the first bytes are those of an `.npy`, or the file is a zip archive with an `.npy` at its root.
    pub fn recognises(path: &Path) -> bool {
        let Ok(mut file) = File::open(path) else { return false };
        let mut head = Vec::new();
        if file.by_ref().take(8).read_to_end(&mut head).is_err() {
            return false;
        }
        if head.starts_with(header::MAGIC) {
            return true;
        }
        if !head.starts_with(zip::MAGIC) {
            return false;
        }
        // NumPy writes nothing else into an archive, so its first member is enough: 22 more bytes, then its name.
        let mut member = Vec::new();
        if file.take(22 + 512).read_to_end(&mut member).is_err() {
            return false;
        }
        let (Some(low), Some(high)) = (member.get(18), member.get(19)) else { return false };
        let length = usize::from(u16::from_le_bytes([*low, *high]));
        let name = member.get(22..).and_then(|name| name.get(..length));
        name.is_some_and(|name| name.ends_with(b".npy") && !name.contains(&b'/'))
    }

    /// Opens a file.
    ///
    /// # Errors
    /// When it holds no matrix, more than one, or anything that does not belong together.
    pub fn open(path: impl AsRef<Path>) -> Result<Self, ReadError> {
        Self::open_with(path, &DictKeys::default())
    }

    /// Opens a file whose parts have other names.
    ///
    /// # Errors
    /// As [`open`](Self::open).
    pub fn open_with(path: impl AsRef<Path>, keys: &DictKeys) -> Result<Self, ReadError> {
        let path = path.as_ref();
        let wrong = |kind| ReadError::new(path, kind);
        let (format, content) = read(path, keys).map_err(wrong)?;
        Ok(Self { path: path.to_owned(), format, content: Arc::new(content) })
    }

    /// Annotations of the genes.
    pub fn var(&self) -> &Frame {
        &self.content.var
    }
}

fn read(path: &Path, keys: &DictKeys) -> Outcome<(Format, Assembled)> {
    let mut file = File::open(path)?;
    let mut first = Vec::new();
    file.by_ref().take(header::MAGIC.len() as u64).read_to_end(&mut first)?;
    if first.starts_with(header::MAGIC) {
        file.rewind()?;
        let n_bytes = usize::try_from(file.metadata()?.len()).unwrap_or(usize::MAX);
        if let Some(array) = npy::dense_in_file("the array", path, file)? {
            return Ok((Format::Npy, assemble(path, n_bytes, only(StoredMatrix::InFile(array)))?));
        }
    }
    let bytes = std::fs::read(path)?;
    if bytes.starts_with(zip::MAGIC) {
        return Ok((Format::Npz, read_npz(path, &bytes, keys)?));
    }
    Ok((Format::Npy, read_npy(path, &bytes, keys)?))
}

fn read_npz(path: &Path, bytes: &[u8], keys: &DictKeys) -> Outcome<Assembled> {
    let members = npz::unpack(&Zip::open(bytes)?)?;
    let opened: Vec<Npy> =
        members.iter().map(|(name, bytes)| npy::read(name, bytes)).collect::<Outcome<_>>()?;
    assemble(path, bytes.len(), npz::parts(keys, &members, &opened)?)
}

fn read_npy(path: &Path, bytes: &[u8], keys: &DictKeys) -> Outcome<Assembled> {
    match npy::read("the array", bytes)? {
        Npy::Array(array) => {
            let matrix = Value::Array(array).into_matrix("the array")?;
            assemble(path, bytes.len(), only(matrix))
        }
        Npy::Pickle(pickle) => assemble(path, bytes.len(), dict_parts(&pickle, bytes.len(), keys)?),
    }
}

/// A matrix of which nothing is said.
fn only(matrix: StoredMatrix<'_>) -> Parts<'_> {
    let matrix = ("the array".to_owned(), matrix);
    Parts { matrix, labels: None, genes: None, cells: None, others: Vec::new(), notes: Vec::new() }
}

/// The parts of a pickled dict. A matrix and names of genes must be there; data to be labelled has no labels yet.
fn dict_parts<'p>(pickle: &'p Pickle<'_>, n_bytes: usize, keys: &DictKeys) -> Outcome<Parts<'p>> {
    let pickled = Pickled { pickle, n_bytes };
    let root = pickled.unwrapped(pickle.root());
    let entries = pickled
        .entries(root)
        .ok_or_else(|| unexpected("the pickled object", "a dict of arrays", pickle.describe(root)))?;
    let mut present: Vec<String> =
        entries.iter().take(40).map(|(key, _)| format!("`{}`", key.escape_debug())).collect();
    if entries.len() > present.len() {
        present.push(format!("{} more", entries.len() - present.len()));
    }
    let present = if present.is_empty() { "no keys".to_owned() } else { present.join(", ") };
    let find = |key: &str| entries.iter().rev().find(|(known, _)| known == key).map(|&(_, id)| id);
    let required = |key: &str| -> Outcome<NodeId> {
        find(key).ok_or_else(|| {
            let expected = format!("the keys `{}`, `{}` and `{}`", keys.matrix, keys.labels, keys.genes);
            unexpected("the pickled dict", expected, present.clone())
        })
    };
    let names = |key: &str, id: NodeId| -> Outcome<(String, Array<'p>)> {
        Ok((key.to_owned(), pickled.value(key, id)?.into_names(key)?))
    };
    let matrix = pickled.value(&keys.matrix, required(&keys.matrix)?)?.into_matrix(&keys.matrix)?;
    let genes = names(&keys.genes, required(&keys.genes)?)?;
    let labels = find(&keys.labels).map(|id| names(&keys.labels, id)).transpose()?;
    let mut notes = Vec::new();
    if labels.is_none() {
        notes.push(format!(
            "there is no key `{}`, so the cells have no labels; there is {present}",
            keys.labels
        ));
    }
    let cells = npz::CELLS.iter().find_map(|key| Some((*key, find(key)?)));
    let cells = cells.map(|(key, id)| names(key, id)).transpose()?;
    let used = |key: &str| {
        [&keys.matrix, &keys.labels, &keys.genes].iter().any(|used| *used == key)
            || cells.as_ref().is_some_and(|(used, _)| used == key)
    };
    let mut others: Vec<(String, _)> = Vec::new();
    for (key, id) in entries.iter().filter(|(key, _)| !used(key)).take(64) {
        // What is no array of names is not needed.
        if let (Ok(other), false) = (names(key, *id), others.iter().any(|(known, _)| known == key)) {
            others.push(other);
        }
    }
    Ok(Parts { matrix: (keys.matrix.clone(), matrix), labels, genes: Some(genes), cells, others, notes })
}

impl CellFile for NumpyFile {
    fn format(&self) -> Format {
        self.format
    }

    fn path(&self) -> &Path {
        &self.path
    }

    fn obs(&self) -> &Frame {
        &self.content.obs
    }

    fn genes_of(&self, matrix: &MatrixPath) -> Result<Frame, ReadError> {
        self.matrix(matrix)?;
        Ok(self.content.var.clone())
    }

    fn matrices(&self) -> Result<Vec<MatrixInfo>, ReadError> {
        Ok(vec![self.content.info.clone()])
    }

    fn source(&self, matrix: &MatrixPath, block_cells: usize) -> Result<Box<dyn BlockSource>, ReadError> {
        self.matrix(matrix)?;
        Ok(Box::new(MatrixSource::of_rows(
            self.path.clone(),
            MatrixPath::X,
            self.content.rows.reader(),
            self.content.obs.row_names().clone(),
            self.content.var.index().to_vec(),
            block_cells,
            Vec::new(),
        )))
    }

    fn notes(&self) -> Vec<String> {
        self.content.notes.clone()
    }
}

impl std::fmt::Debug for NumpyFile {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("NumpyFile")
            .field("path", &self.path)
            .field("obs", &self.content.obs)
            .field("var", &self.content.var)
            .finish_non_exhaustive()
    }
}
