//! From the parts of a file to cells, genes and a matrix.

use std::path::Path;

use super::array::Array;
use super::cell_rows::CellRows;
use super::orientation::is_turned;
use super::parts::{Parts, n_values};
use super::{Outcome, unexpected};
use crate::frame::{Column, Frame};
use crate::matrix::MatrixInfo;
use crate::matrix_path::MatrixPath;
use crate::read_error::ReadErrorKind;

/// Cells or genes there may be for every byte of the file, as it is stored, and in any file: empty ones cost no bytes,
/// and equal ones next to none.
const MOST_PER_BYTE: usize = 8;
const MOST_IN_ANY_FILE: usize = 1 << 20;

/// Columns that are read, and how many values they may have: a pickle can mention one array many times.
const MOST_COLUMNS: usize = 64;
const MOST_COLUMN_VALUES_PER_BYTE: usize = 4;
const MOST_COLUMN_VALUES_IN_ANY_FILE: usize = 1 << 22;

/// A file that was read.
pub(super) struct Assembled {
    pub(super) obs: Frame,
    pub(super) var: Frame,
    pub(super) info: MatrixInfo,
    pub(super) rows: CellRows,
    pub(super) notes: Vec<String>,
}

/// Finds out which way round the matrix is, and checks that everything belongs together.
pub(super) fn assemble(path: &Path, n_bytes: usize, parts: Parts<'_>) -> Outcome<Assembled> {
    let Parts { matrix: (name, matrix), labels, genes, cells, others, mut notes } = parts;
    let (rows, columns) = matrix.shape();
    let most = MOST_IN_ANY_FILE.max(n_bytes.saturating_mul(MOST_PER_BYTE)).min(u32::MAX as usize);
    if rows.max(columns) > most {
        return Err(unexpected(
            &name,
            format!("at most {most} cells and genes"),
            format!("{rows} by {columns}"),
        ));
    }
    let said = |names: &Option<(String, Array)>| names.as_ref().and_then(|(_, array)| n_values(array));
    let of_cells = if cells.is_some() { &cells } else { &labels };
    let turned = is_turned(
        &name,
        (rows, columns),
        said(of_cells).zip(of_cells.as_ref()).map(|(n, (name, _))| (name.as_str(), n)),
        said(&genes).zip(genes.as_ref()).map(|(n, (name, _))| (name.as_str(), n)),
    )?;
    let (n_cells, n_genes) = if turned { (columns, rows) } else { (rows, columns) };
    if turned {
        notes.push(format!("`{name}` holds genes × cells, {rows} × {columns}; it was turned"));
    }
    let cell_names = match &cells {
        Some((name, array)) => index(name, array)?,
        None => (0..n_cells).map(|cell| cell.to_string()).collect(),
    };
    let gene_names = if let Some((name, array)) = &genes {
        index(name, array)?
    } else {
        notes.push(
            "the genes have no names in this file and are called `gene_0`, `gene_1`, ...; nothing can be matched by \
             name"
                .to_owned(),
        );
        (0..n_genes).map(|gene| format!("gene_{gene}")).collect()
    };
    let mut obs = Vec::new();
    let mut var = Vec::new();
    if let Some((name, array)) = &labels {
        if n_values(array) != Some(n_cells) {
            return Err(ReadErrorKind::Length {
                array: name.clone(),
                expected: n_cells as u64,
                meaning: "one per cell",
                found: n_values(array).unwrap_or(0) as u64,
            });
        }
        obs.push((name.clone(), array.to_column(name)?));
    }
    let mut left_out = Vec::new();
    let mut room = MOST_COLUMN_VALUES_IN_ANY_FILE.max(n_bytes.saturating_mul(MOST_COLUMN_VALUES_PER_BYTE));
    for (name, array) in &others {
        let n = n_values(array).filter(|&n| n <= room && obs.len() + var.len() < MOST_COLUMNS);
        let columns = match n {
            Some(n) if n == n_cells => &mut obs,
            Some(n) if n == n_genes => &mut var,
            _ => {
                left_out.push(format!("`{name}`"));
                continue;
            }
        };
        match array.to_column(name) {
            Ok(column) => columns.push((name.clone(), column)),
            Err(_) => left_out.push(format!("`{name}`")),
        }
        room -= n.unwrap_or(0);
    }
    if !left_out.is_empty() {
        notes.push(format!("left out, as no column of cells or genes: {}", left_out.join(", ")));
    }
    let storage = matrix.storage(turned);
    let dtype = matrix.dtype();
    let rows = matrix.into_rows(&name, turned)?;
    let info = MatrixInfo {
        path: MatrixPath::X,
        n_cells: n_cells as u64,
        n_genes: n_genes as u64,
        storage,
        dtype,
        n_non_zeros: match &rows {
            CellRows::InMemory(rows) if storage != crate::Storage::Dense => Some(rows.value.len() as u64),
            _ => None,
        },
    };
    Ok(Assembled {
        obs: Frame::in_memory(path, "obs", "one per cell", cell_names, obs),
        var: Frame::in_memory(path, "var", "one per gene", gene_names, var),
        info,
        rows,
        notes,
    })
}

/// Names of cells or genes, none of which may be missing.
fn index(object: &str, array: &Array) -> Outcome<Vec<String>> {
    let column: Column = array.to_column(object)?;
    let names: Option<Vec<String>> = column.to_names().into_iter().collect();
    names.ok_or_else(|| unexpected(object, "names", "one that is missing"))
}
