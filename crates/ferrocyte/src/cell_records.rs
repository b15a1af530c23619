//! What was decided of each cell: small records of one length, most of them on the disk.

use std::io;
use std::ops::Range;

use ferrocyte_io::Spill;
use ferrocyte_learn::decide::Unassigned;

/// What was decided of a cell, as it is written: codes, and numbers as they go into columns.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct CellRecord {
    /// Code of the label, or why there is none.
    pub(crate) label: Result<u32, Unassigned>,
    pub(crate) runner_up: Option<u32>,
    pub(crate) confidence: f32,
    /// Share of the model's members that gave the label; not a number where it has none.
    pub(crate) agreement: f32,
    /// How much the cell is like no label; not a number where nobody knows.
    pub(crate) strangeness: f32,
    /// Number of the prediction set.
    pub(crate) set: Option<u32>,
    /// The narrowest name that the cell is sure of: its node, whether that is the label itself, its probability.
    pub(crate) backed_off: Option<(u32, bool, f32)>,
    /// The node of each level.
    pub(crate) levels: Vec<Option<u32>>,
}

/// Stands for nothing.
const NONE: u32 = u32::MAX;
/// Why a cell has no label, as codes below [`NONE`].
const REASONS: [Unassigned; 3] = [Unassigned::EmptyCell, Unassigned::NoModelGenes, Unassigned::Unknown];
/// Words of four bytes before the levels.
const WORDS: usize = 9;

/// The records of all cells, in their order.
#[derive(Debug)]
pub(crate) struct CellRecords {
    kept: Spill,
    n_levels: usize,
    len: usize,
}

impl CellRecords {
    /// Of cells with so many levels of wider names.
    pub(crate) fn new(n_levels: usize) -> Self {
        Self { kept: Spill::default(), n_levels, len: 0 }
    }

    /// Number of cells.
    pub(crate) fn len(&self) -> usize {
        self.len
    }

    /// Adds the next cell, with as many levels as all.
    pub(crate) fn push(&mut self, record: &CellRecord) -> io::Result<()> {
        let label = match record.label {
            Ok(label) => label,
            Err(reason) => NONE - 1 - REASONS.iter().position(|known| *known == reason).unwrap_or(0) as u32,
        };
        let (node, is_label, probability) = record.backed_off.unwrap_or((NONE, false, f32::NAN));
        let words = [
            label,
            record.runner_up.unwrap_or(NONE),
            record.confidence.to_bits(),
            record.agreement.to_bits(),
            record.strangeness.to_bits(),
            record.set.unwrap_or(NONE),
            node,
            u32::from(is_label),
            probability.to_bits(),
        ];
        let levels =
            (0..self.n_levels).map(|level| record.levels.get(level).copied().flatten().unwrap_or(NONE));
        let bytes: Vec<u8> = words.into_iter().chain(levels).flat_map(u32::to_le_bytes).collect();
        self.len += 1;
        self.kept.push(&bytes)
    }

    /// Forgets all cells: they come again.
    pub(crate) fn clear(&mut self) {
        self.kept.clear();
        self.len = 0;
    }

    /// The records of some cells, which there are.
    pub(crate) fn range(&self, cells: Range<usize>) -> io::Result<Vec<CellRecord>> {
        let size = (WORDS + self.n_levels) * size_of::<u32>();
        let mut bytes = vec![0; cells.len() * size];
        self.kept.read((cells.start * size) as u64, &mut bytes)?;
        Ok(bytes.chunks_exact(size).map(CellRecord::from_bytes).collect())
    }
}

impl CellRecord {
    fn from_bytes(bytes: &[u8]) -> Self {
        let word = |at: usize| {
            let word = bytes.get(at * size_of::<u32>()..).and_then(|bytes| bytes.first_chunk());
            word.map_or(NONE, |word| u32::from_le_bytes(*word))
        };
        let code = |at: usize| Some(word(at)).filter(|&code| code != NONE);
        let number = |at: usize| f32::from_bits(word(at));
        let reason = (NONE - 1).checked_sub(word(0)).and_then(|reason| REASONS.get(reason as usize));
        Self {
            label: reason.map_or(Ok(word(0)), |reason| Err(*reason)),
            runner_up: code(1),
            confidence: number(2),
            agreement: number(3),
            strangeness: number(4),
            set: code(5),
            backed_off: code(6).map(|node| (node, word(7) != 0, number(8))),
            levels: (WORDS..bytes.len() / size_of::<u32>()).map(code).collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_come_back_as_they_were() {
        let record = |cell: u32| CellRecord {
            label: if cell % 4 == 3 { Err(REASONS[(cell / 4 % 3) as usize]) } else { Ok(cell) },
            runner_up: (!cell.is_multiple_of(3)).then_some(cell + 1),
            confidence: cell as f32 / 7.0,
            agreement: 0.5,
            strangeness: 1.0 - cell as f32,
            set: (!cell.is_multiple_of(5)).then_some(cell / 2),
            backed_off: cell.is_multiple_of(2).then_some((cell, cell.is_multiple_of(4), 0.75)),
            levels: vec![Some(cell), None, Some(0)],
        };
        let mut records = CellRecords::new(3);
        for _ in 0..2 {
            records.clear();
            (0..50_000).for_each(|cell| records.push(&record(cell)).unwrap());
        }
        assert_eq!(records.len(), 50_000);
        for range in [0..3, 20_000..20_013, 49_990..50_000] {
            let expected: Vec<CellRecord> = range.clone().map(|cell| record(cell as u32)).collect();
            assert_eq!(records.range(range).unwrap(), expected);
        }
    }
}
