//! Rows as a file has them, and the block they become.

use ferrocyte_core::{Block, BlockError, Stored};

/// Memory of one value with its gene.
pub(crate) const VALUE_BYTES: usize = size_of::<u32>() + size_of::<f32>();

/// Consecutive cells in compressed rows, before they are checked: genes are below the number of genes, but may
/// be in any order and repeat; values may be anything.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct RawRows {
    /// Where each cell starts, from 0; one more than there are cells.
    pub(crate) row_ptr: Vec<usize>,
    pub(crate) gene: Vec<u32>,
    pub(crate) value: Vec<f32>,
}

/// Why rows are not a block; rows count from the first of them.
#[derive(Debug, PartialEq)]
pub(crate) enum RowsError {
    Value { row: usize, gene: u32, value: f32 },
    Block(BlockError),
}

impl RawRows {
    /// No cells, to which others are appended.
    pub(crate) fn of_no_cells() -> Self {
        Self { row_ptr: vec![0], gene: Vec::new(), value: Vec::new() }
    }

    /// Puts values that come gene by gene, `(cell, gene, value)`, in their cells, of which there are `n_cells`; genes come out as
    /// they came in.
    pub(crate) fn of_entries(n_cells: usize, entries: Vec<(u32, u32, f32)>) -> Self {
        let mut row_ptr = vec![0; n_cells + 1];
        for (cell, ..) in &entries {
            row_ptr[*cell as usize + 1] += 1;
        }
        for cell in 0..n_cells {
            row_ptr[cell + 1] += row_ptr[cell];
        }
        let mut place = row_ptr.clone();
        let mut rows = Self { gene: vec![0; entries.len()], value: vec![0.0; entries.len()], row_ptr };
        for (cell, gene, value) in entries {
            let place = &mut place[cell as usize];
            rows.gene[*place] = gene;
            rows.value[*place] = value;
            *place += 1;
        }
        rows
    }

    /// Sorts each cell by gene, sums what repeats, drops zeros, and checks every value.
    pub(crate) fn into_block(mut self, n_genes: usize) -> Result<Block<Stored>, RowsError> {
        // Nearly all rows are a block as they are.
        if self.value.iter().filter(|&&value| value == 0.0).count() == 0 {
            match Block::new_or_back(n_genes, self.row_ptr, self.gene, self.value) {
                Ok(block) => return Ok(block),
                Err((_, (row_ptr, gene, value))) => self = Self { row_ptr, gene, value },
            }
        }
        self.check_values()?;
        self.tidy();
        Block::new(n_genes, self.row_ptr, self.gene, self.value).map_err(RowsError::Block)
    }

    fn check_values(&self) -> Result<(), RowsError> {
        let wrong = self.value.iter().position(|value| !value.is_finite());
        let Some(position) = wrong else { return Ok(()) };
        let row = self.row_ptr.partition_point(|&start| start <= position).saturating_sub(1);
        Err(RowsError::Value { row, gene: self.gene[position], value: self.value[position] })
    }

    fn tidy(&mut self) {
        let mut cell: Vec<(u32, f32)> = Vec::new();
        let (mut start, mut written) = (0, 0);
        for end in &mut self.row_ptr[1..] {
            cell.clear();
            cell.extend(self.gene[start..*end].iter().copied().zip(self.value[start..*end].iter().copied()));
            cell.sort_by_key(|&(gene, _)| gene); // stable: what repeats is summed in the order of the file
            cell.dedup_by(|next, kept| {
                let same = next.0 == kept.0;
                if same {
                    kept.1 += next.1;
                }
                same
            });
            for &(gene, value) in cell.iter().filter(|(_, value)| *value != 0.0) {
                self.gene[written] = gene;
                self.value[written] = value;
                written += 1;
            }
            start = std::mem::replace(end, written);
        }
        self.gene.truncate(written);
        self.value.truncate(written);
    }
}

/// Where each cell starts, when cells have so many values each; one more than there are cells.
pub(crate) fn row_pointers(counts: &[u32]) -> Vec<usize> {
    let mut end = 0;
    let ends = counts.iter().map(|&count| {
        end += count as usize;
        end
    });
    std::iter::once(0).chain(ends).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_sorted_summed_and_without_zeros() {
        let rows = RawRows {
            row_ptr: vec![0, 4, 4, 6],
            gene: vec![3, 1, 3, 0, 2, 0],
            value: vec![1.0, 2.0, 4.0, 0.0, 5.0, -0.0],
        };
        let expected = Block::new(4, vec![0, 2, 2, 3], vec![1, 3, 2], vec![2.0, 5.0, 5.0]).unwrap();
        assert_eq!(rows.into_block(4).unwrap(), expected);
    }

    #[test]
    fn a_wrong_value_is_found_where_it_stands() {
        for wrong in [f32::NAN, f32::NEG_INFINITY, f32::INFINITY] {
            let rows =
                RawRows { row_ptr: vec![0, 1, 1, 3], gene: vec![0, 1, 3], value: vec![1.0, 1.0, wrong] };
            let found = rows.into_block(4).unwrap_err();
            assert!(
                matches!(found, RowsError::Value { row: 2, gene: 3, value } if value.to_bits() == wrong.to_bits())
            );
        }
    }

    #[test]
    fn duplicates_that_overflow_are_refused() {
        let rows = RawRows { row_ptr: vec![0, 2], gene: vec![1, 1], value: vec![f32::MAX; 2] };
        assert!(matches!(rows.into_block(4), Err(RowsError::Block(BlockError::Value { gene: 1, .. }))));
    }
}
