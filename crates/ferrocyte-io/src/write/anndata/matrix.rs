//! A matrix in compressed rows.

use ferrocyte_core::{Block, Stored};

use super::store::{Attribute, Element, Store};
use super::{kind, version};
use crate::write::write_error::WriteErrorKind;

/// Values as `float32` and genes as `int32`, both as they come; row pointers at the end, as `int32` where they fit.
///
/// SciPy has no narrower indices, and AnnData's readers hand them to SciPy.
pub(super) struct CsrMatrix<S: Store> {
    path: String,
    data: S::Growing,
    indices: S::Growing,
    row_ptr: Vec<u64>,
    n_values: usize,
    bytes: Vec<u8>,
}

impl<S: Store> CsrMatrix<S> {
    pub(super) fn begin(
        store: &mut S,
        path: &str,
        n_cells: usize,
        n_genes: usize,
    ) -> Result<Self, WriteErrorKind> {
        let columns = i32::try_from(n_genes).map_err(|_| WriteErrorKind::TooManyGenes { found: n_genes })?;
        let shape = [i64::try_from(n_cells).unwrap_or(i64::MAX), i64::from(columns)];
        store.group(path, &[kind("csr_matrix"), version("0.1.0"), ("shape", Attribute::Integers(&shape))])?;
        let data = store.grow(&format!("{path}/data"), Element::F32)?;
        let indices = store.grow(&format!("{path}/indices"), Element::I32)?;
        Ok(Self { path: path.to_owned(), data, indices, row_ptr: vec![0], n_values: 0, bytes: Vec::new() })
    }

    pub(super) fn write(&mut self, store: &mut S, cells: &Block<Stored>) -> Result<(), WriteErrorKind> {
        let (row_ptr, genes, values) = cells.as_csr();
        let mut done = 0;
        while done < values.len() {
            // Up to the end of a chunk, so that the chunks of both arrays take turns whatever the size of a block.
            let end = values.len().min(done + S::CHUNK - self.n_values % S::CHUNK);
            self.bytes.clear();
            for value in &values[done..end] {
                self.bytes.extend_from_slice(&value.to_le_bytes());
            }
            store.push(&mut self.data, &self.bytes)?;
            self.bytes.clear();
            for gene in &genes[done..end] {
                // Below the number of genes, which fits.
                self.bytes.extend_from_slice(&gene.to_le_bytes());
            }
            store.push(&mut self.indices, &self.bytes)?;
            self.n_values += end - done;
            done = end;
        }
        let before = self.row_ptr.last().copied().unwrap_or_default();
        self.row_ptr.extend(row_ptr.iter().skip(1).map(|&end| before + end as u64));
        Ok(())
    }

    pub(super) fn finish(self, store: &mut S) -> Result<(), WriteErrorKind> {
        store.end(self.data)?;
        store.end(self.indices)?;
        let n_values = self.row_ptr.last().copied().unwrap_or_default();
        let path = format!("{}/indptr", self.path);
        if i32::try_from(n_values).is_ok() {
            let bytes: Vec<u8> = self.row_ptr.iter().flat_map(|&end| (end as i32).to_le_bytes()).collect();
            store.array(&path, Element::I32, &bytes)
        } else {
            let bytes: Vec<u8> = self.row_ptr.iter().flat_map(|&end| end.to_le_bytes()).collect();
            store.array(&path, Element::I64, &bytes)
        }
    }
}
