//! Random order that a seed decides and nothing else.

use ferrocyte_core::Labels;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// What random numbers are for. Each purpose has a stream of its own, so that the same seed does not pick the
/// same cells twice for different ends.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Purpose {
    Folds = 1,
    Downsample = 2,
    MaxPerClass = 3,
    Validation = 4,
    Tokens = 5,
    Bootstrap = 6,
    Components = 7,
    Baseline = 8,
    Sketch = 9,
    Permutation = 10,
    NearCopies = 11,
}

/// A source of random order: the same for the same seed and purpose, on every machine.
pub(crate) struct Seeded(ChaCha8Rng);

impl Seeded {
    pub(crate) fn new(seed: u64, purpose: Purpose) -> Self {
        let mut random = ChaCha8Rng::seed_from_u64(seed);
        random.set_stream(purpose as u64);
        Self(random)
    }

    /// For one of many times that the same is done: each has a stream of its own, so that they can run in any order.
    pub(crate) fn numbered(seed: u64, purpose: Purpose, number: usize) -> Self {
        let mut random = ChaCha8Rng::seed_from_u64(seed);
        random.set_stream(((purpose as u64) << 40) + number as u64);
        Self(random)
    }

    /// For one epoch of a training: epochs have streams of their own, so that each is known without those before it.
    pub(crate) fn of_epoch(seed: u64, epoch: usize) -> Self {
        let mut random = ChaCha8Rng::seed_from_u64(seed);
        random.set_stream((1 << 33) + epoch as u64);
        Self(random)
    }

    /// A number below `bound`, which must not be zero. Multiplying and keeping the high half favours a number by
    /// less than `bound / 2^64`, far below anything that can be seen, and always takes one draw.
    pub(crate) fn below(&mut self, bound: usize) -> usize {
        ((u128::from(self.0.next_u64()) * bound as u128) >> 64) as usize
    }

    /// 1 or -1, one as likely as the other.
    pub(crate) fn sign(&mut self) -> f64 {
        if self.0.next_u64() >> 63 == 0 { 1.0 } else { -1.0 }
    }

    /// Puts the items in random order (Fisher and Yates). Our own, because the order that `rand` gives may change
    /// with its version, and the folds of a published score must not.
    pub(crate) fn shuffle<T>(&mut self, items: &mut [T]) {
        for last in (1..items.len()).rev() {
            items.swap(last, self.below(last + 1));
        }
    }

    /// The cells of each label, in random order; labels in code order, also those without cells.
    pub(crate) fn shuffled_by_label(&mut self, labels: &Labels) -> Vec<Vec<usize>> {
        let mut by_label: Vec<Vec<usize>> = labels.counts().into_iter().map(Vec::with_capacity).collect();
        for (cell, code) in labels.codes().enumerate() {
            by_label[code].push(cell);
        }
        for cells in &mut by_label {
            self.shuffle(cells);
        }
        by_label
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn order(seed: u64, purpose: Purpose) -> Vec<usize> {
        let mut items: Vec<usize> = (0..10).collect();
        Seeded::new(seed, purpose).shuffle(&mut items);
        items
    }

    /// These are the first orders ever given: a change of them changes every published fold.
    #[test]
    fn the_order_of_a_seed_never_changes() {
        assert_eq!(order(0, Purpose::Folds), [5, 1, 9, 0, 3, 2, 8, 4, 6, 7]);
        assert_eq!(order(1, Purpose::Folds), [6, 7, 2, 3, 1, 5, 9, 4, 0, 8]);
    }

    #[test]
    fn purposes_and_seeds_differ() {
        assert_ne!(order(0, Purpose::Folds), order(0, Purpose::Downsample));
        assert_ne!(order(0, Purpose::Downsample), order(0, Purpose::MaxPerClass));
        assert_ne!(order(0, Purpose::Folds), order(1, Purpose::Folds));
    }

    #[test]
    fn every_order_of_three_is_as_likely() {
        let mut random = Seeded::new(3, Purpose::Folds);
        let mut seen = std::collections::BTreeMap::new();
        for _ in 0..6000 {
            let mut items = [0, 1, 2];
            random.shuffle(&mut items);
            *seen.entry(items).or_insert(0) += 1;
        }
        assert_eq!(seen.len(), 6);
        // Six standard deviations of a binomial of 6000 draws at 1/6.
        assert!(seen.values().all(|&times: &i32| (times - 1000).abs() < 174), "{seen:?}");
    }
}
