//! Fewer cells, every label kept, the same cells for the same seed.

use ferrocyte_core::Labels;
use ferrocyte_learn::sample::{downsample, max_per_class};
use proptest::prelude::*;

fn any_labels() -> impl Strategy<Value = Labels> {
    let code = prop_oneof![20 => 0..2_u32, 3 => 2..5_u32, 1 => 5..30_u32];
    prop::collection::vec(code, 0..120)
        .prop_map(|codes| Labels::from_names(&codes.iter().map(u32::to_string).collect::<Vec<_>>()))
}

fn check_indices(cells: &[usize], n_cells: usize) {
    assert!(cells.windows(2).all(|pair| pair[0] < pair[1]), "ascending, each once");
    assert!(cells.last().is_none_or(|&last| last < n_cells));
}

proptest! {
    #[test]
    fn downsampling_keeps_proportions_and_the_rare(labels in any_labels(), n_cells in 0_usize..130, seed: u64) {
        let kept = downsample(&labels, n_cells, seed);
        check_indices(&kept, labels.len());
        let n_labels = labels.set().len();
        prop_assert_eq!(kept.len(), n_cells.max(n_labels).min(labels.len()));
        prop_assert_eq!(&kept, &downsample(&labels, n_cells, seed));
        for (kept, all) in labels.select(&kept).counts().into_iter().zip(labels.counts()) {
            prop_assert!(1 <= kept && kept <= all);
            // One cell for being there, less than one for rounding, and what the first cells of others take.
            let share = (n_cells * all) as f64 / labels.len() as f64;
            let taken = n_labels as f64 * all as f64 / labels.len() as f64;
            prop_assert!(kept as f64 <= share + 2.0 && kept as f64 >= (share - taken - 1.0).min(all as f64));
        }
    }

    #[test]
    fn no_class_has_more_than_asked(labels in any_labels(), n_cells in 0_usize..40, seed: u64) {
        let kept = max_per_class(&labels, n_cells, seed);
        check_indices(&kept, labels.len());
        prop_assert_eq!(&kept, &max_per_class(&labels, n_cells, seed));
        let expected: Vec<usize> = labels.counts().into_iter().map(|all| all.min(n_cells)).collect();
        prop_assert_eq!(labels.select(&kept).counts(), expected);
    }
}

#[test]
fn seeds_pick_different_cells() {
    let labels = Labels::from_names(&["a"; 100]);
    assert_ne!(downsample(&labels, 10, 0), downsample(&labels, 10, 1));
    assert_ne!(max_per_class(&labels, 10, 0), max_per_class(&labels, 10, 1));
}
