//! Consecutive cells in CSR order.

use std::marker::PhantomData;
use std::ops::Range;

use crate::scale::{Counts, Scale, Stored};

/// Consecutive cells in CSR order, shape `(n_cells, n_genes)`.
///
/// ```text
/// 5 0 1 0      row_ptr  0    2 2    4
/// 0 0 0 0      gene     0 2    | 1 3
/// 0 2 0 7      value    5 1    | 2 7
/// ```
///
/// The scale of the values is part of the type: a [`Block<Counts>`](crate::Counts) becomes a
/// [`Block<LogNorm>`](crate::LogNorm) by [`into_log_norm`](Block::into_log_norm) and by nothing else; numbers as
/// [stored](crate::Stored) become either by functions that are named after what they take the numbers for.
#[derive(Debug, Clone, PartialEq)]
pub struct Block<S: Scale> {
    n_genes: usize,
    row_ptr: Vec<usize>, // len n_cells + 1, starts at 0, never decreases, ends at gene.len()
    gene: Vec<u32>,      // < n_genes, strictly increasing within a cell
    value: Vec<f32>,     // finite, not below S::LOWEST; same length as `gene`
    scale: PhantomData<S>,
}

/// `(row_ptr, gene, value)` of cells, as [`Block::new`] takes them.
pub type CsrArrays = (Vec<usize>, Vec<u32>, Vec<f32>);

/// The non-zeros of one cell, as two slices of the same length.
#[derive(Debug, Clone, Copy)]
pub struct Cell<'a> {
    /// Gene of each value, strictly increasing.
    pub genes: &'a [u32],
    /// The values, on the scale of the block.
    pub values: &'a [f32],
}

impl<S: Scale> Block<S> {
    /// Checks every invariant and takes the vectors as they are. `gene` and `value` hold the non-zeros of
    /// cell 0, then of cell 1, and so on; `row_ptr[i]..row_ptr[i + 1]` is the range of cell `i`.
    ///
    /// # Errors
    /// Says which cell breaks which rule: lengths that do not agree, a gene out of range, genes that do not
    /// increase within a cell, a value that is infinite, not a number, or negative where the scale has no such values.
    pub fn new(
        n_genes: usize,
        row_ptr: Vec<usize>,
        gene: Vec<u32>,
        value: Vec<f32>,
    ) -> Result<Self, BlockError> {
        if gene.len() != value.len() {
            return Err(BlockError::Lengths { genes: gene.len(), values: value.len() });
        }
        if row_ptr.first() != Some(&0) || row_ptr.last() != Some(&gene.len()) {
            return Err(BlockError::RowPtrEnds { non_zeros: gene.len() });
        }
        for (row, window) in row_ptr.windows(2).enumerate() {
            if window[0] > window[1] || window[1] > gene.len() {
                return Err(BlockError::RowPtrOrder { row });
            }
            let genes = &gene[window[0]..window[1]];
            // Counted to the end, here and below, and not left at the first fault: without a branch per value the
            // compiler checks many at once, and this runs over every value that is ever read.
            if genes.iter().zip(genes.iter().skip(1)).filter(|(gene, next)| gene >= next).count() > 0 {
                return Err(BlockError::GeneOrder { row });
            }
            // Increasing, so the last is the largest.
            if let Some(&last) = genes.last()
                && last as usize >= n_genes
            {
                return Err(BlockError::GeneRange { row, gene: last, n_genes });
            }
            let values = &value[window[0]..window[1]];
            let allowed = S::LOWEST..=f32::MAX;
            if values.iter().filter(|value| !allowed.contains(*value)).count() > 0
                && let Some(i) = values.iter().position(|value| !allowed.contains(value))
            {
                return Err(BlockError::Value { row, gene: genes[i], value: value[window[0] + i] });
            }
        }
        Ok(Self { n_genes, row_ptr, gene, value, scale: PhantomData })
    }

    /// Takes the vectors as they are where nothing is to be done to them: every rule of [`new`](Self::new) holds, and no value
    /// is zero. Gives them back otherwise, and `new` says what is wrong. One look at each value, and this is where every value
    /// that is ever read passes.
    ///
    /// # Errors
    /// The three vectors.
    pub fn if_tidy(
        n_genes: usize,
        row_ptr: Vec<usize>,
        gene: Vec<u32>,
        value: Vec<f32>,
    ) -> Result<Self, CsrArrays> {
        let ends =
            gene.len() == value.len() && row_ptr.first() == Some(&0) && row_ptr.last() == Some(&gene.len());
        let tidy = |window: &[usize]| match (gene.get(window[0]..window[1]), value.get(window[0]..window[1]))
        {
            (Some(genes), Some(values)) => is_tidy::<S>(n_genes, Cell { genes, values }),
            _ => false,
        };
        if ends && row_ptr.windows(2).all(tidy) {
            Ok(Self { n_genes, row_ptr, gene, value, scale: PhantomData })
        } else {
            Err((row_ptr, gene, value))
        }
    }

    /// A block without cells.
    pub fn empty(n_genes: usize) -> Self {
        Self { n_genes, row_ptr: vec![0], gene: Vec::new(), value: Vec::new(), scale: PhantomData }
    }

    /// Number of cells (rows).
    pub fn n_cells(&self) -> usize {
        self.row_ptr.len() - 1
    }

    /// Number of genes (columns).
    pub fn n_genes(&self) -> usize {
        self.n_genes
    }

    /// Number of values held.
    pub fn n_non_zeros(&self) -> usize {
        self.value.len()
    }

    /// The non-zeros of one cell.
    ///
    /// # Panics
    /// When `cell >= n_cells`.
    pub fn cell(&self, cell: usize) -> Cell<'_> {
        let range = self.row_ptr[cell]..self.row_ptr[cell + 1];
        Cell { genes: &self.gene[range.clone()], values: &self.value[range] }
    }

    /// The cells in order.
    pub fn cells(&self) -> impl ExactSizeIterator<Item = Cell<'_>> {
        (0..self.n_cells()).map(|cell| self.cell(cell))
    }

    /// The CSR arrays `(row_ptr, gene, value)`.
    pub fn as_csr(&self) -> (&[usize], &[u32], &[f32]) {
        (&self.row_ptr, &self.gene, &self.value)
    }

    /// Makes room for so many more cells and non-zeros, so that appending them copies nothing twice.
    pub fn reserve(&mut self, n_cells: usize, n_non_zeros: usize) {
        self.row_ptr.reserve_exact(n_cells);
        self.gene.reserve_exact(n_non_zeros);
        self.value.reserve_exact(n_non_zeros);
    }

    /// Appends the cells of `other`.
    ///
    /// # Panics
    /// When the two blocks have a different number of genes.
    pub fn append(&mut self, other: &Self) {
        assert_eq!(self.n_genes, other.n_genes, "blocks of one data set have the same genes");
        let offset = self.value.len();
        self.row_ptr.extend(other.row_ptr[1..].iter().map(|end| end + offset));
        self.gene.extend_from_slice(&other.gene);
        self.value.extend_from_slice(&other.value);
    }

    /// Copies the named cells, in the order given; a cell may be named more than once.
    ///
    /// # Panics
    /// When an index is not below `n_cells`.
    pub fn select_cells(&self, cells: &[usize]) -> Self {
        let non_zeros = cells.iter().map(|&cell| self.row_ptr[cell + 1] - self.row_ptr[cell]).sum();
        let mut selected = Self {
            n_genes: self.n_genes,
            row_ptr: Vec::with_capacity(cells.len() + 1),
            gene: Vec::with_capacity(non_zeros),
            value: Vec::with_capacity(non_zeros),
            scale: PhantomData,
        };
        selected.row_ptr.push(0);
        for &cell in cells {
            let Cell { genes, values } = self.cell(cell);
            selected.gene.extend_from_slice(genes);
            selected.value.extend_from_slice(values);
            selected.row_ptr.push(selected.value.len());
        }
        selected
    }

    /// Copies consecutive cells.
    ///
    /// # Panics
    /// When the range ends beyond the last cell.
    pub fn slice(&self, cells: Range<usize>) -> Self {
        let bounds = &self.row_ptr[cells.start..=cells.end];
        let (start, end) = (bounds[0], bounds[cells.len()]);
        Self {
            n_genes: self.n_genes,
            row_ptr: bounds.iter().map(|bound| bound - start).collect(),
            gene: self.gene[start..end].to_vec(),
            value: self.value[start..end].to_vec(),
            scale: PhantomData,
        }
    }

    /// Copies the named genes, as columns in the order given.
    ///
    /// # Panics
    /// When a gene is not below `n_genes`, or named twice.
    pub fn select_genes(&self, genes: &[u32]) -> Self {
        /// No gene has this column: there are fewer.
        const LEFT_OUT: u32 = u32::MAX;
        let mut column = vec![LEFT_OUT; self.n_genes];
        for (new, &gene) in (0_u32..).zip(genes) {
            let known = std::mem::replace(&mut column[gene as usize], new);
            assert!(known == LEFT_OUT, "gene {gene} is named twice");
        }
        let ascending = genes.is_sorted();
        let mut row_ptr = Vec::with_capacity(self.row_ptr.len());
        let (mut gene, mut value) = (Vec::new(), Vec::new());
        let longest = self.cells().map(|cell| cell.len()).max().unwrap_or(0);
        let (mut columns, mut values) = (vec![0; longest], vec![0.0; longest]);
        let mut entries: Vec<(u32, f32)> = Vec::new();
        row_ptr.push(0);
        for cell in self.cells() {
            // Written whether it stays or not, and written over where it does not: which genes a cell has is no pattern that a
            // processor could foresee.
            let mut n = 0;
            for (of_gene, of_cell) in cell.iter() {
                let new = column[of_gene as usize];
                (columns[n], values[n]) = (new, of_cell);
                n += usize::from(new != LEFT_OUT);
            }
            if ascending {
                gene.extend_from_slice(&columns[..n]);
                value.extend_from_slice(&values[..n]);
            } else {
                entries.clear();
                entries.extend(columns[..n].iter().copied().zip(values[..n].iter().copied()));
                entries.sort_unstable_by_key(|&(column, _)| column);
                gene.extend(entries.iter().map(|(column, _)| *column));
                value.extend(entries.iter().map(|(_, value)| *value));
            }
            row_ptr.push(gene.len());
        }
        Self { n_genes: genes.len(), row_ptr, gene, value, scale: PhantomData }
    }

    /// Leaves out genes that no cell has a value of, in place, and says which genes are left: they are the columns from now on.
    pub fn without_empty_genes(mut self) -> (Self, Vec<usize>) {
        let mut seen = vec![false; self.n_genes];
        for &gene in &self.gene {
            seen[gene as usize] = true;
        }
        let left: Vec<usize> = (0..self.n_genes).filter(|&gene| seen[gene]).collect();
        if left.len() < self.n_genes {
            let mut column = vec![0; self.n_genes];
            for (new, &gene) in (0_u32..).zip(&left) {
                column[gene] = new;
            }
            for gene in &mut self.gene {
                *gene = column[*gene as usize]; // in their order still
            }
            self.n_genes = left.len();
        }
        (self, left)
    }

    /// Changes every value of every cell in place; `change` gets the cell's index and its values.
    /// Only for the functions of this crate that move a block from one scale to another.
    pub(crate) fn map_cells<T: Scale>(mut self, mut change: impl FnMut(usize, &mut [f32])) -> Block<T> {
        for (cell, window) in self.row_ptr.windows(2).enumerate() {
            change(cell, &mut self.value[window[0]..window[1]]);
        }
        Block {
            n_genes: self.n_genes,
            row_ptr: self.row_ptr,
            gene: self.gene,
            value: self.value,
            scale: PhantomData,
        }
    }

    /// The CSR arrays, to make another block of.
    pub(crate) fn into_csr(self) -> CsrArrays {
        (self.row_ptr, self.gene, self.value)
    }

    /// Puts together a block whose invariants hold by construction.
    pub(crate) fn from_trusted(n_genes: usize, row_ptr: Vec<usize>, gene: Vec<u32>, value: Vec<f32>) -> Self {
        debug_assert!(Self::new(n_genes, row_ptr.clone(), gene.clone(), value.clone()).is_ok());
        Self { n_genes, row_ptr, gene, value, scale: PhantomData }
    }
}

/// Whether a cell can be taken as it is. Faults are counted to the end, in as many bits as the values have: without a branch
/// per value the compiler checks many at once.
fn is_tidy<S: Scale>(n_genes: usize, cell: Cell<'_>) -> bool {
    let Cell { genes, values } = cell;
    let pairs = genes.iter().zip(genes.iter().skip(1));
    let disorder = pairs.fold(0_u32, |n, (gene, next)| n + u32::from(gene >= next));
    let allowed = S::LOWEST..=f32::MAX;
    let zero_or_not_allowed = |value: &f32| u32::from(!allowed.contains(value)) | u32::from(*value == 0.0);
    let wrong = values.iter().fold(0_u32, |n, value| n + zero_or_not_allowed(value));
    // Increasing, so the last is the largest.
    disorder == 0 && wrong == 0 && genes.last().is_none_or(|&last| (last as usize) < n_genes)
}

impl Block<Stored> {
    /// Takes the numbers for counts.
    ///
    /// # Errors
    /// The first value that no count can be: one below zero.
    pub fn into_counts(self) -> Result<Block<Counts>, BlockError> {
        // Counted to the end: without a branch per value the compiler checks many at once.
        if self.value.iter().filter(|&&value| value < 0.0).count() > 0
            && let Some(at) = self.value.iter().position(|&value| value < 0.0)
        {
            let row = self.row_ptr.partition_point(|&start| start <= at).saturating_sub(1);
            return Err(BlockError::Value { row, gene: self.gene[at], value: self.value[at] });
        }
        Ok(self.map_cells(|_, _| ()))
    }
}

impl<'a> Cell<'a> {
    /// Number of values held.
    pub fn len(&self) -> usize {
        self.values.len()
    }

    /// Whether every gene is zero.
    pub fn is_empty(&self) -> bool {
        self.values.is_empty()
    }

    /// Sum of the values, in `f64`.
    pub fn total(&self) -> f64 {
        self.values.iter().map(|&value| f64::from(value)).sum()
    }

    /// `(gene, value)` pairs in gene order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (u32, f32)> + use<'a> {
        self.genes.iter().copied().zip(self.values.iter().copied())
    }
}

impl<'a> IntoIterator for Cell<'a> {
    type Item = (u32, f32);
    type IntoIter = std::iter::Zip<
        std::iter::Copied<std::slice::Iter<'a, u32>>,
        std::iter::Copied<std::slice::Iter<'a, f32>>,
    >;

    fn into_iter(self) -> Self::IntoIter {
        self.genes.iter().copied().zip(self.values.iter().copied())
    }
}

/// Why three vectors are not a block of cells. Rows count from the first cell of the block.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum BlockError {
    /// `gene` and `value` do not have one entry each per non-zero.
    #[error("{genes} gene indices but {values} values")]
    Lengths {
        /// Length of `gene`.
        genes: usize,
        /// Length of `value`.
        values: usize,
    },
    /// The row pointers do not span the non-zeros.
    #[error("row pointers must start at 0 and end at {non_zeros}, the number of values")]
    RowPtrEnds {
        /// Number of values.
        non_zeros: usize,
    },
    /// A row pointer is smaller than the one before it.
    #[error("row {row}: row pointers decrease")]
    RowPtrOrder {
        /// The row.
        row: usize,
    },
    /// Genes repeat or go backwards within a cell.
    #[error("row {row}: gene indices are not strictly increasing")]
    GeneOrder {
        /// The row.
        row: usize,
    },
    /// A gene index is too large.
    #[error("row {row}: gene index {gene} where there are {n_genes} genes")]
    GeneRange {
        /// The row.
        row: usize,
        /// The index found.
        gene: u32,
        /// Number of genes.
        n_genes: usize,
    },
    /// A value no expression matrix can hold.
    #[error("row {row}, gene index {gene}: expected a finite value that the scale allows, found {value}")]
    Value {
        /// The row.
        row: usize,
        /// The gene.
        gene: u32,
        /// The value found.
        value: f32,
    },
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drawing() -> Block<Counts> {
        Block::new(4, vec![0, 2, 2, 4], vec![0, 2, 1, 3], vec![5.0, 1.0, 2.0, 7.0]).unwrap()
    }

    #[test]
    fn genes_without_values_are_left_out_in_place() {
        let block = Block::<Counts>::new(5, vec![0, 2, 3], vec![1, 4, 1], vec![1.0, 2.0, 3.0]).unwrap();
        let (found, left) = block.clone().without_empty_genes();
        assert_eq!((&found, left.as_slice()), (&block.select_genes(&[1, 4]), [1, 4].as_slice()));
        assert_eq!(found.clone().without_empty_genes(), (found, vec![0, 1]));
    }

    #[test]
    fn the_drawing_in_the_documentation_is_right() {
        let block = drawing();
        assert_eq!((block.n_cells(), block.n_genes(), block.n_non_zeros()), (3, 4, 4));
        assert_eq!(block.cell(0).iter().collect::<Vec<_>>(), [(0, 5.0), (2, 1.0)]);
        assert!(block.cell(1).is_empty());
        assert_eq!(block.cell(2).total(), 9.0);
    }

    #[test]
    fn every_broken_rule_is_named_with_its_row() {
        type B = Block<Counts>;
        let bad = |row_ptr: &[usize], gene: &[u32], value: &[f32]| {
            B::new(4, row_ptr.to_vec(), gene.to_vec(), value.to_vec()).unwrap_err().to_string()
        };
        assert_eq!(bad(&[0, 1], &[0], &[]), "1 gene indices but 0 values");
        assert_eq!(bad(&[], &[], &[]), "row pointers must start at 0 and end at 0, the number of values");
        assert_eq!(bad(&[0, 2, 1, 3], &[0, 1, 2], &[1.0; 3]), "row 1: row pointers decrease");
        assert_eq!(bad(&[0, 9, 1], &[0], &[1.0]), "row 0: row pointers decrease");
        assert_eq!(bad(&[0, 2], &[1, 1], &[1.0; 2]), "row 0: gene indices are not strictly increasing");
        assert_eq!(bad(&[0, 1], &[4], &[1.0]), "row 0: gene index 4 where there are 4 genes");
        for value in [-1.0, f32::NAN, f32::INFINITY] {
            assert!(
                bad(&[0, 0, 1], &[3], &[value]).starts_with("row 1, gene index 3: expected a finite value")
            );
        }
    }

    #[test]
    fn what_is_tidy_is_taken_and_everything_else_comes_back() {
        let tidy = |row_ptr: &[usize], gene: &[u32], value: &[f32]| {
            let given = (row_ptr.to_vec(), gene.to_vec(), value.to_vec());
            let (row_ptr, gene, value) = given.clone();
            match Block::<Stored>::if_tidy(4, row_ptr, gene, value) {
                Ok(block) => {
                    // By the slow way there is nothing wrong with it either, and it is the same.
                    assert_eq!(Block::new(4, given.0, given.1, given.2.clone()).unwrap(), block);
                    assert!(!given.2.contains(&0.0));
                    true
                }
                Err(back) => {
                    assert_eq!((&back.0, &back.1), (&given.0, &given.1));
                    assert_eq!(back.2.len(), given.2.len());
                    false
                }
            }
        };
        assert!(tidy(&[0], &[], &[]));
        assert!(tidy(&[0, 2, 2, 4], &[0, 2, 1, 3], &[5.0, -1.0, 2.0, f32::MAX]));
        assert!(!tidy(&[], &[], &[]));
        assert!(!tidy(&[0, 1], &[0], &[]));
        assert!(!tidy(&[1, 1], &[0], &[1.0]));
        assert!(!tidy(&[0, 2, 1, 3], &[0, 1, 2], &[1.0; 3]));
        assert!(!tidy(&[0, 9, 1], &[0], &[1.0]));
        assert!(!tidy(&[0, 2], &[1, 1], &[1.0; 2]));
        assert!(!tidy(&[0, 2], &[2, 1], &[1.0; 2]));
        assert!(!tidy(&[0, 1], &[4], &[1.0]));
        for wrong in [0.0, -0.0, f32::NAN, f32::INFINITY, f32::NEG_INFINITY] {
            assert!(!tidy(&[0, 0, 1], &[3], &[wrong]), "{wrong}");
        }
        assert!(Block::<Counts>::if_tidy(4, vec![0, 1], vec![3], vec![-1.0]).is_err());
    }

    #[test]
    fn stored_numbers_become_counts_unless_one_is_negative() {
        let stored =
            |value: f32| Block::<Stored>::new(4, vec![0, 1, 1, 3], vec![2, 0, 3], vec![1.0, 2.0, value]);
        assert_eq!(stored(0.5).unwrap().into_counts().unwrap().cell(2).values, [2.0, 0.5]);
        let error = stored(-0.5).unwrap().into_counts().unwrap_err();
        assert_eq!(error, BlockError::Value { row: 2, gene: 3, value: -0.5 });
        assert!(stored(f32::NAN).is_err());
    }

    #[test]
    fn appending_and_selecting_are_inverse() {
        let block = drawing();
        let mut twice = block.clone();
        twice.append(&block);
        assert_eq!(twice.n_cells(), 6);
        assert_eq!(twice.select_cells(&[3, 4, 5]), block);
        assert_eq!(twice.select_cells(&[2, 2]).cell(1).iter().collect::<Vec<_>>(), [(1, 2.0), (3, 7.0)]);
    }

    #[test]
    fn genes_are_selected_in_the_order_they_are_named() {
        let block = drawing();
        let some = block.select_genes(&[1, 2]);
        assert_eq!((some.n_cells(), some.n_genes(), some.n_non_zeros()), (3, 2, 2));
        assert_eq!(some.cell(0).iter().collect::<Vec<_>>(), [(1, 1.0)]);
        let turned = block.select_genes(&[3, 2, 1, 0]);
        assert_eq!(turned.cell(0).iter().collect::<Vec<_>>(), [(1, 1.0), (3, 5.0)]);
        assert_eq!(turned.select_genes(&[3, 2, 1, 0]), block);
        assert_eq!(block.select_genes(&[]).n_cells(), 3);
        assert!(std::panic::catch_unwind(|| block.select_genes(&[1, 1])).is_err());
    }
}
