//! Rows that have a value in nearly every column.

use ferrocyte_core::{Block, LogNorm};

/// A block of dense rows.
pub(super) fn block_of_rows(n_rows: usize, n_columns: usize, values: &[f32]) -> Block<LogNorm> {
    let (mut row_ptr, mut columns, mut kept) = (vec![0], Vec::new(), Vec::new());
    for row in 0..n_rows {
        let row = &values[row * n_columns..(row + 1) * n_columns];
        let found = (0_u32..).zip(row).filter(|(_, value)| **value != 0.0);
        for (column, &value) in found {
            columns.push(column);
            kept.push(value);
        }
        row_ptr.push(columns.len());
    }
    Block::new(n_columns, row_ptr, columns, kept).expect("columns rise within each row")
}
