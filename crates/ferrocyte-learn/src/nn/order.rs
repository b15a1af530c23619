//! The order in which an epoch takes its cells.

use crate::sample::Seeded;

/// Neighbouring cells that are moved as one: from a file they are read in one go.
const RUN: usize = 64;

/// Cells that are mixed with each other. So many or fewer are in plain random order; of more, each window of this size is filled
/// with runs from everywhere and then mixed. Two windows are in memory where the cells are not: 340 MB with 650 values a cell.
pub(crate) const WINDOW: usize = 32_768;

/// A random order of cells for one epoch of a training, and the number of cells of its windows, which end where a batch ends.
///
/// It is the same wherever the cells lie, and depends on nothing but the cells, the size of a batch, the seed and the epoch.
pub(crate) fn order_of_epoch(
    cells: &[usize],
    batch_size: usize,
    seed: u64,
    epoch: usize,
) -> (Vec<usize>, usize) {
    in_windows(cells, RUN, WINDOW, batch_size, &mut Seeded::of_epoch(seed, epoch))
}

fn in_windows(
    cells: &[usize],
    run: usize,
    window: usize,
    batch_size: usize,
    random: &mut Seeded,
) -> (Vec<usize>, usize) {
    let whole_batches = (window / batch_size).max(1) * batch_size;
    if cells.len() <= window {
        let mut order = cells.to_vec();
        random.shuffle(&mut order);
        return (order, whole_batches);
    }
    let mut runs: Vec<&[usize]> = cells.chunks(run).collect();
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
        let (found, _) = order_of_epoch(&cells, 128, 5, 3);
        let mut expected = cells.clone();
        Seeded::of_epoch(5, 3).shuffle(&mut expected);
        assert_eq!(found, expected);
        assert_ne!(order_of_epoch(&cells, 128, 5, 4).0, found);
    }

    #[test]
    fn of_many_cells_every_window_has_some_from_everywhere() {
        let cells: Vec<usize> = (0..100_000).collect();
        let (found, window) = order_of_epoch(&cells, 100, 1, 0);
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
        let near = found.windows(2).filter(|pair| pair[0].abs_diff(pair[1]) < RUN).count();
        assert!(near < 1000, "{near} of 100000, where no mixing leaves them all");
    }
}
