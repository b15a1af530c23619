//! A source without some of its genes.

use ferrocyte_core::{Block, BlockSource, SourceError, Stored};

/// Leaves out genes of another source.
pub(crate) struct KeptGenes {
    source: Box<dyn BlockSource>,
    genes: Vec<String>,
    /// For each gene of the source its column here; columns increase.
    columns: Vec<Option<u32>>,
}

impl KeptGenes {
    pub(crate) fn new(source: Box<dyn BlockSource>, genes: Vec<String>, columns: Vec<Option<u32>>) -> Self {
        Self { source, genes, columns }
    }
}

impl BlockSource for KeptGenes {
    fn n_cells(&self) -> usize {
        self.source.n_cells()
    }

    fn genes(&self) -> &[String] {
        &self.genes
    }

    fn next_block(&mut self) -> Result<Option<Block<Stored>>, SourceError> {
        let Some(block) = self.source.next_block()? else { return Ok(None) };
        let (mut row_ptr, mut genes, mut values) = (vec![0], Vec::new(), Vec::new());
        for cell in block.cells() {
            for (&gene, &value) in cell.genes.iter().zip(cell.values) {
                if let Some(column) = self.columns[gene as usize] {
                    genes.push(column);
                    values.push(value);
                }
            }
            row_ptr.push(genes.len());
        }
        Ok(Some(Block::new(self.genes.len(), row_ptr, genes, values)?))
    }

    fn rewind(&mut self) -> Result<(), SourceError> {
        self.source.rewind()
    }
}
