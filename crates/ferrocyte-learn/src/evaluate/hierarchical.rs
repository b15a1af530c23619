//! Scores where a wider name than the label counts as partly right.

use ferrocyte_core::{
    BackOffScores, HierarchicalScores, Hierarchy, HierarchyRecord, Labels, LevelScore, Scores,
};

use super::metric::{F1Scope, Tally};
use crate::back_off::{DEFAULT_BACK_OFF, back_off, best_of_level};

/// Thresholds that are tried.
const THRESHOLDS: [f64; 6] = [0.55, 0.6, 0.7, 0.8, 0.9, 0.95];

/// Precision and recall of names together with the names above them, for the most probable labels and for the narrowest names
/// that cells are sure of; and how often each level is right. `None` without cells.
///
/// Over all cells, hP = Σ |P ∩ T| / Σ |P| and hR = Σ |P ∩ T| / Σ |T|, where P is the predicted name with all names above
/// it, T the given one with those above it, and names that stand above all labels alike are left out. Kiritchenko, Matwin,
/// Nock and Famili 2006, Learning and Evaluation in the Presence of Class Hierarchies, Canadian AI,
/// <https://doi.org/10.1007/11766247_34>.
///
/// # Panics
/// When labels, probabilities and hierarchy are not of as many cells and labels.
pub fn hierarchical(
    hierarchy: &Hierarchy,
    given: &Labels,
    probabilities: &Scores,
) -> Option<HierarchyRecord> {
    assert_eq!(given.len(), probabilities.n_cells(), "probabilities of each cell");
    assert_eq!(given.set().len(), hierarchy.n_labels(), "a node for each label");
    if given.is_empty() {
        return None;
    }
    let mut flat = Overlap::default();
    for (cell, code) in given.codes().enumerate() {
        flat.add(hierarchy.line_of(code), hierarchy.line_of(probabilities.best(cell)));
    }
    Some(HierarchyRecord {
        source: hierarchy.source().to_owned(),
        names: hierarchy.nodes().len(),
        flat: flat.scores(),
        threshold: DEFAULT_BACK_OFF,
        backed_off: THRESHOLDS.iter().map(|&t| backed_off(hierarchy, given, probabilities, t)).collect(),
        levels: (0..hierarchy.levels().len())
            .map(|level| level_score(hierarchy, given, probabilities, level))
            .collect(),
    })
}

/// Names that predicted and given sets share, over cells.
#[derive(Default)]
struct Overlap {
    both: usize,
    predicted: usize,
    given: usize,
}

impl Overlap {
    /// Adds a cell; both lines ascend.
    fn add(&mut self, given: &[usize], predicted: &[usize]) {
        self.given += given.len();
        self.predicted += predicted.len();
        self.both += predicted.iter().filter(|node| given.binary_search(node).is_ok()).count();
    }

    fn scores(&self) -> HierarchicalScores {
        let share = |of: usize| if of == 0 { 0.0 } else { self.both as f64 / of as f64 };
        let (precision, recall) = (share(self.predicted), share(self.given));
        let sum = precision + recall;
        let f1 = if sum > 0.0 { 2.0 * precision * recall / sum } else { 0.0 };
        HierarchicalScores { precision, recall, f1 }
    }
}

fn backed_off(
    hierarchy: &Hierarchy,
    given: &Labels,
    probabilities: &Scores,
    threshold: f64,
) -> BackOffScores {
    let mut overlap = Overlap::default();
    let (mut wider, mut none, mut right, mut labels_right) = (0, 0, 0, 0);
    for (cell, code) in given.codes().enumerate() {
        let line = hierarchy.line_of(code);
        let found = back_off(hierarchy, probabilities.row(cell), threshold)
            .map(|found| (found, hierarchy.line_of_node(found.node)))
            // What stands above all labels alike is no answer.
            .filter(|(_, line)| !line.is_empty());
        let Some((found, predicted)) = found else {
            none += 1;
            overlap.add(line, &[]);
            continue;
        };
        overlap.add(line, &predicted);
        let is_right = line.binary_search(&found.node).is_ok();
        right += usize::from(is_right);
        if found.is_label {
            labels_right += usize::from(probabilities.best(cell) == code);
        } else {
            wider += 1;
        }
    }
    let n = given.len();
    let labelled = n - none - wider;
    let share = |part: usize, of: usize| if of == 0 { 0.0 } else { part as f64 / of as f64 };
    BackOffScores {
        threshold,
        backed_off: share(wider, n),
        without_name: share(none, n),
        right: share(right, n - none),
        labelled: share(labelled, n),
        labels_right: share(labels_right, labelled),
        scores: overlap.scores(),
    }
}

fn level_score(hierarchy: &Hierarchy, given: &Labels, probabilities: &Scores, level: usize) -> LevelScore {
    let of_level = |node: &usize| hierarchy.nodes()[*node].level == Some(level);
    let name_of = |label: usize| {
        let is_above = |node: &usize| hierarchy.labels_under(*node).binary_search(&label).is_ok();
        (0..=hierarchy.node_of(label)).find(|node| of_level(node) && is_above(node))
    };
    let names: Vec<Option<usize>> = (0..hierarchy.n_labels()).map(name_of).collect();
    let mut tally = Tally::empty(hierarchy.nodes().len());
    for (cell, code) in given.codes().enumerate() {
        let Some(wanted) = names[code] else { continue };
        let called = best_of_level(hierarchy, probabilities.row(cell), level).map(|(node, _)| node);
        tally.add(wanted, called);
    }
    LevelScore {
        level: hierarchy.levels()[level].clone(),
        names: hierarchy.nodes().iter().filter(|node| node.level == Some(level)).count(),
        accuracy: tally.accuracy(),
        f1_macro: tally.f1_macro(F1Scope::GivenOrCalled),
    }
}

#[cfg(test)]
mod tests {
    use ferrocyte_core::HierarchyNode;

    use super::*;

    fn tree() -> Hierarchy {
        let node = |name: &str, level, parents: &[usize]| HierarchyNode {
            name: name.into(),
            id: None,
            level: Some(level),
            parents: parents.to_vec(),
        };
        let nodes = vec![
            node("B", 0, &[]),
            node("T", 0, &[]),
            node("B", 1, &[0]),
            node("CD4", 1, &[1]),
            node("CD8", 1, &[1]),
        ];
        let levels = vec!["coarse".to_owned(), "fine".to_owned()];
        Hierarchy::new("columns".into(), levels, nodes, vec![2, 3, 4]).unwrap()
    }

    /// By hand: cells CD4, CD4, CD8, B; called CD4 (0.9), CD8 (0.5 beside CD4 0.45), CD8 (1), CD4 (0.6 beside B 0.4).
    #[test]
    fn scores_are_those_of_the_definition() {
        let given = Labels::from_names(&["CD4", "CD4", "CD8", "B"]); // B, CD4, CD8
        let rows = vec![0.05, 0.9, 0.05, 0.05, 0.45, 0.5, 0.0, 0.0, 1.0, 0.4, 0.6, 0.0];
        let found = hierarchical(&tree(), &given, &Scores::from_rows(3, rows).unwrap()).unwrap();
        // Shared: 2, 1 (T), 2, 0 of 8 predicted and 8 given.
        assert_eq!(found.flat, HierarchicalScores { precision: 0.625, recall: 0.625, f1: 0.625 });
        let at = found.backed_off.iter().find(|scores| scores.threshold == 0.8).unwrap();
        // CD4, T, CD8, nothing: shared 2 + 1 + 2 of 5 predicted and 8 given.
        assert_eq!((at.scores.precision, at.scores.recall), (1.0, 0.625));
        assert!((at.scores.f1 - 1.25 / 1.625).abs() < 1e-12);
        assert_eq!((at.backed_off, at.without_name, at.labelled), (0.25, 0.25, 0.5));
        assert_eq!((at.right, at.labels_right), (1.0, 1.0));
        let accuracy: Vec<f64> = found.levels.iter().map(|level| level.accuracy).collect();
        assert_eq!(accuracy, [0.75, 0.5]);
        assert_eq!((found.levels[0].names, found.levels[1].names, found.names), (2, 3, 5));
    }

    #[test]
    fn without_cells_there_are_no_scores() {
        let none = Labels::from_names(&["B", "CD4", "CD8"]).select(&[]);
        assert_eq!(hierarchical(&tree(), &none, &Scores::zeros(0, 3)), None);
    }
}
