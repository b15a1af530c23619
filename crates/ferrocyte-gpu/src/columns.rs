//! Genes side by side with the genes of their token.

use ferrocyte_core::{Block, LogNorm};

/// Which column of a dense cell each gene has: token after token, all tokens as wide as the one with most genes. So one matrix
/// product per token does for any division of the genes. With one token, columns are genes.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Columns {
    tokens: usize,
    per_token: usize,
    column_of: Vec<usize>, // of each gene
}

impl Columns {
    /// For the token of each gene; empty where there is one token.
    pub(crate) fn new(n_genes: usize, tokens: usize, token_of: &[u32]) -> Self {
        let mut next = vec![0; tokens];
        let place: Vec<(usize, usize)> = (0..n_genes)
            .map(|gene| {
                let token = token_of.get(gene).map_or(0, |&token| token as usize);
                next[token] += 1;
                (token, next[token] - 1)
            })
            .collect();
        // A column that stays empty where there is no gene at all: devices know no empty matrices.
        let per_token = next.into_iter().max().unwrap_or(0).max(1);
        let column_of = place.into_iter().map(|(token, place)| token * per_token + place).collect();
        Self { tokens, per_token, column_of }
    }

    /// Columns of each token.
    pub(crate) fn per_token(&self) -> usize {
        self.per_token
    }

    /// Columns of all tokens.
    pub(crate) fn len(&self) -> usize {
        self.tokens * self.per_token
    }

    /// `n_rows` rows over genes to rows over columns; columns without a gene are 0.
    pub(crate) fn spread(&self, rows: &[f32], n_rows: usize) -> Vec<f32> {
        let n_genes = self.column_of.len();
        let mut spread = vec![0.0; n_rows * self.len()];
        for (row, values) in spread.chunks_exact_mut(self.len()).enumerate() {
            for (gene, &column) in self.column_of.iter().enumerate() {
                values[column] = rows[row * n_genes + gene];
            }
        }
        spread
    }

    /// Rows over columns to rows over genes.
    pub(crate) fn gather(&self, rows: &[f32]) -> Vec<f32> {
        let mut gathered = Vec::with_capacity(rows.len() / self.len() * self.column_of.len());
        for row in rows.chunks_exact(self.len()) {
            gathered.extend(self.column_of.iter().map(|&column| row[column]));
        }
        gathered
    }

    /// Cells of a block, one dense row each. This is the only place where cells are made dense, and only a batch of them.
    pub(crate) fn dense(&self, block: &Block<LogNorm>, cells: &[usize]) -> Vec<f32> {
        let mut dense = vec![0.0; cells.len() * self.len()];
        for (row, &cell) in dense.chunks_exact_mut(self.len()).zip(cells) {
            for (gene, value) in block.cell(cell) {
                row[self.column_of[gene as usize]] = value;
            }
        }
        dense
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn genes_stand_beside_those_of_their_token_and_come_back() {
        let columns = Columns::new(5, 2, &[1, 0, 1, 1, 0]);
        assert_eq!((columns.per_token(), columns.len()), (3, 6));
        let rows: Vec<f32> = (1_u8..=10).map(f32::from).collect();
        let spread = columns.spread(&rows, 2);
        assert_eq!(spread, [2.0, 5.0, 0.0, 1.0, 3.0, 4.0, 7.0, 10.0, 0.0, 6.0, 8.0, 9.0]);
        assert_eq!(columns.gather(&spread), rows);
        let block = Block::new(5, vec![0, 2, 3], vec![0, 4, 2], vec![1.5, 2.5, 3.5]).unwrap();
        let dense = columns.dense(&block, &[1, 0]);
        assert_eq!(dense, [0.0, 0.0, 0.0, 0.0, 3.5, 0.0, 0.0, 2.5, 0.0, 1.5, 0.0, 0.0]);
    }

    #[test]
    fn one_token_changes_nothing_and_no_gene_is_a_column_of_zeros() {
        let columns = Columns::new(3, 1, &[]);
        assert_eq!(columns.spread(&[1.0, 2.0, 3.0], 1), [1.0, 2.0, 3.0]);
        let none = Columns::new(0, 2, &[]);
        assert_eq!((none.len(), none.spread(&[], 3).len(), none.gather(&[0.0; 6]).len()), (2, 6, 0));
    }
}
