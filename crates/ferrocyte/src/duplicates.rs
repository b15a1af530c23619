//! Cells that are in the data more than once.

use std::io;

use ferrocyte_core::{Block, Scale, Warning};
use ferrocyte_io::Spill;
use rayon::prelude::*;

/// Cells with counts in fewer genes are the same by chance too often to be called copies under another name.
const FEWEST_GENES: u32 = 10;

/// Sets that are named in a sentence.
const SHOWN: usize = 3;

/// What identifies the counts of a cell: a hash over genes by name and counts, whatever the order of the genes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Fingerprint {
    hash: [u64; 2],
    genes: u32,
}

/// Hashes of the names of a file's genes.
pub(crate) struct GeneHashes(Vec<u64>);

impl GeneHashes {
    pub(crate) fn of(genes: &[String]) -> Self {
        Self(genes.iter().map(|name| hash_of(name)).collect())
    }

    /// The fingerprint of each cell of a block on these genes.
    pub(crate) fn fingerprints<S: Scale>(&self, block: &Block<S>) -> Vec<Fingerprint> {
        block
            .cells()
            .map(|cell| {
                // Sums do not depend on the order, so neither does the fingerprint.
                let hash = cell.iter().fold([0_u64; 2], |[one, two], (gene, count)| {
                    let (low, high) = both_halves(self.0[gene as usize], count.to_bits());
                    [one.wrapping_add(low), two.wrapping_add(high)]
                });
                Fingerprint { hash, genes: cell.len() as u32 }
            })
            .collect()
    }
}

/// FNV-1a, <https://datatracker.ietf.org/doc/html/draft-eastlake-fnv-17>.
pub(crate) fn hash_of(name: &str) -> u64 {
    name.bytes()
        .fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

/// A gene and a count as 128 bits that look like chance: one product of two 64-bit numbers that each depend on both. It is made
/// for every value that is read, so it must cost next to nothing.
fn both_halves(gene: u64, count: u32) -> (u64, u64) {
    // Odd, without any pattern: the digits of the golden ratio and of SplitMix64's second multiplier.
    let one = gene ^ u64::from(count).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let other = gene.rotate_left(32) ^ u64::from(count).wrapping_add(1).wrapping_mul(0x94d0_49bb_1331_11eb);
    let product = u128::from(one) * u128::from(other);
    (product as u64, (product >> 64) as u64)
}

/// Sets of cells with the same counts, in the order of their first cells.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Duplicates {
    /// Positions of the cells of each set, ascending; at least two.
    pub(crate) sets: Vec<Vec<usize>>,
    /// How many cells have the counts and the name of an earlier one.
    pub(crate) same_name: usize,
    /// How many cells have the counts of an earlier one under another name.
    pub(crate) other_name: usize,
}

/// Finds the cells with the same counts. Cells without counts are no copies of each other, and cells with counts in
/// few genes only where the name is the same too.
pub(crate) fn find(fingerprints: &[Fingerprint], name_of: impl Fn(usize) -> String) -> Duplicates {
    let mut order: Vec<(Fingerprint, usize)> = fingerprints.iter().copied().zip(0..).collect();
    let mut found = Duplicates::default();
    found.add(&mut order, &name_of);
    found.sets.sort_unstable();
    found
}

/// The fingerprints of many cells, in their order, which may lie on the disk.
#[derive(Debug, Default)]
pub(crate) struct Fingerprints {
    kept: Spill,
    n: usize,
}

impl Fingerprints {
    /// Bytes of one.
    const BYTES: usize = 20;
    /// Fingerprints that are compared at a time, about.
    const PART: usize = 1 << 16;
    /// Fingerprints that are read at a time.
    const STEP: usize = 1 << 14;

    /// Adds those of the next cells.
    pub(crate) fn extend(&mut self, fingerprints: &[Fingerprint]) -> io::Result<()> {
        let mut bytes = Vec::with_capacity(fingerprints.len() * Self::BYTES);
        for Fingerprint { hash: [one, two], genes } in fingerprints {
            bytes.extend_from_slice(&one.to_le_bytes());
            bytes.extend_from_slice(&two.to_le_bytes());
            bytes.extend_from_slice(&genes.to_le_bytes());
        }
        self.n += fingerprints.len();
        self.kept.push(&bytes)
    }

    /// Forgets all cells: they come again.
    pub(crate) fn clear(&mut self) {
        self.kept.clear();
        self.n = 0;
    }

    /// Finds the cells with the same counts, as [`find`] does; of their sets only the first few are kept. Equal cells have
    /// equal hashes: cells of a part of all hashes are compared at a time.
    pub(crate) fn copies(&self, name_of: impl Fn(usize) -> String) -> io::Result<Duplicates> {
        self.copies_in_parts((self.n / Self::PART + 1).next_power_of_two() as u64, name_of)
    }

    fn copies_in_parts(&self, parts: u64, name_of: impl Fn(usize) -> String) -> io::Result<Duplicates> {
        let mut found = Duplicates::default();
        for part in 0..parts {
            let mut cells = Vec::new();
            let mut bytes = Vec::new();
            for start in (0..self.n).step_by(Self::STEP) {
                let n = Self::STEP.min(self.n - start);
                bytes.resize(n * Self::BYTES, 0);
                self.kept.read((start * Self::BYTES) as u64, &mut bytes)?;
                let of_part = (bytes.as_chunks().0.iter().map(Fingerprint::from_bytes).zip(start..))
                    .filter(|(fingerprint, _)| fingerprint.hash[0] % parts == part);
                cells.extend(of_part);
            }
            found.add(&mut cells, &name_of);
            found.sets.sort_unstable();
            found.sets.truncate(SHOWN);
        }
        Ok(found)
    }
}

impl Fingerprint {
    fn from_bytes(bytes: &[u8; Fingerprints::BYTES]) -> Self {
        let number = |at: usize| bytes[at..].first_chunk().map_or(0, |bytes| u64::from_le_bytes(*bytes));
        let genes = bytes.last_chunk().map_or(0, |bytes| u32::from_le_bytes(*bytes));
        Self { hash: [number(0), number(8)], genes }
    }
}

impl Duplicates {
    /// Adds the sets among some cells; cells of other fingerprints may come later.
    fn add(&mut self, cells: &mut Vec<(Fingerprint, usize)>, name_of: &impl Fn(usize) -> String) {
        cells.retain(|(fingerprint, _)| fingerprint.genes > 0);
        cells.par_sort_unstable();
        for same in cells.chunk_by(|(a, _), (b, _)| a == b).filter(|same| same.len() > 1) {
            let mut by_name: Vec<(String, usize)> =
                same.iter().map(|&(_, cell)| (name_of(cell), cell)).collect();
            by_name.sort_unstable();
            let sets = || by_name.chunk_by(|(a, _), (b, _)| a == b);
            let names = sets().count();
            self.same_name += same.len() - names;
            if same[0].0.genes >= FEWEST_GENES {
                self.other_name += names - 1;
                self.sets.push(same.iter().map(|&(_, cell)| cell).collect());
            } else {
                self.sets.extend(
                    sets().filter(|set| set.len() > 1).map(|set| set.iter().map(|&(_, cell)| cell).collect()),
                );
            }
        }
    }
}

impl Duplicates {
    /// Moves positions to where the cells are without others, whose positions ascend and which are no copies.
    pub(crate) fn without_others(&mut self, others: &[usize]) {
        for cell in self.sets.iter_mut().flatten() {
            *cell -= others.partition_point(|other| other < cell);
        }
    }

    /// How many cells are copies of an earlier one.
    pub(crate) fn copies(&self) -> usize {
        self.same_name + self.other_name
    }

    /// The first few sets, each by its first two cells: ``` `a` and `b` ```.
    pub(crate) fn examples(&self, place_of: impl Fn(usize) -> String) -> Vec<String> {
        let example = |set: &Vec<usize>| format!("{} and {}", place_of(set[0]), place_of(set[1]));
        self.sets.iter().take(SHOWN).map(example).collect()
    }

    /// What is to be said of them; `place_of` names a cell and its file.
    pub(crate) fn warning(&self, place_of: impl Fn(usize) -> String) -> Option<Warning> {
        if self.sets.is_empty() {
            return None;
        }
        let names = match (self.same_name, self.other_name) {
            (_, 0) => "under the same name".to_owned(),
            (0, _) => "under other names".to_owned(),
            (same, other) => format!("{same} under the same name, {other} under other names"),
        };
        let message = format!(
            "{} cells have exactly the counts of another cell, {names}: for example {}",
            self.copies(),
            self.examples(place_of).join("; ")
        );
        Some(Warning::new("duplicate-cells", message).with_hint(
            "copies count twice, and one that is trained on makes the other easy to label: leave them out with --drop-copies",
        ))
    }

    /// What is to be said where copies stand in different folds; `fold_of` says where a cell is held out.
    pub(crate) fn leakage(&self, fold_of: impl Fn(usize) -> usize) -> Option<Warning> {
        let split = |set: &&Vec<usize>| set.iter().any(|&cell| fold_of(cell) != fold_of(set[0]));
        let sets = self.sets.iter().filter(split).count();
        (sets > 0).then(|| {
            let times = crate::hint::times(sets);
            Warning::new(
                "copies-across-folds",
                format!(
                    "identical cells stand on both sides of a split, {times}: the model is scored on cells that it \
                     was trained on, so this score flatters"
                ),
            )
            .with_hint("leave the copies out with --drop-copies, or keep them together with --group")
        })
    }
}

#[cfg(test)]
mod tests {
    use ferrocyte_core::Counts;

    use super::*;

    fn genes(names: &[&str]) -> GeneHashes {
        GeneHashes::of(&names.iter().map(ToString::to_string).collect::<Vec<_>>())
    }

    fn block(rows: &[&[f32]]) -> Block<Counts> {
        let mut row_ptr = vec![0];
        let (mut gene, mut value) = (Vec::new(), Vec::new());
        for row in rows {
            for (i, &count) in row.iter().enumerate().filter(|(_, count)| **count != 0.0) {
                gene.push(i as u32);
                value.push(count);
            }
            row_ptr.push(gene.len());
        }
        Block::new(rows[0].len(), row_ptr, gene, value).unwrap()
    }

    #[test]
    fn fingerprints_know_genes_by_name_and_not_by_place() {
        let one = genes(&["A", "B", "C"]).fingerprints(&block(&[&[1.0, 2.0, 0.0], &[2.0, 1.0, 0.0]]));
        let other = genes(&["C", "X", "B", "A"]).fingerprints(&block(&[&[0.0, 0.0, 2.0, 1.0]]));
        assert_eq!(one[0], other[0]);
        assert_ne!(one[0], one[1]);
    }

    #[test]
    fn copies_are_told_from_cells_that_are_the_same_by_chance() {
        let names: Vec<String> = (0..12).map(|i| format!("G{i}")).collect();
        let full: Vec<f32> = (1..=12).map(|i| i as f32).collect();
        let mut other = full.clone();
        other[3] = 9.0;
        let (few, empty) = ([vec![1.0], vec![0.0; 11]].concat(), vec![0.0; 12]);
        let rows: [&[f32]; 9] = [&full, &few, &other, &full, &few, &empty, &empty, &few, &full];
        let prints = GeneHashes::of(&names).fingerprints(&block(&rows));
        let cells = ["a", "b", "c", "d", "e", "f", "g", "b", "a"];
        let found = find(&prints, |cell| cells[cell].to_owned());
        assert_eq!(found.sets, [vec![0, 3, 8], vec![1, 7]]);
        let mut kept = Fingerprints::default();
        prints.chunks(4).for_each(|some| kept.extend(some).unwrap());
        for parts in [1, 2, 8] {
            assert_eq!(
                kept.copies_in_parts(parts, |cell| cells[cell].to_owned()).unwrap(),
                found,
                "{parts} parts"
            );
        }
        assert_eq!((found.same_name, found.other_name, found.copies()), (2, 1, 3));
        let warning = found.warning(|cell| format!("`{}`", cells[cell])).unwrap();
        assert_eq!(
            warning.message,
            "3 cells have exactly the counts of another cell, 2 under the same name, 1 under other names: for \
             example `a` and `d`; `b` and `b`"
        );
        assert!(found.leakage(|_| 0).is_none());
        assert!(found.leakage(|cell| cell % 2).unwrap().message.contains("a split, once: the"));
    }

    #[test]
    fn different_cells_are_no_copies() {
        let names: Vec<String> = (0..12).map(|i| format!("G{i}")).collect();
        let rows: Vec<Vec<f32>> =
            (0..50).map(|cell| (0..12).map(|gene| (cell + gene) as f32).collect()).collect();
        let rows: Vec<&[f32]> = rows.iter().map(Vec::as_slice).collect();
        let prints = GeneHashes::of(&names).fingerprints(&block(&rows));
        assert_eq!(find(&prints, |cell| cell.to_string()), Duplicates::default());
    }
}
