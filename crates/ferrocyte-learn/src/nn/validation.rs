//! Training cells that are not trained on, to see how a training goes.

use crate::sample::{Purpose, Seeded};

/// Sets a share of the cells of each label aside, at random; the shares of small labels are made up for by others. At least one cell
/// of each label stays. Both lists are in increasing order.
///
/// `labels` has the label of each cell, `n_labels` of them; `cells` are the cells that count.
pub(crate) fn set_aside(
    cells: &[usize],
    labels: &[u32],
    n_labels: usize,
    share: f64,
    seed: u64,
) -> (Vec<usize>, Vec<usize>) {
    let mut by_label = vec![Vec::new(); n_labels];
    for &cell in cells {
        by_label[labels[cell] as usize].push(cell);
    }
    let mut random = Seeded::new(seed, Purpose::Validation);
    let (mut stay, mut aside) = (Vec::new(), Vec::new());
    let mut owed = 0.0;
    for mut cells in by_label {
        random.shuffle(&mut cells);
        owed += share * cells.len() as f64;
        // A little more than owed, so that a share of 0.2 of five cells is one of them in spite of rounding.
        let n = ((owed + 1e-9) as usize).min(cells.len().saturating_sub(1));
        owed -= n as f64;
        let (first, rest) = cells.split_at(n);
        aside.extend_from_slice(first);
        stay.extend_from_slice(rest);
    }
    stay.sort_unstable();
    aside.sort_unstable();
    (stay, aside)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_label_has_its_share_and_none_disappears() {
        let labels: Vec<u32> = [(0, 100), (1, 10), (2, 1), (3, 2)]
            .iter()
            .flat_map(|&(label, n)| std::iter::repeat_n(label, n))
            .collect();
        let cells: Vec<usize> = (0..labels.len()).collect();
        let (stay, aside) = set_aside(&cells, &labels, 4, 0.2, 7);
        let count = |cells: &[usize], label| cells.iter().filter(|&&cell| labels[cell] == label).count();
        assert_eq!([0, 1, 2, 3].map(|label| count(&aside, label)), [20, 2, 0, 0]);
        assert_eq!([0, 1, 2, 3].map(|label| count(&stay, label)), [80, 8, 1, 2]);
        let mut all = [stay.clone(), aside.clone()].concat();
        all.sort_unstable();
        assert_eq!(all, cells);
        assert_eq!(set_aside(&cells, &labels, 4, 0.2, 7), (stay, aside.clone()));
        assert_ne!(set_aside(&cells, &labels, 4, 0.2, 8).1, aside);
    }
}
