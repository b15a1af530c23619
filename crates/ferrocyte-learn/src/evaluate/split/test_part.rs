//! One part to test on, all other cells to train on.

use ferrocyte_core::{Labels, SplitKind};

use super::{Folds, SplitError};

/// Holds out the cells for which `tested` is true, once, and trains on all others. Groups with all of their cells on the
/// tested side, where `groups` are known, are the ones that are held out.
///
/// # Errors
/// When no cell, or every cell, is tested.
///
/// # Panics
/// When `groups` are not of as many cells.
pub fn test_part(tested: &[bool], groups: Option<&Labels>) -> Result<Folds, SplitError> {
    let n_tested = tested.iter().filter(|&&tested| tested).count();
    if n_tested == 0 || n_tested == tested.len() {
        return Err(SplitError::OnePart { n_tested, n_cells: tested.len() });
    }
    let held_out = groups.map(|groups| {
        assert_eq!(groups.len(), tested.len(), "a group for each cell");
        let mut sides = vec![[false; 2]; groups.set().len()];
        for (code, &tested) in groups.codes().zip(tested) {
            sides[code][usize::from(tested)] = true;
        }
        let whole = |(name, side): (&String, &[bool; 2])| (*side == [false, true]).then(|| name.clone());
        groups.set().names().iter().zip(&sides).filter_map(whole).collect()
    });
    let fold_of_cell = tested.iter().map(|&tested| u32::from(!tested)).collect();
    Ok(Folds::new(SplitKind::TestPart, 1, fold_of_cell, held_out.into_iter().collect()))
}
