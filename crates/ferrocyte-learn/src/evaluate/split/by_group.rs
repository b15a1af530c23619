//! Folds by group: no donor on both sides.

use std::cmp::Reverse;

use ferrocyte_core::{Labels, SplitKind};

use super::{Folds, SplitError};

/// Divides whole groups (donors, samples, studies), so that no group stands on both sides of a fold.
///
/// Groups are dealt from the largest to the smallest, each to the fold with the fewest cells so far, as
/// scikit-learn's `GroupKFold` does without shuffling; equal groups go in the order of their names and equal
/// folds in the order of their numbers. Nothing is random. A name of `groups` without cells is no group.
///
/// # Errors
/// When there are fewer than two folds, fewer than two groups, or fewer groups than folds.
///
/// # References
/// <https://scikit-learn.org/1.7/modules/generated/sklearn.model_selection.GroupKFold.html>
///
/// # Examples
/// ```
/// use ferrocyte_core::Labels;
/// use ferrocyte_learn::evaluate::by_group;
///
/// let donors = Labels::from_names(&["ann", "ann", "ann", "bo", "bo", "cy"]);
/// let folds: Vec<_> = by_group(&donors, 2)?.iter().collect();
/// assert_eq!(folds[0].held_out_groups, ["ann"]);
/// assert_eq!(folds[1].held_out_groups, ["bo", "cy"]);
/// # Ok::<(), ferrocyte_learn::evaluate::SplitError>(())
/// ```
pub fn by_group(groups: &Labels, n_folds: usize) -> Result<Folds, SplitError> {
    if n_folds < 2 {
        return Err(SplitError::Folds { n_folds });
    }
    let counts = groups.counts();
    let mut largest_first: Vec<usize> = (0..counts.len()).filter(|&code| counts[code] > 0).collect();
    let n_groups = largest_first.len();
    if n_groups < 2 {
        return Err(SplitError::OneGroup { n_groups });
    }
    if n_groups < n_folds {
        return Err(SplitError::Groups { n_folds, n_groups });
    }
    largest_first.sort_by_key(|&code| Reverse(counts[code])); // stable: equal groups stay in name order
    let mut cells_of_fold = vec![0; n_folds];
    let mut fold_of_group = vec![0; counts.len()];
    for code in largest_first {
        let lightest = (1..n_folds)
            .fold(0, |best, fold| if cells_of_fold[fold] < cells_of_fold[best] { fold } else { best });
        cells_of_fold[lightest] += counts[code];
        fold_of_group[code] = lightest;
    }
    Ok(with_whole_groups(SplitKind::Groups, groups, n_folds, &fold_of_group))
}

/// Folds from the fold of each group, which is not looked at for groups without cells.
pub(super) fn with_whole_groups(
    kind: SplitKind,
    groups: &Labels,
    n_folds: usize,
    fold_of_group: &[usize],
) -> Folds {
    let mut held_out_groups = vec![Vec::new(); n_folds];
    for (code, count) in groups.counts().into_iter().enumerate() {
        if count > 0 {
            held_out_groups[fold_of_group[code]].push(groups.set().name(code).to_owned());
        }
    }
    let fold_of_cell = groups.codes().map(|code| fold_of_group[code] as u32).collect();
    Folds::new(kind, n_folds, fold_of_cell, held_out_groups)
}
