//! The loops of a quadratic model of cross-entropy: what pulls at a weight, and what moving it changes.
//!
//! A cell's scores `y` count by its weight times `diag(p) − p pᵀ`, where `p` are its probabilities. Everything here is about one label:
//! columns with one number for each cell.

use super::widest::widest;

/// Independent partial sums; enough to hide the latency of an addition. The order of additions is part of the result.
const CHAINS: usize = 4;

/// What is known of the cells of a slab, for one label.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Columns<'a> {
    /// Weight of each cell.
    pub(crate) weights: &'a [f32],
    /// Probability of the label.
    pub(crate) probabilities: &'a [f32],
}

/// `Σ w · x · p · (moved + shift − mean)` over the cells of a gene, where `mean` is a cell's `Σ over labels of p · y`.
pub(crate) fn pull(
    cells: &[u16],
    values: &[f32],
    columns: Columns<'_>,
    moved: &[f32],
    mean: &[f32],
    shift: f32,
) -> f64 {
    let term = |cell: u16, value: f32| {
        let cell = usize::from(cell);
        let p = columns.weights[cell] * columns.probabilities[cell];
        f64::from(value * p * (moved[cell] + shift - mean[cell]))
    };
    let mut sums = [0.0; CHAINS];
    let (cell_quads, cell_rest) = cells.as_chunks::<CHAINS>();
    let (value_quads, value_rest) = values.as_chunks::<CHAINS>();
    for (cells, values) in cell_quads.iter().zip(value_quads) {
        for chain in 0..CHAINS {
            sums[chain] += term(cells[chain], values[chain]);
        }
    }
    for (chain, (&cell, &value)) in cell_rest.iter().zip(value_rest).enumerate() {
        sums[chain] += term(cell, value);
    }
    (sums[0] + sums[1]) + (sums[2] + sums[3])
}

/// Adds `x · step` to the `moved` scores of the cells of a gene, and `p` times that to their `mean`.
pub(crate) fn move_gene(
    cells: &[u16],
    values: &[f32],
    columns: Columns<'_>,
    moved: &mut [f32],
    mean: &mut [f32],
    step: f32,
) {
    for (&cell, &value) in cells.iter().zip(values) {
        let cell = usize::from(cell);
        let by = value * step;
        moved[cell] += by;
        mean[cell] += columns.probabilities[cell] * by;
    }
}

widest! {
    /// Adds `p · step` to the `mean` of every cell.
    pub(crate) fn move_mean(probabilities: &[f32], step: f32, mean: &mut [f32]) {
        for (mean, p) in mean.iter_mut().zip(probabilities) {
            *mean += p * step;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernels::widest::tests::same_on_every_level;

    const WEIGHTS: [f32; 6] = [1.0, 0.5, 2.0, 1.0, 3.0, 0.0];
    const PROBABILITIES: [f32; 6] = [0.25, 0.5, 0.125, 1.0, 0.75, 0.5];
    const COLUMNS: Columns<'_> = Columns { weights: &WEIGHTS, probabilities: &PROBABILITIES };

    #[test]
    fn moves_and_pulls_are_those_of_the_definition() {
        let (cells, values) = ([0_u16, 1, 2, 4, 5], [2.0_f32, 4.0, 1.0, 0.5, 8.0]);
        let (mut moved, mut mean) = ([0.5_f32; 6], [0.25_f32; 6]);
        move_gene(&cells, &values, COLUMNS, &mut moved, &mut mean, 0.5);
        assert_eq!(moved, [1.5, 2.5, 1.0, 0.5, 0.75, 4.5]);
        assert_eq!(mean, [0.5, 1.25, 0.3125, 0.25, 0.4375, 2.25]);
        // 2·¼·(1.5 + 1 − .5), 4·½·½·(2.5 + 1 − 1.25), 1·2·⅛·(1 + 1 − .3125), ½·3·¾·(.75 + 1 − .4375), none of the last
        let expected = 1.0 + 2.25 + 0.421_875 + 1.476_562_5;
        assert_eq!(pull(&cells, &values, COLUMNS, &moved, &mean, 1.0), expected);
    }

    #[test]
    fn the_mean_of_every_cell_moves_by_its_probability() {
        let found = same_on_every_level(|| {
            let mut mean = [0.5; 6];
            move_mean(&PROBABILITIES, 0.1, &mut mean);
            mean
        });
        assert_eq!(found, PROBABILITIES.map(|p| 0.5 + p * 0.1));
    }
}
