//! What is seen of the numbers of a matrix, over all cells.

use ferrocyte_core::{Block, Cell, LogBase, Stored};

use super::gene_sums::GeneSums;
use super::inverted::{Inverted, TRANSFORMS};

/// Whole numbers up to here are tallied. No logarithm of what a cell holds reaches further: log2 of a million is
/// 19.9.
pub(crate) const CEILING: usize = 20;

/// What was seen so far. It depends on the cells and their order, not on how they are cut into blocks.
#[derive(Debug, Clone, Default)]
pub(crate) struct Evidence {
    /// Cells with at least one value.
    pub(crate) cells: u64,
    pub(crate) values: u64,
    pub(crate) fractional: u64,
    pub(crate) first_fraction: Option<Place>,
    pub(crate) negative: u64,
    pub(crate) first_negative: Option<Place>,
    pub(crate) smallest: f32,
    pub(crate) largest: f32,
    pub(crate) largest_at: Option<Place>,
    /// Cells of whole numbers only, a one among them, as cells of counts nearly always are.
    pub(crate) whole_cells: u64,
    /// Cells of fractions, nearly all.
    pub(crate) fraction_cells: u64,
    pub(crate) first_whole_cell: Option<usize>,
    /// How often each whole number from 0 to [`CEILING`] occurs in cells of whole numbers; complete where no value lies
    /// above it.
    pub(crate) tally: [u64; CEILING + 1],
    /// Of every gene, where all values are whole and low, or some lie below zero: only there they tell something.
    gene_sums: GeneSums,
    gene_sums_end: bool,
    /// Cells with fractions, as they are and with each logarithm taken back.
    pub(crate) inverted: [Inverted; 4],
}

/// A value and where it stands.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Place {
    /// Position of the cell in the file.
    pub(crate) cell: usize,
    pub(crate) gene: u32,
    pub(crate) value: f32,
}

impl Evidence {
    /// Looks at more cells; `cells` are their positions in the file.
    pub(crate) fn add(&mut self, block: &Block<Stored>, cells: impl IntoIterator<Item = usize>) {
        for (cell, position) in block.cells().zip(cells) {
            self.add_cell(block.n_genes(), cell, position);
        }
    }

    fn add_cell(&mut self, n_genes: usize, cell: Cell<'_>, position: usize) {
        self.look_at_values(cell, position);
        if !self.gene_sums_end {
            if (self.largest > CEILING as f32 || self.fractional > 0) && self.negative == 0 {
                self.gene_sums_end = true;
                self.gene_sums = GeneSums::default();
            } else {
                self.gene_sums.add(n_genes, cell);
            }
        }
    }

    fn look_at_values(&mut self, cell: Cell<'_>, position: usize) {
        /// Share of fractions above which a cell is one of fractions: not all, because 1e4 / 2500 is whole.
        const NEARLY_ALL: f64 = 0.9;
        if cell.is_empty() {
            return;
        }
        self.cells += 1;
        self.values += cell.len() as u64;
        let Values { fractional, negative, smallest, largest } = Values::of(cell.values);
        // A value beyond the ceiling settles what the tally is for.
        if largest.max(self.largest) <= CEILING as f32 && fractional + negative == 0 {
            for &value in cell.values {
                self.tally[value as usize] += 1;
            }
        }
        let place = |found: &dyn Fn(f32) -> bool| {
            let i = cell.values.iter().position(|&value| found(value))?;
            Some(Place { cell: position, gene: cell.genes[i], value: cell.values[i] })
        };
        if self.first_fraction.is_none() && fractional > 0 {
            self.first_fraction = place(&|value| !is_whole(value));
        }
        if self.first_negative.is_none() && negative > 0 {
            self.first_negative = place(&|value| value < 0.0);
        }
        if self.largest_at.is_none() || largest > self.largest {
            self.largest_at = place(&|value| value == largest);
            self.largest = largest;
        }
        self.smallest = if self.cells == 1 { smallest } else { self.smallest.min(smallest) };
        self.fractional += fractional;
        self.negative += negative;
        let share = fractional as f64 / cell.len() as f64;
        if fractional == 0 && smallest == 1.0 {
            self.whole_cells += 1;
            self.first_whole_cell.get_or_insert(position);
        } else if share > NEARLY_ALL {
            self.fraction_cells += 1;
        }
        if fractional > 0 && self.negative == 0 {
            for (inverted, transform) in self.inverted.iter_mut().zip(TRANSFORMS) {
                inverted.add(cell, transform, position);
            }
        }
    }

    /// Sums of every gene over all cells, where they were taken.
    pub(crate) fn gene_sums(&self) -> Option<&GeneSums> {
        (!self.gene_sums_end).then_some(&self.gene_sums)
    }

    /// Share of values that are not whole.
    pub(crate) fn fractional_share(&self) -> f64 {
        self.fractional as f64 / (self.values as f64).max(1.0)
    }

    /// The logarithms that were taken back, and none first.
    pub(crate) fn transforms(&self) -> impl Iterator<Item = (Option<LogBase>, &Inverted)> {
        TRANSFORMS.into_iter().zip(&self.inverted)
    }
}

/// What the values of a cell have in common.
struct Values {
    fractional: u64,
    negative: u64,
    smallest: f32,
    largest: f32,
}

impl Values {
    fn of(values: &[f32]) -> Self {
        let extremes = Extremes::of(values);
        let Extremes { smallest, largest, suspects } = extremes;
        let count = |found: fn(f32) -> bool| values.iter().filter(|&&value| found(value)).count() as u64;
        let fractional = match suspects {
            0 => 0,
            suspects if extremes.suspects_are_fractions() => u64::from(suspects),
            _ => count(|value| !is_whole(value)),
        };
        let negative = if smallest < 0.0 { count(|value| value < 0.0) } else { 0 };
        Self { fractional, negative, smallest, largest }
    }
}

/// What is seen of the values of a cell by one look at each: every value that is ever read passes here.
struct Extremes {
    smallest: f32,
    largest: f32,
    /// Values that are not what rounding to a whole number makes of them.
    suspects: u32,
}

impl Extremes {
    /// Added to a number of at most [`EXACT`](Self::EXACT), it leaves no bit for a fraction: the sum is rounded to a whole number,
    /// and taking it away again is exact. That is three instructions for many values, where a conversion takes ten.
    const ROUNDS: f32 = 12_582_912.0; // 1.5 × 2²³
    /// 2²².
    const EXACT: f32 = 4_194_304.0;

    fn of(values: &[f32]) -> Self {
        /// Values that are looked at side by side.
        const LANES: usize = 16;
        let (mut smallest, mut largest) = ([f32::MAX; LANES], [f32::MIN; LANES]);
        let mut suspects = [0_u32; LANES];
        let mut look = |lane: usize, value: f32| {
            smallest[lane] = if value < smallest[lane] { value } else { smallest[lane] };
            largest[lane] = if value > largest[lane] { value } else { largest[lane] };
            suspects[lane] += u32::from((value + Self::ROUNDS) - Self::ROUNDS != value);
        };
        let (wide, rest) = values.as_chunks::<LANES>();
        for values in wide {
            for (lane, &value) in values.iter().enumerate() {
                look(lane, value);
            }
        }
        for (lane, &value) in rest.iter().enumerate() {
            look(lane, value);
        }
        Self {
            smallest: smallest.into_iter().fold(f32::MAX, f32::min),
            largest: largest.into_iter().fold(f32::MIN, f32::max),
            suspects: suspects.iter().sum(),
        }
    }

    /// Whether the suspects are fractions: of larger numbers, whole ones are suspects too.
    fn suspects_are_fractions(&self) -> bool {
        self.largest <= Self::EXACT && self.smallest >= -Self::EXACT
    }
}

/// Whether a value is a whole number; beyond 2²³ an `f32` has no fractions.
fn is_whole(value: f32) -> bool {
    const NO_FRACTIONS: f32 = 8_388_608.0;
    (value as i32 as f32 == value) | (value.abs() >= NO_FRACTIONS)
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// Evidence of cells given as dense rows.
    pub(crate) fn evidence(cells: &[Vec<f64>]) -> Evidence {
        let mut evidence = Evidence::default();
        evidence.add(&stored(cells), 0..cells.len());
        evidence
    }

    /// Cells given as dense rows.
    pub(crate) fn stored(cells: &[Vec<f64>]) -> Block<Stored> {
        let (mut row_ptr, mut gene, mut value) = (vec![0], Vec::new(), Vec::new());
        for cell in cells {
            for (i, &v) in cell.iter().enumerate().filter(|(_, v)| **v != 0.0) {
                gene.push(i as u32);
                value.push(v as f32);
            }
            row_ptr.push(gene.len());
        }
        Block::new(cells.first().map_or(0, Vec::len), row_ptr, gene, value).unwrap()
    }

    #[test]
    fn whole_numbers_of_every_size_are_whole() {
        for whole in [0.0, -0.0, 1.0, -7.0, 8_388_607.0, 3e9, f32::MAX, f32::MIN] {
            assert!(is_whole(whole), "{whole}");
        }
        for fraction in [0.5, -0.25, 1e-30, 4_194_303.5] {
            assert!(!is_whole(fraction), "{fraction}");
        }
    }

    #[test]
    fn one_look_sees_what_a_look_at_each_value_sees() {
        let (small, large) = ([1.0, 3.0, 0.5, -2.0, -0.25], [4_194_304.0, 4_194_303.5, -4_194_304.0]);
        let beyond = [4_194_305.0, 4_194_304.5, 8_388_607.0, 8_388_609.0, 3e9, f32::MAX, -16_777_216.0, -6e6];
        let all = [&small[..], &large, &beyond].concat();
        let parts = [&[][..], &small, &large, &beyond, &all, &[1.0; 50]];
        for n in 0..40 {
            for part in parts {
                let values: Vec<f32> = part.iter().copied().cycle().take(part.len().min(1) * n).collect();
                let found = Values::of(&values);
                let count =
                    |is: &dyn Fn(f32) -> bool| values.iter().filter(|&&value| is(value)).count() as u64;
                // No fraction is left of what is far from zero.
                assert_eq!(found.fractional, count(&|value| value.fract() != 0.0), "{values:?}");
                assert_eq!(found.negative, count(&|value| value < 0.0), "{values:?}");
                assert_eq!(found.smallest, values.iter().copied().fold(f32::MAX, f32::min));
                assert_eq!(found.largest, values.iter().copied().fold(f32::MIN, f32::max));
            }
        }
    }

    #[test]
    fn what_is_seen_does_not_depend_on_blocks() {
        let cells = [vec![1.0, 0.5], vec![0.0, 3.0], vec![0.0, 0.0], vec![-2.0, 30.0]];
        let whole = evidence(&cells);
        let mut parts = Evidence::default();
        for (i, cell) in cells.iter().enumerate() {
            parts.add(&stored(std::slice::from_ref(cell)), i..=i);
        }
        assert_eq!(format!("{whole:?}"), format!("{parts:?}"));
        assert_eq!((whole.cells, whole.values, whole.fractional, whole.negative), (3, 5, 1, 1));
        assert_eq!(whole.first_negative, Some(Place { cell: 3, gene: 0, value: -2.0 }));
        assert_eq!((whole.smallest, whole.largest, whole.whole_cells), (-2.0, 30.0, 0));
    }
}
