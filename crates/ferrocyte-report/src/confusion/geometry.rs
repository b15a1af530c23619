//! How large everything in the heat map is, from two labels to hundreds.

use crate::svg::{Frame, width};

/// Sizes of a heat map, in user units.
pub(crate) struct Geometry {
    /// Side of a square.
    pub(crate) cell: f64,
    /// Size of the labels' letters.
    pub(crate) font: f64,
    /// Most width that a label may take.
    pub(crate) label_limit: f64,
    /// Whether column labels stand upright rather than aslant.
    pub(crate) upright: bool,
    /// The squares.
    pub(crate) grid: Frame,
    /// Width of the picture.
    pub(crate) width: f64,
    /// Height of the picture.
    pub(crate) height: f64,
}

/// Room for the name of an axis.
const AXIS_NAME: f64 = 26.0;
/// Between squares and labels.
const GAP: f64 = 8.0;
/// Sine and cosine of 45°.
const ASLANT: f64 = std::f64::consts::FRAC_1_SQRT_2;

impl Geometry {
    /// Sizes for these labels. The picture is about as wide as a page while the squares stay large enough to
    /// point at; from there on it grows and its box scrolls.
    pub(crate) fn of(labels: &[String]) -> Self {
        let n = labels.len().max(1) as f64;
        let cell = (620.0 / n).clamp(14.0, 72.0);
        let font = if n <= 20.0 { 13.0 } else { 11.5 };
        let label_limit = 190.0;
        let upright = labels.len() > 24;
        let widths = || labels.iter().map(|label| (width(label) * font).clamp(12.0, label_limit));
        let widest = widths().fold(0.0, f64::max);

        let left = AXIS_NAME + widest + GAP;
        let top = AXIS_NAME + GAP + if upright { widest } else { widest * ASLANT + font };
        let right = left + cell * n;
        let bottom = top + cell * n;
        let overhang = |(column, label_width): (usize, f64)| {
            let start = left + (column as f64 + 0.5) * cell;
            if upright { start + font } else { start + (label_width + font) * ASLANT }
        };
        let width = widths().enumerate().map(overhang).fold(right, f64::max) + 4.0;
        let grid = Frame { left, right, top, bottom };
        Self { cell, font, label_limit, upright, grid, width, height: bottom + 4.0 }
    }

    /// Left edge of a column.
    pub(crate) fn x(&self, column: usize) -> f64 {
        self.grid.left + column as f64 * self.cell
    }

    /// Upper edge of a row.
    pub(crate) fn y(&self, row: usize) -> f64 {
        self.grid.top + row as f64 * self.cell
    }

    /// Place and turn of a column's label.
    pub(crate) fn column_label(&self, column: usize) -> (f64, f64, &'static str) {
        let x = self.x(column) + self.cell / 2.0;
        let y = self.grid.top - GAP;
        // The foot of an upright label lies on its baseline, a third of a letter beside its middle.
        if self.upright { (x + self.font / 3.0, y, "-90") } else { (x + self.font / 4.0, y, "-45") }
    }

    /// Narrowest width at which the labels can still be read: on a phone the picture scrolls instead.
    pub(crate) fn narrowest(&self) -> f64 {
        (self.width * 0.8).max(self.width.min(340.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn squares_stay_large_enough_to_point_at() {
        for n in [0, 1, 2, 13, 60, 300] {
            let labels: Vec<String> = (0..n).map(|i| format!("a label of some length {i}")).collect();
            let geometry = Geometry::of(&labels);
            assert!(geometry.cell >= 14.0 && geometry.font >= 10.0, "{n}");
            assert!(geometry.grid.right < geometry.width && geometry.grid.bottom < geometry.height, "{n}");
            assert!(geometry.narrowest() <= geometry.width);
            assert_eq!(geometry.upright, n > 24);
        }
        let two = Geometry::of(&["B".into(), "T".into()]);
        assert!(two.width < 340.0, "two short labels fit a phone");
    }
}
