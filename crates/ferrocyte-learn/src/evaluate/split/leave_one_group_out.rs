//! One fold per group, or per study.

use ferrocyte_core::{Labels, SplitKind};

use super::by_group::with_whole_groups;
use super::{Folds, SplitError};

/// Holds out each group (donor, sample, study) once, alone; folds come in the order of the groups' names. A name
/// of `groups` without cells is no group.
///
/// # Errors
/// When there are fewer than two groups.
pub fn leave_one_group_out(groups: &Labels) -> Result<Folds, SplitError> {
    each_alone(SplitKind::LeaveOneGroupOut, groups)
        .ok_or(SplitError::OneGroup { n_groups: usize::from(!groups.is_empty()) })
}

/// Holds out each study once, alone; folds come in the order of the studies' names. A name of `studies` without cells is
/// no study.
///
/// # Errors
/// When there are fewer than two studies.
pub fn leave_one_study_out(studies: &Labels) -> Result<Folds, SplitError> {
    each_alone(SplitKind::LeaveOneStudyOut, studies)
        .ok_or(SplitError::OneStudy { n_studies: usize::from(!studies.is_empty()) })
}

/// A fold for each group; `None` for fewer than two.
fn each_alone(kind: SplitKind, groups: &Labels) -> Option<Folds> {
    let mut n_groups = 0;
    let mut fold_of_group = Vec::with_capacity(groups.set().len());
    for count in groups.counts() {
        fold_of_group.push(n_groups);
        n_groups += usize::from(count > 0);
    }
    (n_groups >= 2).then(|| with_whole_groups(kind, groups, n_groups, &fold_of_group))
}
