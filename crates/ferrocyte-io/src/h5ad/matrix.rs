//! The matrices of a file and how they are stored.

use std::sync::Arc;

use hdf5_reader::group::Group;
use hdf5_reader::{Attribute, Dataset};

use super::container::{Container, Object, dimensions};
use super::number::{Number, NumberType, describe};
use super::text;
use crate::matrix::{MatrixInfo, Storage};
use crate::matrix_path::MatrixPath;
use crate::read_error::{ReadError, ReadErrorKind};

/// A matrix that was found, with the arrays it consists of.
pub(crate) struct StoredMatrix {
    pub(crate) info: MatrixInfo,
    /// Where it stands in the file.
    pub(crate) object: String,
    pub(crate) arrays: Arrays,
}

pub(crate) enum Arrays {
    Sparse {
        data: Arc<Dataset>,
        indices: Arc<Dataset>,
        indptr: Arc<Dataset>,
    },
    Dense(Arc<Dataset>),
    /// Dense, with genes in rows.
    DenseTurned(Arc<Dataset>),
}

/// The matrices of the AnnData in the group `root` (`""`, `mod/rna/`): `X`, `raw/X`, then the layers by name.
pub(crate) fn paths(container: &Container, root: &str) -> Result<Vec<MatrixPath>, ReadError> {
    let mut paths = Vec::new();
    for path in [MatrixPath::X, MatrixPath::Raw] {
        if locate(container, root, &path)?.is_some() {
            paths.push(path);
        }
    }
    let layers_path = format!("{root}layers");
    if let Some(Object::Group(layers)) = container.find(&layers_path)? {
        paths.extend(container.names(&layers, &layers_path)?.into_iter().map(MatrixPath::Layer));
    }
    Ok(paths)
}

/// Finds a matrix and checks that its arrays belong together.
pub(crate) fn open(container: &Container, root: &str, path: &MatrixPath) -> Result<StoredMatrix, ReadError> {
    match locate(container, root, path)? {
        None => {
            let present = paths(container, root)?;
            Err(container.error(ReadErrorKind::NoMatrix { wanted: path.clone(), present }))
        }
        Some((object, Object::Dataset(dataset))) => dense(container, path, object, dataset),
        Some((object, Object::Group(group))) => sparse(container, path, object, &group),
    }
}

fn locate(
    container: &Container,
    root: &str,
    path: &MatrixPath,
) -> Result<Option<(String, Object)>, ReadError> {
    let mut candidates = vec![format!("{root}{path}")];
    if *path == MatrixPath::Raw {
        candidates.push(format!("{root}raw.X")); // anndata before 0.7
    }
    for candidate in candidates {
        if let Some(object) = container.find(&candidate)? {
            return Ok(Some((candidate, object)));
        }
    }
    Ok(None)
}

/// Takes a dense matrix of cells × genes.
pub(crate) fn dense(
    container: &Container,
    path: &MatrixPath,
    object: String,
    dataset: Arc<Dataset>,
) -> Result<StoredMatrix, ReadError> {
    let (n_cells, n_genes) = match *dataset.shape() {
        [n_cells, n_genes] => (n_cells, n_genes),
        [n_cells] => (n_cells, 1), // older anndata flattened a matrix of one gene
        ref shape => {
            return Err(container.unexpected(&object, "2 dimensions", dimensions(shape.len())));
        }
    };
    container.check_size(&dataset, &object)?;
    let dtype = dtype(container, &dataset, &object)?;
    let info = MatrixInfo {
        path: path.clone(),
        n_cells,
        n_genes,
        storage: Storage::Dense,
        dtype,
        n_non_zeros: None,
    };
    Ok(StoredMatrix { info, object, arrays: Arrays::Dense(dataset) })
}

/// Takes a dense matrix of genes × cells.
pub(crate) fn dense_turned(
    container: &Container,
    path: &MatrixPath,
    object: String,
    dataset: Arc<Dataset>,
) -> Result<StoredMatrix, ReadError> {
    if dataset.ndim() != 2 {
        return Err(container.unexpected(&object, "2 dimensions", dimensions(dataset.ndim())));
    }
    let StoredMatrix { info, object, .. } = dense(container, path, object, Arc::clone(&dataset))?;
    let info = MatrixInfo { n_cells: info.n_genes, n_genes: info.n_cells, ..info };
    Ok(StoredMatrix { info, object, arrays: Arrays::DenseTurned(dataset) })
}

fn sparse(
    container: &Container,
    path: &MatrixPath,
    object: String,
    group: &Group,
) -> Result<StoredMatrix, ReadError> {
    let attributes = container.attributes(&Object::Group(group.clone()), &object)?;
    // `h5sparse_*` is what anndata before 0.7 wrote.
    let format = text::attribute(&attributes, "encoding-type")
        .or_else(|| text::attribute(&attributes, "h5sparse_format"));
    let storage = match format.as_deref() {
        Some("csr_matrix" | "csr") => Storage::Csr,
        Some("csc_matrix" | "csc") => Storage::Csc,
        found => {
            let found = found.map_or("a group without `encoding-type`".into(), |name| format!("`{name}`"));
            return Err(container.unexpected(&object, "a CSR, CSC or dense matrix", found));
        }
    };
    let shape = shape(container, &attributes, &object)?;
    sparse_arrays(container, path, object, storage, shape)
}

/// Finds the arrays of a sparse matrix of `(n_cells, n_genes)`, which may be CSR or CSC, and checks their lengths.
pub(crate) fn sparse_arrays(
    container: &Container,
    path: &MatrixPath,
    object: String,
    storage: Storage,
    (n_cells, n_genes): (u64, u64),
) -> Result<StoredMatrix, ReadError> {
    let array = |name: &str| container.dataset(&format!("{object}/{name}"));
    let (data, indices, indptr) = (array("data")?, array("indices")?, array("indptr")?);
    let (n_rows, meaning) = match storage {
        Storage::Csc => (n_genes, "n_genes + 1"),
        _ => (n_cells, "n_cells + 1"),
    };
    let n_values = container.length(&data, &format!("{object}/data"))?;
    container.check_size(&data, &format!("{object}/data"))?;
    for (dataset, name, expected, meaning) in [
        (&indptr, "indptr", n_rows.saturating_add(1), meaning),
        (&indices, "indices", n_values, "as many as there are in `data`"),
    ] {
        let array = format!("{object}/{name}");
        let found = container.length(dataset, &array)?;
        if found != expected {
            return Err(container.error(ReadErrorKind::Length { array, expected, meaning, found }));
        }
        dtype(container, dataset, &array)?;
        container.check_size(dataset, &array)?;
    }
    let dtype = dtype(container, &data, &format!("{object}/data"))?;
    let info =
        MatrixInfo { path: path.clone(), n_cells, n_genes, storage, dtype, n_non_zeros: Some(n_values) };
    Ok(StoredMatrix { info, object, arrays: Arrays::Sparse { data, indices, indptr } })
}

fn shape(container: &Container, attributes: &[Attribute], object: &str) -> Result<(u64, u64), ReadError> {
    let shape = attributes.iter().find(|attribute| matches!(&*attribute.name, "shape" | "h5sparse_shape"));
    let found = match shape {
        None => "no `shape`".to_owned(),
        Some(shape) => match *container.call(object, || shape.read_1d::<Number<u64>>())? {
            [Number(n_cells), Number(n_genes)] => return Ok((n_cells, n_genes)),
            ref other => format!("`shape` of {} numbers", other.len()),
        },
    };
    Err(container.unexpected(object, "`shape`, the numbers of cells and genes", found))
}

fn dtype(container: &Container, dataset: &Dataset, path: &str) -> Result<String, ReadError> {
    let datatype = dataset.dtype();
    match NumberType::of(datatype) {
        Some(stored) => Ok(stored.to_string()),
        None => Err(container.unexpected(path, "numbers", describe(datatype))),
    }
}
