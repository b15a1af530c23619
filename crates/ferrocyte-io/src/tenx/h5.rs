//! An open HDF5 file of Cell Ranger.

use std::path::Path;

use ferrocyte_core::BlockSource;

use super::features::Features;
use super::kept_genes::KeptGenes;
use super::selection::Selection;
use crate::cell_file::CellFile;
use crate::format::Format;
use crate::frame::Frame;
use crate::h5ad::H5adSource;
use crate::h5ad::container::{Container, Object};
use crate::h5ad::matrix::{StoredMatrix, sparse_arrays};
use crate::h5ad::text;
use crate::matrix::{MatrixInfo, Storage};
use crate::matrix_path::MatrixPath;
use crate::read_error::{ReadError, ReadErrorKind};

/// An HDF5 file of Cell Ranger: version 2 with a group per genome, or version 3 with the group `matrix`.
///
/// The matrix is stored as compressed columns of genes × cells, which are compressed rows of cells × genes: it is
/// read as it is needed, and memory is one block.
pub struct TenxH5 {
    container: Container,
    /// The group that is read.
    object: String,
    /// Genes of the file, before any was left out.
    features: Vec<String>,
    obs: Frame,
    genes: Selection,
}

impl TenxH5 {
    /// Opens a file and reads the names of its cells and genes; `genome` is the one to read.
    ///
    /// # Errors
    /// When it is no such file; when it has several genomes, each with a matrix, and none is chosen.
    pub fn open(path: impl AsRef<Path>, genome: Option<&str>) -> Result<Self, ReadError> {
        let container = Container::open(path.as_ref().to_owned())?;
        match matrices(&container)? {
            Matrices::None => Err(container.unknown_layout()),
            Matrices::One => Self::version_3(container, genome),
            Matrices::PerGenome(genomes) => Self::version_2(container, &genomes, genome),
        }
    }

    /// Whether an open file is one of Cell Ranger.
    pub(crate) fn is_one(container: &Container) -> Result<bool, ReadError> {
        Ok(!matches!(matrices(container)?, Matrices::None))
    }

    fn version_2(container: Container, genomes: &[String], genome: Option<&str>) -> Result<Self, ReadError> {
        let object = match (genome, genomes) {
            (None, [only]) => only.clone(),
            (None, several) => {
                return Err(container.error(ReadErrorKind::Several { present: several.to_vec() }));
            }
            (Some(wanted), present) if present.iter().any(|genome| genome == wanted) => wanted.to_owned(),
            (Some(wanted), present) => {
                let (wanted, present) = (wanted.to_owned(), present.to_vec());
                return Err(container.error(ReadErrorKind::NoGenome { wanted, present }));
            }
        };
        let ids = optional(&container, &format!("{object}/genes"))?;
        let symbols = optional(&container, &format!("{object}/gene_names"))?;
        let (ids, symbols) = match (ids, symbols) {
            (Some(ids), Some(symbols)) => (ids, symbols),
            (Some(names), None) | (None, Some(names)) => (names.clone(), names),
            (None, None) => (Vec::new(), Vec::new()), // it would not be taken for a genome
        };
        let features = Features { ids, symbols, types: None, genomes: None };
        Self::new(container, object, "genes", features, None)
    }

    fn version_3(container: Container, genome: Option<&str>) -> Result<Self, ReadError> {
        let features = Features {
            ids: strings(&container, "matrix/features/id")?,
            symbols: strings(&container, "matrix/features/name")?,
            types: optional(&container, "matrix/features/feature_type")?,
            genomes: optional(&container, "matrix/features/genome")?,
        };
        Self::new(container, "matrix".to_owned(), "features", features, genome)
    }

    fn new(
        container: Container,
        object: String,
        table: &str,
        features: Features,
        genome: Option<&str>,
    ) -> Result<Self, ReadError> {
        let n_features = features.ids.len();
        let columns = [Some(&features.symbols), features.types.as_ref(), features.genomes.as_ref()];
        for column in columns.into_iter().flatten() {
            if column.len() != n_features {
                return Err(container.error(ReadErrorKind::Length {
                    array: format!("{object}/{table}"),
                    expected: n_features as u64,
                    meaning: "one per gene in each of its arrays",
                    found: column.len() as u64,
                }));
            }
        }
        let barcodes = strings(&container, &format!("{object}/barcodes"))?;
        let names = features.symbols.clone();
        let genes = Selection::new(container.path(), &format!("{object}/{table}"), features, genome)?;
        let obs = Frame::in_memory(container.path(), "obs", "one per cell", barcodes, Vec::new());
        Ok(Self { container, object, features: names, obs, genes })
    }

    fn stored(&self, matrix: &MatrixPath) -> Result<StoredMatrix<Container>, ReadError> {
        if *matrix != MatrixPath::X {
            let (wanted, present) = (matrix.clone(), vec![MatrixPath::X]);
            return Err(self.container.error(ReadErrorKind::NoMatrix { wanted, present }));
        }
        let path = format!("{}/shape", self.object);
        let dataset = self.container.dataset(&path)?;
        self.container.length(&dataset, &path)?;
        let shape = self.container.numbers::<u64>(&dataset, &path)?;
        let &[n_genes, n_cells] = shape.as_slice() else {
            let found = format!("{} numbers", shape.len());
            return Err(self.container.unexpected(&path, "the numbers of genes and cells", found));
        };
        let expected = (self.obs.len() as u64, self.features.len() as u64);
        let found = (n_cells, n_genes);
        if expected != found {
            let matrix = matrix.clone();
            return Err(self.container.error(ReadErrorKind::MatrixShape { matrix, expected, found }));
        }
        sparse_arrays(&self.container, matrix, self.object.clone(), Storage::Csr, found)
    }
}

impl CellFile for TenxH5 {
    fn format(&self) -> Format {
        Format::TenxH5
    }

    fn path(&self) -> &Path {
        self.container.path()
    }

    fn obs(&self) -> &Frame {
        &self.obs
    }

    fn genes_of(&self, matrix: &MatrixPath) -> Result<Frame, ReadError> {
        self.stored(matrix)?;
        Ok(self.genes.var.clone())
    }

    fn matrices(&self) -> Result<Vec<MatrixInfo>, ReadError> {
        Ok(self.matrix(&MatrixPath::X).into_iter().collect())
    }

    fn matrix(&self, matrix: &MatrixPath) -> Result<MatrixInfo, ReadError> {
        let info = self.stored(matrix)?.info;
        Ok(MatrixInfo { n_genes: self.genes.var.len() as u64, ..info })
    }

    fn source(&self, matrix: &MatrixPath, block_cells: usize) -> Result<Box<dyn BlockSource>, ReadError> {
        let stored = self.stored(matrix)?;
        let names = self.obs.row_names().clone();
        let source =
            H5adSource::new(&self.container, stored, names, self.features.clone(), block_cells, Vec::new())?;
        Ok(match &self.genes.columns {
            None => Box::new(source),
            Some(columns) => {
                let genes = self.genes.var.index().to_vec();
                Box::new(KeptGenes::new(Box::new(source), genes, columns.clone()))
            }
        })
    }

    fn notes(&self) -> Vec<String> {
        self.genes.notes.clone()
    }
}

impl std::fmt::Debug for TenxH5 {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("TenxH5")
            .field("object", &self.object)
            .field("obs", &self.obs)
            .field("var", &self.genes.var)
            .finish_non_exhaustive()
    }
}

/// What a file of Cell Ranger holds.
enum Matrices {
    /// It is none.
    None,
    /// Version 3.
    One,
    /// Version 2: a group per genome, sorted by name.
    PerGenome(Vec<String>),
}

fn matrices(container: &Container) -> Result<Matrices, ReadError> {
    let is_group = |path: &str| container.find(path).map(|found| matches!(found, Some(Object::Group(_))));
    // AnnData, whatever else it holds: parts that its reader never looks at may be damaged.
    if container.find("obs")?.is_some() && container.find("var")?.is_some() {
        return Ok(Matrices::None);
    }
    if is_group("matrix/features")? {
        return Ok(Matrices::One);
    }
    let mut genomes = Vec::new();
    for name in container.names(&container.root()?, "/")? {
        let has = |array: &str| container.find(&format!("{name}/{array}")).map(|found| found.is_some());
        if has("barcodes")? && has("indptr")? && (has("genes")? || has("gene_names")?) {
            genomes.push(name);
        }
    }
    Ok(if genomes.is_empty() { Matrices::None } else { Matrices::PerGenome(genomes) })
}

fn optional(container: &Container, path: &str) -> Result<Option<Vec<String>>, ReadError> {
    match container.find(path)? {
        None => Ok(None),
        Some(_) => strings(container, path).map(Some),
    }
}

fn strings(container: &Container, path: &str) -> Result<Vec<String>, ReadError> {
    let dataset = container.dataset(path)?;
    container.length(&dataset, path)?;
    text::read(container, &dataset, path)?.ok_or_else(|| container.unexpected(path, "text", "numbers"))
}
