//! Cells that are nearly the same.

use ferrocyte_core::{Block, CellStore, LogNorm, SourceError};
use rayon::prelude::*;

use crate::cell_parts::in_parts;
use crate::sample::{Purpose, Seeded};

/// Cells with fewer genes resemble each other by chance.
const FEWEST_GENES: usize = 50;
/// Two cells are nearly the same where they share this much of the genes that either has. Cells of one type share a
/// third to two thirds, since most counts are small and fall to zero by chance.
const LEAST_SHARED: f64 = 0.9;
/// Bins of the sketch of a cell's genes: enough for `BANDS` bands that cells alike by nine tenths rarely all miss.
const BINS: usize = BANDS * BINS_PER_BAND;
const BANDS: usize = 16;
const BINS_PER_BAND: usize = 12;
/// In a set of cells with the same band only neighbours in order are compared: many alike cells are found by their
/// neighbours all the same.
const COMPARED: usize = 8;

/// Cells that are compared at most, and values of them: beside each other in memory, as any may be like any. Where there are more
/// a sample is looked at, whatever the memory, so that the result is the same on every machine.
const MOST_CELLS: usize = 1 << 16;
const MOST_VALUES: u64 = 1 << 25;

/// Pairs of cells that are nearly the same.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NearCopies {
    /// The pairs, in order, the lower position first.
    pub pairs: Vec<(usize, usize)>,
    /// How many cells were looked at, where there were too many for all of them.
    pub sample: Option<usize>,
}

/// Finds pairs of cells that share nine tenths of the genes that either of them has: the same cell with its counts thinned, corrected or
/// counted again, which no comparison for equality finds.
///
/// Pairs are proposed by min-wise hashing in one pass over the genes of each cell (Broder 1997,
/// <https://doi.org/10.1109/SEQUEN.1997.666900>; one permutation: Li, Owen and Zhang 2012,
/// <https://arxiv.org/abs/1208.1259>) and then compared gene by gene, so none is wrong; of pairs that share just nine
/// tenths about one in fifty is missed, of closer ones fewer. Cells with fewer than 50 genes are left out. Of more than 65,536
/// cells, or than 33 million values, as many are drawn and compared.
///
/// # Errors
/// When the cells cannot be read.
pub fn near_copies(cells: &dyn CellStore) -> Result<NearCopies, SourceError> {
    let sample = sample_size(cells, MOST_CELLS, MOST_VALUES)?;
    let looked_at: Vec<usize> = match sample {
        Some(n) => draw(cells.n_cells(), n),
        None => (0..cells.n_cells()).collect(),
    };
    if let Some(block) = cells.in_memory() {
        return Ok(NearCopies { pairs: among(block, looked_at), sample });
    }
    let block = read_some(cells, &looked_at)?;
    let pairs = among(&block, (0..block.n_cells()).collect());
    let pairs = pairs.into_iter().map(|(one, other)| (looked_at[one], looked_at[other])).collect();
    Ok(NearCopies { pairs, sample })
}

/// Copies the cells at these positions, which ascend.
fn read_some(cells: &dyn CellStore, positions: &[usize]) -> Result<Block<LogNorm>, SourceError> {
    let mut block = Block::empty(cells.n_genes());
    let mut left = positions;
    in_parts(cells, |first, part| {
        let (here, rest) = left.split_at(left.partition_point(|&cell| cell < first + part.n_cells()));
        let here: Vec<usize> = here.iter().map(|cell| cell - first).collect();
        block.append(&part.select_cells(&here));
        left = rest;
    })?;
    Ok(block)
}

/// Some positions, ascending, each as likely as any: Knuth, The Art of Computer Programming 2, 3.4.2, algorithm S.
fn draw(n: usize, wanted: usize) -> Vec<usize> {
    let mut random = Seeded::new(0, Purpose::NearCopies);
    let mut drawn = Vec::with_capacity(wanted);
    for position in 0..n {
        if random.below(n - position) < wanted - drawn.len() {
            drawn.push(position);
        }
    }
    drawn
}

/// How many cells are looked at; `None` for all.
fn sample_size(
    cells: &dyn CellStore,
    most_cells: usize,
    most_values: u64,
) -> Result<Option<usize>, SourceError> {
    let n = cells.n_cells();
    let share = most_values as f64 / (cells.n_non_zeros()? as f64).max(1.0);
    let by_values = if share < 1.0 { (share * n as f64) as usize } else { n };
    Ok(Some(most_cells.min(by_values)).filter(|most| *most < n))
}

/// Pairs among some cells of a block.
fn among(cells: &Block<LogNorm>, mut long_enough: Vec<usize>) -> Vec<(usize, usize)> {
    long_enough.retain(|&cell| cells.cell(cell).len() >= FEWEST_GENES);
    let sketches: Vec<[u64; BANDS]> = long_enough.par_iter().map(|&cell| bands(cells, cell)).collect();
    let alike = |&(one, other): &(usize, usize)| shared(cells, one, other) >= LEAST_SHARED;
    let mut found = Vec::new();
    let mut order: Vec<(u64, usize)> = Vec::with_capacity(long_enough.len());
    for band in 0..BANDS {
        order.clear();
        order.extend(sketches.iter().zip(&long_enough).map(|(bands, &cell)| (bands[band], cell)));
        order.par_sort_unstable();
        let mut proposed = Vec::new();
        for same in order.chunk_by(|one, other| one.0 == other.0).filter(|same| same.len() > 1) {
            for (at, &(_, one)) in same.iter().enumerate() {
                proposed.extend(same[at + 1..].iter().take(COMPARED).map(|&(_, other)| (one, other)));
            }
        }
        // Band by band, so that what is proposed never fills the memory.
        found.par_extend(proposed.into_par_iter().filter(alike));
    }
    found.par_sort_unstable();
    found.dedup();
    found
}

/// The bands of a cell's sketch, hashed: cells with the same genes have the same, and the more genes they share the
/// more bands.
fn bands(cells: &Block<LogNorm>, cell: usize) -> [u64; BANDS] {
    let mut least = [u64::MAX; BINS];
    for (gene, _) in cells.cell(cell).iter() {
        let hash = mix(u64::from(gene));
        let bin = (hash % BINS as u64) as usize;
        least[bin] = least[bin].min(hash);
    }
    std::array::from_fn(|band| {
        let bins = &least[band * BINS_PER_BAND..(band + 1) * BINS_PER_BAND];
        bins.iter().fold(band as u64, |hash, &bin| mix(hash ^ bin))
    })
}

/// The finaliser of `SplitMix64`, <https://doi.org/10.1145/2714064.2660195>.
fn mix(mut value: u64) -> u64 {
    value = value.wrapping_add(0x9e37_79b9_7f4a_7c15);
    value = (value ^ (value >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    value = (value ^ (value >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    value ^ (value >> 31)
}

/// Genes that both cells have, as a share of those that either has.
fn shared(cells: &Block<LogNorm>, one: usize, other: usize) -> f64 {
    let (mut one, mut other) = (
        cells.cell(one).iter().map(|(gene, _)| gene).peekable(),
        cells.cell(other).iter().map(|(gene, _)| gene).peekable(),
    );
    let (mut both, mut either) = (0_usize, 0_usize);
    loop {
        let order = match (one.peek(), other.peek()) {
            (None, None) => break,
            (Some(_), None) => std::cmp::Ordering::Less,
            (None, Some(_)) => std::cmp::Ordering::Greater,
            (Some(a), Some(b)) => a.cmp(b),
        };
        either += 1;
        both += usize::from(order.is_eq());
        if order.is_le() {
            one.next();
        }
        if order.is_ge() {
            other.next();
        }
    }
    both as f64 / either.max(1) as f64
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample::{Purpose, Seeded};

    /// Cells with some 300 of 3,000 genes each; a few common genes are in nearly all of them.
    fn cells(n: usize, copies: &[(usize, f64)]) -> Block<LogNorm> {
        let mut random = Seeded::new(5, Purpose::Bootstrap);
        let mut rows: Vec<Vec<u32>> = (0..n)
            .map(|_| {
                (0..3000).filter(|&gene| random.below(1000) < if gene < 100 { 900 } else { 70 }).collect()
            })
            .collect();
        for &(of, kept) in copies {
            let thinned =
                rows[of].clone().into_iter().filter(|_| (random.below(1000) as f64) < kept * 1000.0);
            rows.push(thinned.collect());
        }
        let row_ptr = std::iter::once(0)
            .chain(rows.iter().scan(0, |sum, row| {
                *sum += row.len();
                Some(*sum)
            }))
            .collect();
        let gene: Vec<u32> = rows.concat();
        let value = vec![1.0; gene.len()];
        Block::new(3000, row_ptr, gene, value).unwrap()
    }

    #[test]
    fn thinned_copies_are_found_and_cells_of_one_type_are_none() {
        let copies: Vec<(usize, f64)> = (0..40).map(|of| (of, 0.97)).collect();
        let found = near_copies(&cells(300, &copies)).unwrap();
        let planted = found.pairs.iter().filter(|&&(one, other)| other == 300 + one).count();
        assert_eq!(planted, found.pairs.len(), "nothing else is alike");
        assert!(planted >= 38, "{planted} of 40");
        assert_eq!(near_copies(&cells(300, &[])).unwrap(), NearCopies::default());
    }

    #[test]
    fn half_the_genes_make_no_copy() {
        assert_eq!(near_copies(&cells(50, &[(0, 0.5), (1, 0.6)])).unwrap(), NearCopies::default());
    }

    #[test]
    fn of_too_many_cells_a_sample_is_looked_at() {
        let block = cells(60, &[(0, 1.0)]);
        assert_eq!(sample_size(&block, 61, u64::MAX).unwrap(), None);
        assert_eq!(sample_size(&block, 60, u64::MAX).unwrap(), Some(60));
        let values = block.n_non_zeros() as u64;
        assert_eq!(sample_size(&block, 100, values).unwrap(), None);
        assert!(sample_size(&block, 100, values / 2).unwrap().is_some_and(|n| (28..=31).contains(&n)));
        let drawn = draw(1000, 100);
        assert!(drawn.len() == 100 && drawn.is_sorted_by(|a, b| a < b) && drawn[99] > 900, "{drawn:?}");
        assert_eq!(draw(5, 5), [0, 1, 2, 3, 4]);
        assert_eq!(read_some(&block, &[3, 59]).unwrap(), block.select_cells(&[3, 59]));
    }
}
