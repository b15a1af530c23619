//! The cells of a reference, in memory or on disk.

use std::ops::Range;
use std::sync::{Arc, OnceLock};

use ferrocyte_core::{Block, CellStore, LogNorm, SomeCells, SourceError, Vocabulary};
use ferrocyte_io::cell_store::{CellPacker, CellStoreError, CellStoreWriter, PackedCells, StoredCells};

use crate::memory::Plan;

/// Cells that are copied at a time.
const PART: usize = 4096;
/// What a value takes in a block: its gene and itself.
const VALUE_BYTES: u64 = 8;

/// All cells of a reference. The same bits wherever they lie.
#[derive(Debug)]
pub(crate) enum Cells {
    Memory(Block<LogNorm>),
    Disk(StoredCells),
}

impl CellStore for Cells {
    fn n_cells(&self) -> usize {
        match self {
            Self::Memory(block) => block.n_cells(),
            Self::Disk(stored) => stored.n_cells(),
        }
    }

    fn n_genes(&self) -> usize {
        match self {
            Self::Memory(block) => block.n_genes(),
            Self::Disk(stored) => stored.n_genes(),
        }
    }

    fn n_non_zeros(&self) -> Result<u64, SourceError> {
        match self {
            Self::Memory(block) => Ok(block.n_non_zeros() as u64),
            Self::Disk(stored) => stored.n_non_zeros(),
        }
    }

    fn read(&self, cells: Range<usize>) -> Result<Block<LogNorm>, SourceError> {
        match self {
            Self::Memory(block) => CellStore::read(block, cells),
            Self::Disk(stored) => stored.read(cells),
        }
    }

    fn read_blocks(&self, cells: Range<usize>) -> Result<Vec<Block<LogNorm>>, SourceError> {
        match self {
            Self::Memory(block) => block.read_blocks(cells),
            Self::Disk(stored) => stored.read_blocks(cells),
        }
    }

    fn in_memory(&self) -> Option<&Block<LogNorm>> {
        match self {
            Self::Memory(block) => Some(block),
            Self::Disk(_) => None,
        }
    }
}

/// Some of the cells.
pub(crate) enum Selected<'a> {
    /// Copied: what is read many times is faster side by side.
    Copied(Block<LogNorm>),
    /// Read where they lie.
    Elsewhere(SomeCells<'a>),
}

impl Selected<'_> {
    pub(crate) fn as_store(&self) -> &dyn CellStore {
        match self {
            Self::Copied(block) => block,
            Self::Elsewhere(some) => some,
        }
    }
}

impl Cells {
    /// The cells at these positions, which ascend.
    pub(crate) fn select<'a>(&'a self, positions: &'a [usize]) -> Selected<'a> {
        match self {
            Self::Memory(block) => Selected::Copied(block.select_cells(positions)),
            Self::Disk(stored) => Selected::Elsewhere(SomeCells::new(stored, positions)),
        }
    }

    /// Copies the cells at these positions, in the order given, for what needs few of them.
    pub(crate) fn copy(&self, positions: &[usize]) -> Result<Block<LogNorm>, SourceError> {
        let stored = match self {
            Self::Memory(block) => return Ok(block.select_cells(positions)),
            Self::Disk(stored) => stored,
        };
        let mut ascending = positions.to_vec();
        ascending.sort_unstable();
        ascending.dedup();
        let mut found = Block::empty(stored.n_genes());
        for part in ascending.chunk_by(|one, next| one / PART == next / PART) {
            let (Some(&first), Some(&last)) = (part.first(), part.last()) else { continue };
            let block = stored.read(first..last + 1)?;
            found.append(&block.select_cells(&part.iter().map(|cell| cell - first).collect::<Vec<_>>()));
        }
        let places: Vec<usize> =
            positions.iter().map(|cell| ascending.partition_point(|other| other < cell)).collect();
        Ok(if places.is_sorted() && places.len() == ascending.len() {
            found
        } else {
            found.select_cells(&places)
        })
    }

    /// All cells in memory.
    pub(crate) fn into_block(self) -> Result<Block<LogNorm>, SourceError> {
        match self {
            Self::Memory(block) => Ok(block),
            Self::Disk(stored) => stored.read(0..stored.n_cells()),
        }
    }

    /// Number of values of each cell.
    pub(crate) fn values_of_cells(&self) -> Vec<usize> {
        match self {
            Self::Memory(block) => block.cells().map(|cell| cell.len()).collect(),
            Self::Disk(stored) => stored.values_of_cells().collect(),
        }
    }

    /// Leaves out the cells at these positions, which ascend.
    pub(crate) fn without(self, left_out: &[usize]) -> Self {
        if left_out.is_empty() {
            return self;
        }
        match self {
            Self::Memory(block) => {
                let kept = |cell: &usize| left_out.binary_search(cell).is_err();
                let kept: Vec<usize> = (0..block.n_cells()).filter(kept).collect();
                Self::Memory(block.select_cells(&kept))
            }
            Self::Disk(stored) => Self::Disk(stored.without_cells(left_out)),
        }
    }

    /// Leaves out genes without a value in any cell: a model can learn nothing about them.
    pub(crate) fn on_genes_with_values(self, genes: &Vocabulary) -> (Self, Vocabulary) {
        let name = |gene: usize| genes.names()[gene].as_str();
        match self {
            Self::Memory(block) => {
                let (block, left) = block.without_empty_genes();
                (Self::Memory(block), Vocabulary::of_distinct(left.into_iter().map(name)))
            }
            Self::Disk(stored) => {
                let (stored, left) = stored.without_empty_genes();
                (Self::Disk(stored), Vocabulary::of_distinct(left.into_iter().map(name)))
            }
        }
    }
}

/// Cells as they are read: in memory until they are too many.
pub(crate) struct CellsSoFar<'a> {
    n_genes: usize,
    expected: usize,
    plan: &'a Plan,
    door: &'a Door,
    place: SoFar,
}

enum SoFar {
    Memory(InMemory),
    Disk(CellStoreWriter),
}

/// Cells in memory, side by side.
struct InMemory {
    row_ptr: Vec<usize>,
    genes: Vec<u32>,
    values: Vec<f32>,
}

impl InMemory {
    fn new() -> Self {
        Self { row_ptr: vec![0], genes: Vec::new(), values: Vec::new() }
    }

    fn append(&mut self, block: &Block<LogNorm>) {
        let (row_ptr, genes, values) = block.as_csr();
        let offset = self.values.len();
        self.row_ptr.extend(row_ptr[1..].iter().map(|end| end + offset));
        // Memory that nobody had before costs more than the copy: two threads get theirs at a time.
        rayon::join(|| self.genes.extend_from_slice(genes), || self.values.extend_from_slice(values));
    }

    fn finish(self, n_genes: usize) -> Block<LogNorm> {
        Block::new(n_genes, self.row_ptr, self.genes, self.values)
            .expect("parts of it were blocks of these genes")
    }
}

/// Where all threads bring cells: it knows whether they are to be packed.
#[derive(Default)]
pub(crate) struct Door {
    packer: OnceLock<Arc<CellPacker>>,
}

/// Cells that came through the door, to be put in their order.
pub(crate) enum Arrived {
    Block(Block<LogNorm>),
    Packed(PackedCells),
}

impl Door {
    /// Packs cells where those of before them had too little room in memory.
    pub(crate) fn bring(&self, cells: Block<LogNorm>) -> Result<Arrived, CellStoreError> {
        match self.packer.get() {
            Some(packer) => packer.pack(&cells).map(Arrived::Packed),
            None => Ok(Arrived::Block(cells)),
        }
    }
}

impl<'a> CellsSoFar<'a> {
    /// Waits for about so many cells, which come through a door of their own.
    pub(crate) fn new(n_genes: usize, expected: usize, plan: &'a Plan, door: &'a Door) -> Self {
        Self { n_genes, expected, plan, door, place: SoFar::Memory(InMemory::new()) }
    }

    /// Keeps the next cells.
    pub(crate) fn append(&mut self, arrived: Arrived) -> Result<(), CellStoreError> {
        match (&mut self.place, arrived) {
            (SoFar::Memory(cells), Arrived::Block(block)) => {
                let values = (cells.values.len() + block.n_non_zeros()) as u64;
                if values * VALUE_BYTES <= self.plan.most_in_memory {
                    cells.append(&block);
                    return Ok(());
                }
                let mut writer = CellStoreWriter::create(self.n_genes, self.expected, &self.plan.folder)?;
                let cells = std::mem::replace(cells, InMemory::new());
                writer.append(&cells.finish(self.n_genes))?;
                writer.append(&block)?;
                self.door.packer.get_or_init(|| writer.packer());
                self.place = SoFar::Disk(writer);
                Ok(())
            }
            (SoFar::Disk(writer), Arrived::Block(block)) => writer.append(&block),
            (SoFar::Disk(writer), Arrived::Packed(packed)) => {
                writer.append_packed(packed);
                Ok(())
            }
            (SoFar::Memory(_), Arrived::Packed(_)) => unreachable!("the door packs for the disk alone"),
        }
    }

    /// Forgets all cells: they come again.
    pub(crate) fn start_again(&mut self) {
        match &mut self.place {
            SoFar::Memory(cells) => *cells = InMemory::new(),
            SoFar::Disk(writer) => writer.start_again(),
        }
    }

    /// All cells.
    pub(crate) fn finish(self) -> Cells {
        match self.place {
            SoFar::Memory(cells) => Cells::Memory(cells.finish(self.n_genes)),
            SoFar::Disk(writer) => Cells::Disk(writer.finish()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Cell `i` has the values 1 to 4 of genes `i % 5`, and so on in twos; gene 3 has none.
    fn cells() -> Block<LogNorm> {
        let gene = (0..30_u32).flat_map(|cell| [cell % 3, 4 + cell % 5, 9]);
        let value = (0..90).map(|i| (i % 4 + 1) as f32).collect();
        Block::new(10, (0..=30).map(|cell| 3 * cell).collect(), gene.collect(), value).unwrap()
    }

    #[test]
    fn nothing_depends_on_where_cells_lie() {
        let block = cells();
        let genes = Vocabulary::new((0..10).map(|gene| format!("G{gene}")).collect()).unwrap();
        let kept = |most: u64| {
            let plan = Plan { most_in_memory: most, ..Plan::in_memory() };
            let door = Door::default();
            let mut so_far = CellsSoFar::new(10, 30, &plan, &door);
            let append = |so_far: &mut CellsSoFar, block| so_far.append(door.bring(block).unwrap()).unwrap();
            append(&mut so_far, block.clone());
            so_far.start_again();
            for start in [0, 10, 20] {
                append(&mut so_far, CellStore::read(&block, start..start + 10).unwrap());
            }
            so_far.finish()
        };
        for (most, in_memory) in [(u64::MAX, true), (500, false), (0, false)] {
            let cells = kept(most);
            assert_eq!(cells.in_memory().is_some(), in_memory, "{most}");
            assert_eq!(cells.values_of_cells(), [3; 30]);
            let (cells, left) = cells.on_genes_with_values(&genes);
            assert_eq!((left.len(), left.names()[3].as_str()), (9, "G4"));
            let cells = cells.without(&[0, 7, 29]);
            let positions = [26, 3, 3, 0];
            let expected = [28, 4, 4, 1];
            let on_left = block.select_genes(&[0, 1, 2, 4, 5, 6, 7, 8, 9]);
            assert_eq!(cells.copy(&positions).unwrap(), on_left.select_cells(&expected));
            assert_eq!((cells.n_cells(), cells.n_genes(), cells.n_non_zeros().unwrap()), (27, 9, 81));
            let ascending = [0, 3, 26];
            let some = cells.select(&ascending);
            assert_eq!(some.as_store().read(0..3).unwrap(), on_left.select_cells(&[1, 4, 28]));
            let rest: Vec<usize> = (0..30).filter(|cell| ![0, 7, 29].contains(cell)).collect();
            assert_eq!(cells.into_block().unwrap(), on_left.select_cells(&rest));
        }
    }
}
