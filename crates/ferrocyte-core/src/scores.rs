//! What a model says of each cell.

/// One row of class probabilities (or scores) per cell, shape `(n_cells, n_labels)`, row by row in cell order.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Scores {
    n_labels: usize,
    data: Vec<f64>, // len n_cells * n_labels
}

impl Scores {
    /// All zeros.
    pub fn zeros(n_cells: usize, n_labels: usize) -> Self {
        Self { n_labels, data: vec![0.0; n_cells * n_labels] }
    }

    /// Takes row-major data.
    ///
    /// # Errors
    /// When the length is not a multiple of `n_labels`, or `n_labels` is zero.
    pub fn from_rows(n_labels: usize, data: Vec<f64>) -> Result<Self, ScoresError> {
        if n_labels == 0 || !data.len().is_multiple_of(n_labels) {
            return Err(ScoresError { n_labels, values: data.len() });
        }
        Ok(Self { n_labels, data })
    }

    /// Makes it `(n_cells, n_labels)` of zeros, keeping the memory it has.
    pub fn reset(&mut self, n_cells: usize, n_labels: usize) {
        self.n_labels = n_labels;
        self.data.clear();
        self.data.resize(n_cells * n_labels, 0.0);
    }

    /// Number of cells.
    pub fn n_cells(&self) -> usize {
        self.data.len().checked_div(self.n_labels).unwrap_or(0)
    }

    /// Number of labels.
    pub fn n_labels(&self) -> usize {
        self.n_labels
    }

    /// The values, row by row.
    pub fn as_slice(&self) -> &[f64] {
        &self.data
    }

    /// The values, row by row, to be filled.
    pub fn as_mut_slice(&mut self) -> &mut [f64] {
        &mut self.data
    }

    /// The row of a cell.
    ///
    /// # Panics
    /// When `cell` is not below [`n_cells`](Self::n_cells).
    pub fn row(&self, cell: usize) -> &[f64] {
        &self.data[cell * self.n_labels..(cell + 1) * self.n_labels]
    }

    /// The row of a cell, to be filled.
    ///
    /// # Panics
    /// When `cell` is not below [`n_cells`](Self::n_cells).
    pub fn row_mut(&mut self, cell: usize) -> &mut [f64] {
        &mut self.data[cell * self.n_labels..(cell + 1) * self.n_labels]
    }

    /// The rows in cell order.
    pub fn rows(&self) -> impl ExactSizeIterator<Item = &[f64]> {
        self.data.chunks_exact(self.n_labels.max(1))
    }

    /// Position of the largest value of a cell; the first of equals, so that ties are the same everywhere.
    ///
    /// # Panics
    /// When `cell` is not below [`n_cells`](Self::n_cells).
    pub fn best(&self, cell: usize) -> usize {
        let row = self.row(cell);
        (1..row.len()).fold(0, |best, i| if row[i] > row[best] { i } else { best })
    }
}

/// Values that do not form rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{values} values do not form rows of {n_labels} labels")]
pub struct ScoresError {
    /// Labels per row.
    pub n_labels: usize,
    /// Values given.
    pub values: usize,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_cells_and_ties_go_to_the_first() {
        let scores = Scores::from_rows(3, vec![0.2, 0.4, 0.4, 0.9, 0.1, 0.0]).unwrap();
        assert_eq!((scores.n_cells(), scores.best(0), scores.best(1)), (2, 1, 0));
        assert!(Scores::from_rows(0, vec![]).is_err());
        assert!(Scores::from_rows(2, vec![1.0]).is_err());
    }
}
