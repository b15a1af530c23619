//! Cells that are in the data more than once.

use ferrocyte_core::{Block, Scale, Warning};
use rayon::prelude::*;

/// Cells with counts in fewer genes are the same by chance too often to be called copies under another name.
const FEWEST_GENES: u32 = 10;

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
        (0..block.n_cells())
            .into_par_iter()
            .map(|cell| {
                let cell = block.cell(cell);
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
fn hash_of(name: &str) -> u64 {
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
    let mut order: Vec<usize> =
        (0..fingerprints.len()).filter(|&cell| fingerprints[cell].genes > 0).collect();
    order.par_sort_unstable_by_key(|&cell| (fingerprints[cell], cell));
    let mut found = Duplicates::default();
    for same in order.chunk_by(|&a, &b| fingerprints[a] == fingerprints[b]).filter(|same| same.len() > 1) {
        let mut by_name: Vec<(String, usize)> = same.iter().map(|&cell| (name_of(cell), cell)).collect();
        by_name.sort_unstable();
        let sets = || by_name.chunk_by(|(a, _), (b, _)| a == b);
        let names = sets().count();
        found.same_name += same.len() - names;
        if fingerprints[same[0]].genes >= FEWEST_GENES {
            found.other_name += names - 1;
            found.sets.push(same.to_vec());
        } else {
            found.sets.extend(
                sets().filter(|set| set.len() > 1).map(|set| set.iter().map(|&(_, cell)| cell).collect()),
            );
        }
    }
    found.sets.sort_unstable();
    found
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
        const SHOWN: usize = 3;
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

/// What is to be said of cells of one file that have one name.
pub(crate) fn repeated_names(file: &str, names: &[String]) -> Option<Warning> {
    let mut sorted: Vec<&String> = names.iter().collect();
    sorted.sort_unstable();
    let repeated: Vec<&[&String]> = sorted.chunk_by(|a, b| a == b).filter(|same| same.len() > 1).collect();
    let first = repeated.first()?;
    let cells: usize = repeated.iter().map(|same| same.len()).sum();
    Some(
        Warning::new(
            "repeated-cell-names",
            format!(
                "{file}: {cells} cells share {} names, for example `{}`; rows of the output are in the order of the file",
                repeated.len(),
                first[0]
            ),
        )
        .with_hint("match the output by position, not by name"),
    )
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
