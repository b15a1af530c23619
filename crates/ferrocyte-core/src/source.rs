//! Where blocks of cells come from.

use crate::block::Block;
use crate::scale::Stored;

/// What went wrong in a source, as a chain of causes; the source's own crate knows the kinds.
pub type SourceError = Box<dyn std::error::Error + Send + Sync + 'static>;

/// A data set that is read in blocks of consecutive cells, as often as needed.
///
/// The files of `ferrocyte-io`, a `SciPy` matrix in memory and the `Vec` of a test are all sources; a flow does
/// not know which it has.
pub trait BlockSource: Send {
    /// Number of cells over all blocks.
    fn n_cells(&self) -> usize;

    /// Names of the genes, in column order, as the data has them: they may repeat.
    fn genes(&self) -> &[String];

    /// The next cells, or `None` after the last.
    ///
    /// # Errors
    /// What the source could not read, or found wrong in what it read.
    fn next_block(&mut self) -> Result<Option<Block<Stored>>, SourceError>;

    /// Starts again at the first cell.
    ///
    /// # Errors
    /// When the source cannot be read a second time.
    fn rewind(&mut self) -> Result<(), SourceError>;
}

/// Blocks that are already in memory.
#[derive(Debug, Clone)]
pub struct VecSource {
    genes: Vec<String>,
    blocks: Vec<Block<Stored>>,
    next: usize,
}

impl VecSource {
    /// Serves `blocks` in order.
    ///
    /// # Panics
    /// When a block does not have one column per gene.
    pub fn new(genes: Vec<String>, blocks: Vec<Block<Stored>>) -> Self {
        assert!(blocks.iter().all(|block| block.n_genes() == genes.len()), "one column per gene");
        Self { genes, blocks, next: 0 }
    }
}

impl BlockSource for VecSource {
    fn n_cells(&self) -> usize {
        self.blocks.iter().map(Block::n_cells).sum()
    }

    fn genes(&self) -> &[String] {
        &self.genes
    }

    fn next_block(&mut self) -> Result<Option<Block<Stored>>, SourceError> {
        let block = self.blocks.get(self.next).cloned();
        self.next += usize::from(block.is_some());
        Ok(block)
    }

    fn rewind(&mut self) -> Result<(), SourceError> {
        self.next = 0;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_source_can_be_read_twice() {
        let block = Block::<Stored>::new(1, vec![0, 1], vec![0], vec![1.0]).unwrap();
        let mut source = VecSource::new(vec!["A".into()], vec![block.clone(), block]);
        assert_eq!(source.n_cells(), 2);
        for _ in 0..2 {
            let mut cells = 0;
            while let Some(block) = source.next_block().unwrap() {
                cells += block.n_cells();
            }
            assert_eq!(cells, 2);
            source.rewind().unwrap();
        }
    }
}
