//! The matrices of a file and how they are stored.

use super::tree::{Node, Object, Tree, dimensions};
use crate::matrix::{MatrixInfo, Storage};
use crate::matrix_path::MatrixPath;
use crate::read_error::{ReadError, ReadErrorKind};

/// A matrix that was found, with the arrays it consists of.
pub(crate) struct StoredMatrix<F: Tree> {
    pub(crate) info: MatrixInfo,
    /// Where it stands in the file.
    pub(crate) object: String,
    pub(crate) arrays: Arrays<F::Array>,
}

pub(crate) enum Arrays<A> {
    Sparse { data: A, indices: A, indptr: A },
    Dense(A),
}

/// The matrices of the AnnData in the group `root` (`""`, `mod/rna/`): `X`, `raw/X`, then the layers by name.
pub(crate) fn paths<F: Tree>(container: &F, root: &str) -> Result<Vec<MatrixPath>, ReadError> {
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
pub(crate) fn open<F: Tree>(
    container: &F,
    root: &str,
    path: &MatrixPath,
) -> Result<StoredMatrix<F>, ReadError> {
    match locate(container, root, path)? {
        None => {
            let present = paths(container, root)?;
            Err(container.error(ReadErrorKind::NoMatrix { wanted: path.clone(), present }))
        }
        Some((object, Object::Dataset(array))) => dense(container, path, object, array),
        Some((object, group @ Object::Group(_))) => sparse(container, path, object, &group),
    }
}

fn locate<F: Tree>(
    container: &F,
    root: &str,
    path: &MatrixPath,
) -> Result<Option<(String, Node<F>)>, ReadError> {
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
pub(crate) fn dense<F: Tree>(
    container: &F,
    path: &MatrixPath,
    object: String,
    array: F::Array,
) -> Result<StoredMatrix<F>, ReadError> {
    let (n_cells, n_genes) = match *container.shape(&array) {
        [n_cells, n_genes] => (n_cells, n_genes),
        [n_cells] => (n_cells, 1), // older anndata flattened a matrix of one gene
        ref shape => {
            return Err(container.unexpected(&object, "2 dimensions", dimensions(shape.len())));
        }
    };
    container.check_size(&array, &object)?;
    let dtype = dtype(container, &array, &object)?;
    let info = MatrixInfo {
        path: path.clone(),
        n_cells,
        n_genes,
        storage: Storage::Dense,
        dtype,
        n_non_zeros: None,
    };
    Ok(StoredMatrix { info, object, arrays: Arrays::Dense(array) })
}

fn sparse<F: Tree>(
    container: &F,
    path: &MatrixPath,
    object: String,
    group: &Node<F>,
) -> Result<StoredMatrix<F>, ReadError> {
    let mut format = container.text_attribute(group, &object, "encoding-type")?;
    if format.is_none() {
        // What anndata before 0.7 wrote.
        format = container.text_attribute(group, &object, "h5sparse_format")?;
    }
    let storage = match format.as_deref() {
        Some("csr_matrix" | "csr") => Storage::Csr,
        Some("csc_matrix" | "csc") => Storage::Csc,
        found => {
            let found = found.map_or("a group without `encoding-type`".into(), |name| format!("`{name}`"));
            return Err(container.unexpected(&object, "a CSR, CSC or dense matrix", found));
        }
    };
    let shape = shape(container, group, &object)?;
    sparse_arrays(container, path, object, storage, shape)
}

/// Finds the arrays of a sparse matrix of `(n_cells, n_genes)`, which may be CSR or CSC, and checks their lengths.
pub(crate) fn sparse_arrays<F: Tree>(
    container: &F,
    path: &MatrixPath,
    object: String,
    storage: Storage,
    (n_cells, n_genes): (u64, u64),
) -> Result<StoredMatrix<F>, ReadError> {
    let array = |name: &str| container.array(&format!("{object}/{name}"));
    let (data, indices, indptr) = (array("data")?, array("indices")?, array("indptr")?);
    let (n_rows, meaning) = match storage {
        Storage::Csc => (n_genes, "n_genes + 1"),
        _ => (n_cells, "n_cells + 1"),
    };
    let n_values = container.length(&data, &format!("{object}/data"))?;
    container.check_size(&data, &format!("{object}/data"))?;
    for (part, name, expected, meaning) in [
        (&indptr, "indptr", n_rows.saturating_add(1), meaning),
        (&indices, "indices", n_values, "as many as there are in `data`"),
    ] {
        let array = format!("{object}/{name}");
        let found = container.length(part, &array)?;
        if found != expected {
            return Err(container.error(ReadErrorKind::Length { array, expected, meaning, found }));
        }
        dtype(container, part, &array)?;
        container.check_size(part, &array)?;
    }
    let dtype = dtype(container, &data, &format!("{object}/data"))?;
    let info =
        MatrixInfo { path: path.clone(), n_cells, n_genes, storage, dtype, n_non_zeros: Some(n_values) };
    Ok(StoredMatrix { info, object, arrays: Arrays::Sparse { data, indices, indptr } })
}

fn shape<F: Tree>(container: &F, group: &Node<F>, object: &str) -> Result<(u64, u64), ReadError> {
    let mut shape = container.numbers_attribute(group, object, "shape")?;
    if shape.is_none() {
        shape = container.numbers_attribute(group, object, "h5sparse_shape")?;
    }
    let found = match shape.as_deref() {
        None => "no `shape`".to_owned(),
        Some(&[n_cells, n_genes]) => return Ok((n_cells, n_genes)),
        Some(other) => format!("`shape` of {} numbers", other.len()),
    };
    Err(container.unexpected(object, "`shape`, the numbers of cells and genes", found))
}

fn dtype<F: Tree>(container: &F, array: &F::Array, path: &str) -> Result<String, ReadError> {
    match container.number_type(array) {
        Some(stored) => Ok(stored.to_string()),
        None => Err(container.unexpected(path, "numbers", container.describe(array))),
    }
}
