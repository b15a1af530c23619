//! One fold per group.

use ferrocyte_core::{Labels, SplitKind};

use super::by_group::with_whole_groups;
use super::{Folds, SplitError};

/// Holds out each group (donor, sample, study) once, alone; folds come in the order of the groups' names. A name
/// of `groups` without cells is no group.
///
/// # Errors
/// When there are fewer than two groups.
pub fn leave_one_group_out(groups: &Labels) -> Result<Folds, SplitError> {
    let mut n_groups = 0;
    let mut fold_of_group = Vec::with_capacity(groups.set().len());
    for count in groups.counts() {
        fold_of_group.push(n_groups);
        n_groups += usize::from(count > 0);
    }
    if n_groups < 2 {
        return Err(SplitError::OneGroup { n_groups });
    }
    Ok(with_whole_groups(SplitKind::LeaveOneGroupOut, groups, n_groups, &fold_of_group))
}
