//! A table with genes in rows, served by cells.

use super::data_rows::DataRows;
use crate::read_error::ReadErrorKind;
use crate::rows::RawRows;

/// The non-zeros gene by gene, 8 bytes each, and how far each gene has been served.
pub(super) struct Turned {
    /// The genes in order, as they were read.
    parts: Vec<RawRows>,
    /// For each gene of each part: its first value that was not served.
    served: Vec<Vec<usize>>,
    next_cell: usize,
}

impl Turned {
    /// Reads the whole table.
    pub(super) fn read(mut genes: DataRows) -> Result<Self, ReadErrorKind> {
        let mut parts = Vec::new();
        let mut n_values = 0;
        while genes.left() > 0 {
            let mut part = genes.take_some(usize::MAX)?;
            n_values += part.gene.len();
            genes.check_kept(n_values)?;
            part.gene.shrink_to_fit();
            part.value.shrink_to_fit();
            parts.push(part);
        }
        let served = parts.iter().map(starts).collect();
        Ok(Self { parts, served, next_cell: 0 })
    }

    pub(super) fn rewind(&mut self) {
        self.served = self.parts.iter().map(starts).collect();
        self.next_cell = 0;
    }

    /// The next `n` cells, each with its genes in order.
    pub(super) fn take(&mut self, n: usize) -> RawRows {
        let (first, end) = (self.next_cell, self.next_cell + n);
        self.next_cell = end;
        // Columns of these parts are cells; each gene holds them in order.
        let mut row_ptr = vec![0; n + 1];
        for (part, served) in self.parts.iter().zip(&self.served) {
            for (gene, &from) in served.iter().enumerate() {
                let cells = &part.gene[from..part.row_ptr[gene + 1]];
                for &cell in cells.iter().take_while(|&&cell| (cell as usize) < end) {
                    row_ptr[cell as usize - first + 1] += 1;
                }
            }
        }
        for cell in 0..n {
            row_ptr[cell + 1] += row_ptr[cell];
        }
        let non_zeros = row_ptr[n];
        let mut rows = RawRows { gene: vec![0; non_zeros], value: vec![0.0; non_zeros], row_ptr };
        let mut free: Vec<usize> = rows.row_ptr[..n].to_vec();
        let mut number = 0;
        for (part, served) in self.parts.iter().zip(&mut self.served) {
            for (gene, from) in served.iter_mut().enumerate() {
                while *from < part.row_ptr[gene + 1] && (part.gene[*from] as usize) < end {
                    let place = &mut free[part.gene[*from] as usize - first];
                    rows.gene[*place] = number;
                    rows.value[*place] = part.value[*from];
                    *place += 1;
                    *from += 1;
                }
                number += 1;
            }
        }
        rows
    }
}

fn starts(part: &RawRows) -> Vec<usize> {
    part.row_ptr[..part.row_ptr.len() - 1].to_vec()
}
