//! An open folder or archive of Cell Ranger, or a MatrixMarket file with the names beside it.

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use ferrocyte_core::BlockSource;

use super::features::{Features, read_barcodes};
use super::find::Trio;
use super::place::Place;
use super::selection::Selection;
use crate::cell_file::CellFile;
use crate::format::Format;
use crate::frame::Frame;
use crate::matrix::{MatrixInfo, Storage};
use crate::matrix_market::{Axes, Header, SparseRows, SparseRowsSource, read_entries};
use crate::matrix_path::MatrixPath;
use crate::read_error::{ReadError, ReadErrorKind};

/// A matrix in MatrixMarket form with the names of its genes and cells: a folder of Cell Ranger (version 2 or 3,
/// plain or gzip, with a prefix or without, or with one sub-folder per genome), such a folder in a tar archive, or
/// a single `.mtx` file with its names beside it.
///
/// Values are parsed when they are first asked for, and kept: eight bytes of memory per value.
pub struct TenxMtx {
    format: Format,
    place: Place,
    matrix: String,
    header: Header,
    genes_are_rows: bool,
    /// Genes of the file, before any was left out.
    n_features: usize,
    obs: Frame,
    genes: Selection,
    rows: Mutex<Option<Arc<SparseRows>>>,
}

impl TenxMtx {
    /// Opens a folder, and reads the names of its cells and genes; `genome` names the sub-folder to read.
    ///
    /// # Errors
    /// When there is no matrix, or several and none is chosen; when its names are missing, or not as many as its
    /// header says.
    pub fn open_folder(path: impl AsRef<Path>, genome: Option<&str>) -> Result<Self, ReadError> {
        let path = path.as_ref();
        Self::find(Place::folder(path, path), genome)
    }

    /// Opens a tar archive, plain or gzip, that holds such a folder. Nothing is unpacked.
    ///
    /// # Errors
    /// As for a folder; also when the archive is damaged or cut short.
    pub fn open_archive(path: impl AsRef<Path>, genome: Option<&str>) -> Result<Self, ReadError> {
        Self::find(Place::archive(path.as_ref()), genome)
    }

    /// Opens a `.mtx` file, plain or gzip. The names of genes and cells are those of its prefix
    /// (`a_matrix.mtx`: `a_features.tsv` or `a_genes.tsv`, `a_barcodes.tsv`), or those in its folder.
    ///
    /// # Errors
    /// As for a folder; says which files were looked for.
    pub fn open_file(path: impl AsRef<Path>) -> Result<Self, ReadError> {
        let path = path.as_ref();
        let folder = match path.parent() {
            Some(parent) if parent.as_os_str().is_empty() => Path::new("."),
            Some(parent) => parent,
            None => path,
        };
        let place = Place::folder(path, folder);
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let trio = Trio::beside(&place.members()?, &name).map_err(|kind| ReadError::new(path, kind))?;
        Self::open(Format::MatrixMarket, place, trio)
    }

    fn find(place: Place, genome: Option<&str>) -> Result<Self, ReadError> {
        let members = place.members()?;
        let trio = Trio::find(&members, genome).map_err(|kind| ReadError::new(place.path(), kind))?;
        Self::open(Format::TenxMtx, place, trio)
    }

    fn open(format: Format, place: Place, trio: Trio) -> Result<Self, ReadError> {
        let features = place.read(&trio.features, Features::read)?;
        let barcodes = place.read(&trio.barcodes, read_barcodes)?;
        let header = place.read(&trio.matrix, Header::read)?;
        let n_features = features.ids.len();
        let genes_are_rows = orientation(&place, &trio, &header, n_features, barcodes.len())?;
        let mut genes = Selection::new(place.path(), &trio.features, features, None)?;
        if !genes_are_rows {
            genes.notes.push(format!("`{}` has cells in rows; it was read that way round", trio.matrix));
        }
        let obs = Frame::in_memory(place.path(), "obs", "one per cell", barcodes, Vec::new());
        let (matrix, rows) = (trio.matrix, Mutex::new(None));
        Ok(Self { format, place, matrix, header, genes_are_rows, n_features, obs, genes, rows })
    }

    /// The values, parsed at the first call.
    fn rows(&self) -> Result<Arc<SparseRows>, ReadError> {
        // A thread that panicked left what was there before it, which is whole.
        let mut kept = self.rows.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(rows) = &*kept {
            return Ok(Arc::clone(rows));
        }
        let axes = Axes {
            genes_are_rows: self.genes_are_rows,
            n_cells: self.obs.len(),
            n_genes: self.n_features,
            columns: self.genes.columns.as_deref(),
        };
        let rows = self.place.read(&self.matrix, |lines| {
            let header = Header::read(lines)?;
            if header != self.header {
                return Err(lines.unexpected("the sizes that stood here before", "others"));
            }
            read_entries(lines, &header, axes)
        })?;
        Ok(Arc::clone(kept.insert(Arc::new(rows))))
    }

    fn check(&self, matrix: &MatrixPath) -> Result<(), ReadError> {
        if *matrix == MatrixPath::X {
            return Ok(());
        }
        let (wanted, present) = (matrix.clone(), vec![MatrixPath::X]);
        Err(ReadError::new(self.place.path(), ReadErrorKind::NoMatrix { wanted, present }))
    }
}

/// Whether genes are rows, as they are in every file of Cell Ranger. A matrix whose sizes fit only the other way
/// round is read the other way round.
fn orientation(
    place: &Place,
    trio: &Trio,
    header: &Header,
    n_features: usize,
    n_barcodes: usize,
) -> Result<bool, ReadError> {
    let (n_rows, n_columns) = (header.n_rows, header.n_columns);
    let (n_features, n_barcodes) = (n_features as u64, n_barcodes as u64);
    if n_rows != n_features && (n_rows, n_columns) == (n_barcodes, n_features) {
        return Ok(false);
    }
    for (array, expected, meaning, found) in [
        (&trio.features, n_rows, "one per row of the matrix", n_features),
        (&trio.barcodes, n_columns, "one per column of the matrix", n_barcodes),
    ] {
        if expected != found {
            let array = array.clone();
            return Err(ReadError::new(
                place.path(),
                ReadErrorKind::Length { array, expected, meaning, found },
            ));
        }
    }
    Ok(true)
}

impl CellFile for TenxMtx {
    fn format(&self) -> Format {
        self.format
    }

    fn path(&self) -> &Path {
        self.place.path()
    }

    fn obs(&self) -> &Frame {
        &self.obs
    }

    fn genes_of(&self, matrix: &MatrixPath) -> Result<Frame, ReadError> {
        self.check(matrix)?;
        Ok(self.genes.var.clone())
    }

    fn matrices(&self) -> Result<Vec<MatrixInfo>, ReadError> {
        Ok(vec![MatrixInfo {
            path: MatrixPath::X,
            n_cells: self.obs.len() as u64,
            n_genes: self.genes.var.len() as u64,
            storage: Storage::Coordinates,
            dtype: self.header.field.dtype().to_owned(),
            n_non_zeros: Some(self.header.n_entries),
        }])
    }

    fn source(&self, matrix: &MatrixPath, block_cells: usize) -> Result<Box<dyn BlockSource>, ReadError> {
        self.check(matrix)?;
        let genes = self.genes.var.index().to_vec();
        Ok(Box::new(SparseRowsSource::new(self.place.path(), self.rows()?, genes, block_cells)))
    }

    fn notes(&self) -> Vec<String> {
        self.genes.notes.clone()
    }
}

impl std::fmt::Debug for TenxMtx {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("TenxMtx")
            .field("matrix", &self.matrix)
            .field("obs", &self.obs)
            .field("var", &self.genes.var)
            .finish_non_exhaustive()
    }
}
