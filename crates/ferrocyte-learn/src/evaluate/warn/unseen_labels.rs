//! Labels that a fold could not have learnt.

use std::collections::BTreeMap;

use ferrocyte_core::{FoldRecord, Warning};

use super::listed;

/// Labels that held-out cells have and no training cell of the same fold had: their cells count as wrong there.
/// With folds by group, these are labels that one group alone has. `None` where every label could be learnt.
pub fn unseen_labels(folds: &[FoldRecord]) -> Option<Warning> {
    let mut n_folds: BTreeMap<&str, usize> = BTreeMap::new();
    for label in folds.iter().flat_map(|fold| &fold.labels_not_in_training) {
        *n_folds.entry(label).or_default() += 1;
    }
    if n_folds.is_empty() {
        return None;
    }
    let message = format!(
        "held-out cells have labels that no training cell of their fold had, and count as wrong: {}",
        listed(n_folds.iter().map(|(label, n)| format!("`{label}` ({n} of {} folds)", folds.len()))),
    );
    let hint = "a label must occur in several groups to be judged by group";
    Some(Warning::new("label-not-in-training", message).with_hint(hint))
}
