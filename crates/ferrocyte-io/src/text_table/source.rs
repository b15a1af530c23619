//! The cells of a table, block by block.

use std::path::PathBuf;

use ferrocyte_core::{Block, BlockSource, SourceError, Stored};

use super::data_rows::DataRows;
use super::turned::Turned;
use crate::read_error::{ReadError, ReadErrorKind};
use crate::rows::RowsError;

/// The cells of a table in blocks.
pub(super) struct TextSource {
    path: PathBuf,
    n_cells: usize,
    genes: Vec<String>,
    block_cells: usize,
    next_cell: usize,
    rows: Rows,
}

/// Where the rows come from.
pub(super) enum Rows {
    /// Cells in rows: read as they are needed.
    AsTheyStand(DataRows),
    /// Genes in rows: in memory.
    Turned(Turned),
}

impl TextSource {
    pub(super) fn new(
        path: PathBuf,
        n_cells: usize,
        genes: Vec<String>,
        block_cells: usize,
        rows: Rows,
    ) -> Self {
        Self { path, n_cells, genes, block_cells: block_cells.max(1), next_cell: 0, rows }
    }

    fn block(&mut self, n_cells: usize) -> Result<Block<Stored>, ReadErrorKind> {
        let rows = match &mut self.rows {
            Rows::AsTheyStand(rows) => rows.take(n_cells)?,
            Rows::Turned(rows) => rows.take(n_cells),
        };
        rows.into_block(self.genes.len()).map_err(|error| {
            let source = match error {
                RowsError::Block(source) => source,
                RowsError::Value { row, gene, value } => {
                    ferrocyte_core::BlockError::Value { row, gene, value }
                }
            };
            ReadErrorKind::Block { first_cell: self.next_cell as u64, source }
        })
    }
}

impl BlockSource for TextSource {
    fn n_cells(&self) -> usize {
        self.n_cells
    }

    fn genes(&self) -> &[String] {
        &self.genes
    }

    fn next_block(&mut self) -> Result<Option<Block<Stored>>, SourceError> {
        let n_cells = self.block_cells.min(self.n_cells - self.next_cell);
        if n_cells == 0 {
            return Ok(None);
        }
        let block = self.block(n_cells).map_err(|kind| ReadError::new(&self.path, kind))?;
        self.next_cell += n_cells;
        Ok(Some(block))
    }

    fn rewind(&mut self) -> Result<(), SourceError> {
        self.next_cell = 0;
        match &mut self.rows {
            Rows::AsTheyStand(rows) => rows.rewind(),
            Rows::Turned(rows) => rows.rewind(),
        }
        Ok(())
    }
}
