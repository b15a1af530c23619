//! Labels with very few cells.

use ferrocyte_core::{LabelSet, Warning};

use super::listed;

/// Below this number of cells, one cell is a tenth of a recall or more.
const SCARCE: usize = 10;

/// Labels with fewer cells than folds or than ten, and what happens to them: nothing for labels without cells, one warning
/// for labels with a single cell, one for those with fewer than folds, a note for the others. `counts` has the cells of each label in code order.
///
/// # Examples
/// ```
/// use ferrocyte_core::Labels;
/// use ferrocyte_learn::evaluate::small_classes;
///
/// let labels = Labels::from_names(&["B", "T", "T", "T", "T", "T"]);
/// let warnings = small_classes(labels.set(), &labels.counts(), 5);
/// assert_eq!(
///     warnings[0].message,
///     "1 label has one cell: `B`. While it is tested no cell is left to learn it from, so it counts as wrong"
/// );
/// ```
pub fn small_classes(set: &LabelSet, counts: &[usize], n_folds: usize) -> Vec<Warning> {
    let named = |keep: &dyn Fn(usize) -> bool| -> Vec<(String, usize)> {
        set.names().iter().cloned().zip(counts.iter().copied()).filter(|&(_, count)| keep(count)).collect()
    };
    let single = named(&|count| count == 1);
    let few = named(&|count| count > 1 && count < n_folds);
    let scarce = named(&|count| count >= n_folds.max(2) && count < SCARCE);
    let mut warnings = Vec::new();
    if !single.is_empty() {
        let message = format!(
            "{} one cell: {}. While it is tested no cell is left to learn it from, so it counts as wrong",
            if single.len() == 1 {
                "1 label has".to_owned()
            } else {
                format!("{} labels have", single.len())
            },
            listed(single.iter().map(|(name, _)| format!("`{name}`"))),
        );
        warnings.push(small_class(message));
    }
    if !few.is_empty() {
        let message = format!(
            "{} fewer cells than the {n_folds} folds: {}. Each cell is still tested once, but the scores of so \
             few cells are uncertain",
            if few.len() == 1 { "1 label has".to_owned() } else { format!("{} labels have", few.len()) },
            listed(few.iter().map(|(name, count)| format!("`{name}` ({count})"))),
        );
        warnings.push(small_class(message));
    }
    if !scarce.is_empty() {
        let message = format!(
            "{} fewer than {SCARCE} cells: {}. One cell more or less changes the recall of such a label by a tenth or \
             more",
            if scarce.len() == 1 {
                "1 label has".to_owned()
            } else {
                format!("{} labels have", scarce.len())
            },
            listed(scarce.iter().map(|(name, count)| format!("`{name}` ({count})"))),
        );
        warnings.push(Warning::note("scarce-class", message));
    }
    warnings
}

fn small_class(message: String) -> Warning {
    Warning::new("small-class", message)
        .with_hint("merge rare labels, leave them out, or read their scores with care")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_small_class_is_named_or_counted() {
        let set = LabelSet::new((0..12).map(|code| format!("type {code:02}")));
        let counts = [1, 2, 1, 4, 5, 0, 1, 1, 1, 1, 1, 3];
        let messages: Vec<_> = small_classes(&set, &counts, 5).into_iter().map(|w| w.message).collect();
        assert_eq!(
            messages,
            [
                "7 labels have one cell: `type 00`, `type 02`, `type 06`, `type 07`, `type 08` and 2 more. While it \
             is tested no cell is left to learn it from, so it counts as wrong",
                "3 labels have fewer cells than the 5 folds: `type 01` (2), `type 03` (4), `type 11` (3). Each cell \
             is still tested once, but the scores of so few cells are uncertain",
                "1 label has fewer than 10 cells: `type 04` (5). One cell more or less changes the recall of such a \
             label by a tenth or more",
            ]
        );
        assert!(small_classes(&set, &[10; 12], 5).is_empty());
        assert!(small_classes(&set, &[], 5).is_empty());
    }
}
