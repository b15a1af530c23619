//! New files in the encodings of AnnData, whatever stores them: HDF5 or zarr.

mod column;
mod hdf5;
mod matrix;
mod store;
mod zarr;

use std::path::Path;

use ferrocyte_core::{Block, Stored};

use self::column::write_frame;
pub(super) use self::hdf5::Hdf5Store;
use self::matrix::CsrMatrix;
use self::store::{Attribute, Store};
pub(super) use self::zarr::ZarrStore;
use super::cell_writer::{CellWriter, NewCells, Written};
use super::write_error::{WriteError, WriteErrorKind};

/// Groups that every AnnData file has, though here they stay empty.
const EMPTY_GROUPS: [&str; 5] = ["layers", "obsm", "obsp", "varm", "varp"];

/// A new AnnData file: `X` in compressed rows, `obs`, `var`, texts in `uns`.
///
/// Memory is the annotations, one row pointer per cell, and a window of chunks, whatever the number of values.
pub(super) struct AnnDataWriter<S: Store> {
    store: S,
    matrix: CsrMatrix<S>,
    written: Written,
}

impl<S: Store> AnnDataWriter<S> {
    /// Writes the annotations and begins the matrix.
    pub(super) fn create(target: &Path, new: &NewCells) -> Result<Self, WriteError> {
        let mut store = S::create(target)?;
        let written = Written::nothing_of(new);
        match Self::begin(&mut store, new) {
            Ok(matrix) => Ok(Self { store, matrix, written }),
            Err(kind) => Err(store.error(kind)),
        }
    }

    fn begin(store: &mut S, new: &NewCells) -> Result<CsrMatrix<S>, WriteErrorKind> {
        store.group("", &[kind("anndata"), version("0.1.0")])?;
        write_frame(store, "obs", &new.obs)?;
        write_frame(store, "var", &new.var)?;
        for name in EMPTY_GROUPS.into_iter().chain(["uns"]) {
            store.group(name, &[kind("dict"), version("0.1.0")])?;
        }
        for (name, text) in &new.uns {
            store.text(&format!("uns/{name}"), text)?;
        }
        CsrMatrix::begin(store, "X", new.obs.names.len(), new.var.names.len())
    }
}

impl<S: Store> CellWriter for AnnDataWriter<S> {
    fn write(&mut self, cells: &Block<Stored>) -> Result<(), WriteError> {
        let Self { store, matrix, written } = self;
        let result = written.add(cells).and_then(|()| matrix.write(store, cells));
        result.map_err(|kind| self.store.error(kind))
    }

    fn finish(self: Box<Self>) -> Result<u64, WriteError> {
        let Self { mut store, matrix, written } = *self;
        match written.check_complete().and_then(|()| matrix.finish(&mut store)) {
            Ok(()) => store.commit(&written).map(|()| written.n_values),
            Err(kind) => Err(store.error(kind)),
        }
    }
}

fn kind(kind: &'static str) -> (&'static str, Attribute<'static>) {
    ("encoding-type", Attribute::Text(kind))
}

fn version(version: &'static str) -> (&'static str, Attribute<'static>) {
    ("encoding-version", Attribute::Text(version))
}
