//! From probabilities of labels to the narrowest name that a cell is sure of.

use ferrocyte_core::Hierarchy;

/// The least probability of a name where none is asked for; how it was chosen is in `docs/choices.md`.
pub const DEFAULT_BACK_OFF: f64 = 0.7;

/// The narrowest name that a cell is sure of.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct BackedOff {
    /// Its node.
    pub node: usize,
    /// The probability of the labels under it together.
    pub probability: f64,
    /// Whether it is the most probable label itself.
    pub is_label: bool,
}

/// Whether a threshold makes sense: from more than a half, so that no two names that exclude each other reach it, to one.
pub fn is_back_off_threshold(threshold: f64) -> bool {
    threshold > 0.5 && threshold <= 1.0
}

/// The most probable label where its probability reaches `threshold`; else the name with the fewest labels under it whose
/// labels reach it together, the more probable one of equals. `None` where not even the widest do. `probabilities` has one
/// for each label.
///
/// # Panics
/// When there are not as many probabilities as the hierarchy has labels.
///
/// # Examples
/// ```
/// use ferrocyte_core::{Hierarchy, HierarchyNode};
/// use ferrocyte_learn::back_off::back_off;
///
/// let node = |name: &str, parents: &[usize]| HierarchyNode {
///     name: name.to_owned(),
///     id: None,
///     level: None,
///     parents: parents.to_vec(),
/// };
/// let nodes = vec![node("T cell", &[]), node("B cell", &[]), node("CD4", &[0]), node("CD8", &[0])];
/// let tree = Hierarchy::new("example".to_owned(), vec![], nodes, vec![1, 2, 3])?;
/// assert_eq!(back_off(&tree, &[0.05, 0.5, 0.45], 0.8).map(|found| found.node), Some(0));
/// assert_eq!(back_off(&tree, &[0.4, 0.3, 0.3], 0.8), None);
/// # Ok::<(), ferrocyte_core::HierarchyError>(())
/// ```
pub fn back_off(hierarchy: &Hierarchy, probabilities: &[f64], threshold: f64) -> Option<BackedOff> {
    assert_eq!(probabilities.len(), hierarchy.n_labels(), "a probability for each label");
    let best = (1..probabilities.len())
        .fold(0, |best, label| if probabilities[label] > probabilities[best] { label } else { best });
    if *probabilities.get(best)? >= threshold {
        let (node, probability) = (hierarchy.node_of(best), probabilities[best]);
        return Some(BackedOff { node, probability, is_label: true });
    }
    let mut found: Option<(usize, BackedOff)> = None;
    for node in 0..hierarchy.nodes().len() {
        let (size, probability) =
            (hierarchy.labels_under(node).len(), probability_of(hierarchy, probabilities, node));
        let narrower = found
            .is_none_or(|(known, best)| size < known || (size == known && probability > best.probability));
        if probability >= threshold && narrower {
            found = Some((size, BackedOff { node, probability, is_label: false }));
        }
    }
    found.map(|(_, found)| found)
}

/// The most probable name of a level and its probability; `None` where the level has no names.
///
/// # Panics
/// When there are not as many probabilities as the hierarchy has labels.
pub fn best_of_level(hierarchy: &Hierarchy, probabilities: &[f64], level: usize) -> Option<(usize, f64)> {
    assert_eq!(probabilities.len(), hierarchy.n_labels(), "a probability for each label");
    let of_level = hierarchy.nodes().iter().enumerate().filter(|(_, node)| node.level == Some(level));
    of_level
        .map(|(node, _)| (node, probability_of(hierarchy, probabilities, node)))
        .reduce(|best, next| if next.1 > best.1 { next } else { best })
}

/// The probability of the labels under a node together; rounding is kept below one.
fn probability_of(hierarchy: &Hierarchy, probabilities: &[f64], node: usize) -> f64 {
    hierarchy.labels_under(node).iter().map(|&label| probabilities[label]).sum::<f64>().min(1.0)
}

#[cfg(test)]
mod tests {
    use ferrocyte_core::HierarchyNode;

    use super::*;

    fn node(name: &str, level: Option<usize>, parents: &[usize]) -> HierarchyNode {
        HierarchyNode { name: name.into(), id: None, level, parents: parents.to_vec() }
    }

    /// T and its kinds CD4, CD8, where T is a label too; B.
    fn tree() -> Hierarchy {
        let nodes = vec![
            node("cell", None, &[]),
            node("B", None, &[0]),
            node("T", None, &[0]),
            node("CD4", None, &[2]),
            node("CD8", None, &[2]),
        ];
        Hierarchy::new("test".into(), vec![], nodes, vec![1, 3, 4, 2]).unwrap() // B, CD4, CD8, T
    }

    #[test]
    fn the_narrowest_name_that_reaches_the_threshold_is_taken() {
        let found = |p: [f64; 4], threshold| back_off(&tree(), &p, threshold).map(|f| (f.node, f.is_label));
        assert_eq!(found([0.05, 0.9, 0.05, 0.0], 0.8), Some((3, true)));
        assert_eq!(found([0.1, 0.5, 0.4, 0.0], 0.8), Some((2, false)));
        assert_eq!(
            found([0.4, 0.3, 0.3, 0.0], 0.55),
            Some((2, false)),
            "its kinds together, though B is the likeliest label"
        );
        assert_eq!(found([0.5, 0.5, 0.0, 0.0], 0.8), Some((0, false)), "sure of being a cell");
        // A label that has kinds keeps their probabilities.
        assert_eq!(found([0.1, 0.3, 0.0, 0.6], 0.8), Some((2, false)));
        assert_eq!(found([0.1, 0.0, 0.0, 0.9], 0.8), Some((2, true)));
    }

    #[test]
    fn thresholds_up_to_a_half_are_none() {
        assert!(is_back_off_threshold(DEFAULT_BACK_OFF) && is_back_off_threshold(1.0));
        for bad in [0.5, 0.0, 1.1, f64::NAN] {
            assert!(!is_back_off_threshold(bad), "{bad}");
        }
    }

    #[test]
    fn a_level_has_its_own_likeliest_name() {
        let nodes = vec![
            node("T", Some(0), &[]),
            node("B", Some(0), &[]),
            node("B", Some(1), &[1]),
            node("CD4", Some(1), &[0]),
            node("CD8", Some(1), &[0]),
        ];
        let levels = vec!["coarse".to_owned(), "fine".to_owned()];
        let tree = Hierarchy::new("test".into(), levels, nodes, vec![2, 3, 4]).unwrap();
        assert_eq!(best_of_level(&tree, &[0.4, 0.3, 0.3], 0).unwrap().0, 0);
        assert_eq!(best_of_level(&tree, &[0.4, 0.3, 0.3], 1).unwrap().0, 2);
        assert_eq!(best_of_level(&tree, &[0.4, 0.3, 0.3], 2), None);
    }
}
