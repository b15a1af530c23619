//! The order in which an epoch takes its cells.

use crate::sample::Seeded;

/// How thoroughly an epoch mixes its cells. No setting of a user: a model is the same with any memory. Tests take small windows, and
/// `bench/shuffle` compares them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mixing {
    /// Neighbouring cells that are moved as one: from a file they are read in one go.
    pub run: usize,
    /// Cells that are mixed with each other. So many or fewer are in plain random order; of more, each window of this size is filled
    /// with runs from everywhere and then mixed. Two windows are in memory where the cells are not: 340 MB with 650 values a cell.
    pub window: usize,
}

impl Default for Mixing {
    fn default() -> Self {
        Self { run: 64, window: 32_768 }
    }
}

/// A random order of cells for one epoch of a training, and the number of cells of its windows, which end where a batch ends.
///
/// It is the same wherever the cells lie, and depends on nothing but the cells, the mixing, the size of a batch, the seed and the epoch.
pub(crate) fn order_of_epoch(
    cells: &[usize],
    mixing: Mixing,
    batch_size: usize,
    seed: u64,
    epoch: usize,
) -> (Vec<usize>, usize) {
    let Mixing { run, window } = mixing;
    let mut random = Seeded::of_epoch(seed, epoch);
    let whole_batches = (window / batch_size).max(1) * batch_size;
    if cells.len() <= window {
        let mut order = cells.to_vec();
        random.shuffle(&mut order);
        return (order, whole_batches);
    }
    let mut runs: Vec<&[usize]> = cells.chunks(run.max(1)).collect();
    random.shuffle(&mut runs);
    let mut order = runs.concat();
    for window in order.chunks_mut(whole_batches) {
        random.shuffle(window);
    }
    (order, whole_batches)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sorted(mut order: Vec<usize>) -> Vec<usize> {
        order.sort_unstable();
        order
    }

    #[test]
    fn few_cells_are_in_plain_random_order_as_ever() {
        let cells: Vec<usize> = (0..1000).map(|cell| 2 * cell).collect();
        let (found, _) = order_of_epoch(&cells, Mixing::default(), 128, 5, 3);
        let mut expected = cells.clone();
        Seeded::of_epoch(5, 3).shuffle(&mut expected);
        assert_eq!(found, expected);
        assert_ne!(order_of_epoch(&cells, Mixing::default(), 128, 5, 4).0, found);
    }

    #[test]
    fn of_many_cells_every_window_has_some_from_everywhere() {
        let cells: Vec<usize> = (0..100_000).collect();
        let (found, window) = order_of_epoch(&cells, Mixing::default(), 100, 1, 0);
        assert_eq!(window, 32_700, "whole batches");
        assert_eq!(sorted(found.clone()), cells, "each cell once");
        for window in found.chunks_exact(window) {
            for tenth in 0..10 {
                let share = window.iter().filter(|&&cell| cell / 10_000 == tenth).count() as f64 / 32_700.0;
                // 511 runs, a tenth of them expected from each tenth: four standard deviations.
                assert!((share - 0.1).abs() < 0.054, "{share}");
            }
        }
        // Neighbours in the order are not neighbours among the cells.
        let near = found.windows(2).filter(|pair| pair[0].abs_diff(pair[1]) < Mixing::default().run).count();
        assert!(near < 1000, "{near} of 100000, where no mixing leaves them all");
    }
}
