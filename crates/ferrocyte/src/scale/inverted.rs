//! What the cells look like when a logarithm is taken back, or none.

use ferrocyte_core::{Cell, LogBase};

use super::evidence::CEILING;

/// What may have been done last to the numbers: nothing, or a logarithm.
pub(crate) const TRANSFORMS: [Option<LogBase>; 4] =
    [None, Some(LogBase::E), Some(LogBase::Two), Some(LogBase::Ten)];

/// Cells after one transform was taken back. A transform that explains nothing in the first cells is given up.
#[derive(Debug, Clone, Default)]
pub(crate) struct Inverted {
    cells: Vec<InvertedCell>,
    given_up: bool,
}

/// A cell after a transform was taken back.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct InvertedCell {
    /// Position in the file.
    pub(crate) position: usize,
    /// Sum of its values.
    pub(crate) total: f64,
    /// What one count is worth, if its smallest value is one count.
    pub(crate) unit: f64,
    /// Whether its values are multiples of that; `None` where too few values could tell.
    pub(crate) multiples: Option<bool>,
    /// Whether its values are whole numbers where they were not as stored.
    pub(crate) whole: bool,
}

impl Inverted {
    /// Takes the transform of a cell back and looks at what comes out.
    pub(crate) fn add(&mut self, cell: Cell<'_>, transform: Option<LogBase>, position: usize) {
        /// Cells after which a transform must have explained something.
        const FIRST: usize = 512;
        if self.given_up {
            return;
        }
        if transform.is_some() && cell.values.iter().any(|&value| value > CEILING as f32) {
            self.give_up(); // the inverse of 20 is beyond anything that is measured
            return;
        }
        self.cells.extend(InvertedCell::new(cell, transform, position));
        if self.cells.len() == FIRST && !self.explains_something() {
            self.give_up();
        }
    }

    pub(crate) fn cells(&self) -> &[InvertedCell] {
        &self.cells
    }

    /// The sums of the cells, in order of size.
    pub(crate) fn sorted_totals(&self) -> Vec<f64> {
        let mut totals: Vec<f64> = self.cells.iter().map(|cell| cell.total).collect();
        totals.sort_unstable_by(f64::total_cmp);
        totals
    }

    /// Share of the cells that can tell whose values are multiples of their smallest; `None` where hardly any can.
    pub(crate) fn share_of_multiples(&self) -> Option<f64> {
        const FEWEST: usize = 5;
        let known: Vec<bool> = self.cells.iter().filter_map(|cell| cell.multiples).collect();
        let multiples = known.iter().filter(|&&multiples| multiples).count();
        (known.len() >= FEWEST).then(|| multiples as f64 / known.len() as f64)
    }

    /// Share of the cells that are whole numbers.
    pub(crate) fn share_of_whole(&self) -> f64 {
        self.cells.iter().filter(|cell| cell.whole).count() as f64 / (self.cells.len() as f64).max(1.0)
    }

    fn give_up(&mut self) {
        self.given_up = true;
        self.cells = Vec::new();
    }

    fn explains_something(&self) -> bool {
        let totals = self.sorted_totals();
        let median = totals[totals.len() / 2];
        let near = totals.iter().filter(|&&total| (total / median - 1.0).abs() < 0.1).count();
        2 * near >= totals.len()
            || self.share_of_whole() >= 0.5
            || self.share_of_multiples().is_some_and(|share| share >= 0.5)
    }
}

impl InvertedCell {
    /// `None` for a cell without positive values.
    fn new(cell: Cell<'_>, transform: Option<LogBase>, position: usize) -> Option<Self> {
        /// Values up to so many units can be told from fractions of one even where logarithms were rounded to three
        /// decimals.
        const REACH: f64 = CEILING as f64 + 0.5;
        const TOLERANCE: f64 = 0.05;
        const MOST: f64 = 0.9;
        let invert = |value: f32| transform.map_or(f64::from(value), |base| base.invert(value));
        let near = |value: f64| (value - value.round()).abs() < TOLERANCE;
        let least = cell.values.iter().copied().filter(|&value| value > 0.0).fold(f32::MAX, f32::min);
        let smallest = invert(least);
        let (mut total, mut units, mut in_units) = (0.0, 0.0, 0.0);
        let (mut tested, mut multiples, mut low, mut whole) = (0_u32, 0_u32, 0_u32, 0_u32);
        for &stored in cell.values {
            let value = invert(stored);
            total += value;
            let ratio = value / smallest;
            if ratio < REACH && near(ratio) {
                units += ratio.round();
                in_units += value;
            }
            // What equals the smallest value is a multiple of it whatever was done.
            if ratio > 1.5 && ratio < REACH {
                tested += 1;
                multiples += u32::from(near(ratio));
            }
            if value < REACH && stored.fract() != 0.0 {
                low += 1;
                whole += u32::from(near(value) && value > 0.5);
            }
        }
        let most = |of: u32, all: u32| f64::from(of) >= MOST * f64::from(all);
        (total > 0.0 && total.is_finite()).then(|| Self {
            position,
            total,
            // Many values together know the unit better than the smallest alone.
            unit: in_units / units,
            multiples: (tested >= 3).then(|| most(multiples, tested)),
            whole: low > 0 && most(whole, low),
        })
    }
}
