//! A matrix stored gene by gene: turned into rows once, in memory where it is small, else on the disk.

mod columns;
mod groups;
mod on_disk;
#[cfg(test)]
mod tests;

use columns::{Columns, GeneByGene};
use on_disk::RowsOnDisk;

use super::source::Rows;
use super::tree::Tree;
use crate::cell_store::CacheFolder;
use crate::read_error::ReadError;
use crate::row_group::RowGroup;
use crate::rows::{RawRows, VALUE_BYTES, row_pointers};

/// Bytes of values that are turned in memory. More go by way of the disk, with as many bytes for all that is done there.
const MOST_IN_MEMORY: usize = 256 << 20;

/// The rows of the CSC matrix at `object`, in order. It is read twice: once to count the values of each cell, once to
/// put them in place. Genes come out increasing within a cell.
pub(crate) fn csc_rows<F: Tree>(
    container: &F,
    object: &str,
    data: F::Array,
    indices: F::Array,
    indptr: &F::Array,
    n_cells: usize,
) -> Result<Box<dyn Rows>, ReadError> {
    let mut columns = Columns::new(container, object, data, indices, indptr)?;
    let counts = columns.count(n_cells)?;
    let n_values = counts.iter().map(|&count| count as usize).sum::<usize>();
    container.check_kept(object, n_values.saturating_mul(VALUE_BYTES))?;
    if n_values.saturating_mul(VALUE_BYTES) <= MOST_IN_MEMORY {
        return Ok(Box::new(turned_in_memory(&mut columns, &counts)?));
    }
    let folder = CacheFolder::new(None);
    Ok(Box::new(RowsOnDisk::turn(container.path(), &mut columns, counts, MOST_IN_MEMORY, folder.path())?))
}

/// All rows in memory.
fn turned_in_memory(columns: &mut impl GeneByGene, counts: &[u32]) -> Result<RowGroup, ReadError> {
    let row_ptr = row_pointers(counts);
    let n_values = row_ptr.last().copied().unwrap_or(0);
    let mut place = row_ptr.clone();
    let mut rows = RawRows { gene: vec![0; n_values], value: vec![0.0; n_values], row_ptr };
    columns.each(|cell, gene, value| {
        let place = &mut place[cell as usize];
        rows.gene[*place] = gene;
        rows.value[*place] = value;
        *place += 1;
        Ok(())
    })?;
    Ok(RowGroup::new(rows))
}
