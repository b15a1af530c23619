//! Every cell is tested exactly once, and no group stands on both sides.

use std::collections::BTreeSet;

use ferrocyte_core::{Labels, SplitKind};
use ferrocyte_learn::evaluate::{
    Folds, SplitError, by_group, leave_one_group_out, leave_one_study_out, stratified, test_part,
};
use proptest::prelude::*;

/// Labels or groups of some cells, some rare, some with a single cell.
fn any_labels() -> impl Strategy<Value = Labels> {
    let code = prop_oneof![8 => 0..3_u32, 3 => 3..6_u32, 1 => 6..30_u32];
    prop::collection::vec(code, 0..80).prop_map(|codes| {
        Labels::from_names(&codes.iter().map(|code| format!("{code:02}")).collect::<Vec<_>>())
    })
}

/// What every division promises.
fn check_folds(folds: &Folds, n_cells: usize) {
    let mut tested = vec![0; n_cells];
    for (fold, number) in folds.iter().zip(1..) {
        assert_eq!(fold.number, number);
        assert!(!fold.train.is_empty() && !fold.test.is_empty());
        assert!(fold.train.is_sorted() && fold.test.is_sorted());
        let both: BTreeSet<usize> = fold.train.iter().chain(&fold.test).copied().collect();
        assert_eq!(both, (0..n_cells).collect(), "each cell on one side");
        assert_eq!(fold.train.len() + fold.test.len(), n_cells, "and on one only");
        fold.test.iter().for_each(|&cell| tested[cell] += 1);
    }
    assert!(tested.iter().all(|&times| times == 1), "each cell tested once");
    let record = folds.record();
    assert_eq!(record.sizes, folds.iter().map(|fold| fold.test.len()).collect::<Vec<_>>());
    assert_eq!((record.folds, folds.n_cells()), (folds.n_folds(), n_cells));
}

fn check_groups(folds: &Folds, groups: &Labels) {
    let names = |cells: &[usize]| -> BTreeSet<String> {
        cells.iter().map(|&cell| groups.name(cell).to_owned()).collect()
    };
    for fold in folds.iter() {
        assert!(names(&fold.train).is_disjoint(&names(&fold.test)));
        assert_eq!(names(&fold.test).into_iter().collect::<Vec<_>>(), fold.held_out_groups);
    }
    let n_groups = groups.counts().into_iter().filter(|&count| count > 0).count();
    assert_eq!(folds.record().groups, Some(n_groups));
}

proptest! {
    #[test]
    fn stratified_folds_keep_proportions(labels in any_labels(), n_folds in 0_usize..12, seed: u64) {
        let Ok(folds) = stratified(&labels, n_folds, seed) else {
            prop_assert!(n_folds < 2 || labels.len() < n_folds);
            return Ok(());
        };
        check_folds(&folds, labels.len());
        prop_assert_eq!(&folds, &stratified(&labels, n_folds, seed).unwrap());
        prop_assert!(folds.record().sizes.iter().all(|size| size.abs_diff(labels.len() / n_folds) <= 1));
        for fold in folds.iter() {
            for (found, total) in labels.select(&fold.test).counts().into_iter().zip(labels.counts()) {
                prop_assert!(found == total / n_folds || found == total.div_ceil(n_folds));
            }
        }
    }

    #[test]
    fn groups_stay_whole(groups in any_labels(), n_folds in 0_usize..12) {
        let n_groups = groups.set().len();
        let Ok(folds) = by_group(&groups, n_folds) else {
            prop_assert!(n_folds < 2 || n_groups < n_folds);
            return Ok(());
        };
        prop_assert_eq!(folds.n_folds(), n_folds);
        check_folds(&folds, groups.len());
        check_groups(&folds, &groups);
    }

    #[test]
    fn each_group_is_left_out_once(groups in any_labels()) {
        let Ok(folds) = leave_one_group_out(&groups) else {
            prop_assert!(groups.set().len() < 2);
            return Ok(());
        };
        check_folds(&folds, groups.len());
        check_groups(&folds, &groups);
        let held_out: Vec<_> = folds.iter().flat_map(|fold| fold.held_out_groups).collect();
        prop_assert_eq!(held_out.as_slice(), groups.set().names());
    }
}

proptest! {
    #[test]
    fn one_part_is_tested_and_the_rest_trained_on(groups in any_labels(), every in 1_usize..6) {
        let tested: Vec<bool> = (0..groups.len()).map(|cell| cell % every == 0).collect();
        let n_tested = tested.iter().filter(|&&tested| tested).count();
        let Ok(folds) = test_part(&tested, Some(&groups)) else {
            prop_assert!(n_tested == 0 || n_tested == groups.len());
            return Ok(());
        };
        prop_assert_eq!((folds.n_folds(), folds.record().sizes, folds.record().groups), (1, vec![n_tested], None));
        let fold = folds.iter().next().unwrap();
        prop_assert_eq!(&fold.test, &folds.tested());
        prop_assert!(fold.test.iter().all(|&cell| tested[cell]) && fold.train.iter().all(|&cell| !tested[cell]));
        prop_assert_eq!(fold.test.len() + fold.train.len(), groups.len());
        let trained: BTreeSet<&str> = fold.train.iter().map(|&cell| groups.name(cell)).collect();
        let held_out: BTreeSet<&str> = fold.test.iter().map(|&cell| groups.name(cell)).collect();
        let expected: Vec<&str> = held_out.difference(&trained).copied().collect();
        prop_assert_eq!(fold.held_out_groups, expected);
    }
}

#[test]
fn each_study_is_left_out_once() {
    let studies = Labels::from_names(&["x", "y", "x", "z", "z"]);
    let folds = leave_one_study_out(&studies).unwrap();
    check_folds(&folds, 5);
    check_groups(&folds, &studies);
    assert_eq!((folds.n_folds(), folds.record().kind), (3, SplitKind::LeaveOneStudyOut));
    let one = leave_one_study_out(&Labels::from_names(&["x", "x"])).unwrap_err();
    assert_eq!(
        one.to_string(),
        "expected at least 2 studies to hold one out, found 1: name a column with more studies"
    );
    let none = test_part(&[false, false], None).unwrap_err();
    assert_eq!(
        none.to_string(),
        "expected cells to train on and cells to test on, found 0 of 2 cells to test on"
    );
    assert_eq!(test_part(&[true], None).unwrap_err(), SplitError::OnePart { n_tested: 1, n_cells: 1 });
}

// scikit-learn 1.7.2, numpy 2.4.6: the groups of each test part of
//   GroupKFold(3).split(g, groups=g), g = np.repeat([*"abcdefg"], [50, 41, 33, 20, 11, 7, 2])
const GROUP_K_FOLD: [&[&str]; 3] = [&["a", "f"], &["b", "e", "g"], &["c", "d"]];

#[test]
fn groups_are_dealt_as_scikit_learn_deals_them() {
    let sizes = [("a", 50), ("b", 41), ("c", 33), ("d", 20), ("e", 11), ("f", 7), ("g", 2)];
    let names: Vec<&str> = sizes.iter().flat_map(|&(name, size)| vec![name; size]).collect();
    let folds = by_group(&Labels::from_names(&names), 3).unwrap();
    for (fold, expected) in folds.iter().zip(GROUP_K_FOLD) {
        assert_eq!(fold.held_out_groups, expected);
    }
}

#[test]
fn seeds_give_different_folds_and_groups_without_cells_are_none() {
    let labels = Labels::from_names(&["a"; 40]);
    assert_ne!(stratified(&labels, 5, 0).unwrap(), stratified(&labels, 5, 1).unwrap());
    let groups = Labels::from_names(&["x", "y", "z", "z"]).select(&[0, 2, 3]);
    let folds = leave_one_group_out(&groups).unwrap();
    assert_eq!((folds.n_folds(), folds.record().kind), (2, SplitKind::LeaveOneGroupOut));
    assert_eq!(by_group(&groups, 3).unwrap_err(), SplitError::Groups { n_folds: 3, n_groups: 2 });
}

#[test]
fn what_cannot_be_divided_says_what_was_expected() {
    let labels = Labels::from_names(&["a", "b"]);
    let one = Labels::from_names(&["a", "a"]);
    let messages = [
        stratified(&labels, 1, 0).unwrap_err().to_string(),
        stratified(&labels, 3, 0).unwrap_err().to_string(),
        by_group(&labels, 4).unwrap_err().to_string(),
        leave_one_group_out(&one).unwrap_err().to_string(),
    ];
    assert_eq!(
        messages,
        [
            "expected at least 2 folds, found 1",
            "expected at least one cell for each of 3 folds, found 2 cells",
            "expected at least one group for each of 4 folds, found 2 groups: ask for 2 folds or fewer",
            "expected at least 2 groups to hold one out, found 1: name a column with more groups, or score by cell",
        ]
    );
}
